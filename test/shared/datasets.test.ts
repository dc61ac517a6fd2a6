/** The declaration of a dataset: what is refused, in words that name key, value and what is right. */
import { checkedDataset, datasetNames, datasetOf, defaultDataset } from '../../lib/shared/datasets';
import cases from '../../schema/dataset.cases.json';

test('every dataset of the repository is sound and has the name of its folder', () => {
  expect(datasetNames()).toContain(defaultDataset);
  for (const name of datasetNames()) expect(datasetOf(name).name).toBe(name);
});

test('a name without a folder is refused with the names that there are', () => {
  expect(() => datasetOf('rides')).toThrow(`dataset "rides" is not one of ${datasetNames().join(', ')}`);
});

test('the dataset of the cases is sound', () => {
  expect(checkedDataset(cases.dataset, 'x.json').name).toBe('sales');
});

/** The dataset with the value at a path put in, or taken out where it is undefined. */
function changed(path: readonly (string | number)[], value: unknown): unknown {
  const copy = structuredClone(cases.dataset) as Record<string | number, unknown>;
  let at = copy;
  for (const step of path.slice(0, -1)) at = at[step] as Record<string | number, unknown>;
  if (value === undefined) delete at[path.at(-1)!];
  else at[path.at(-1)!] = value;
  return copy;
}

test.each(cases.refused.map((one) => [one.at, one] as const))(
  '%s',
  (at, { path, value, says }: (typeof cases.refused)[number]) => {
    let message = '';
    try {
      checkedDataset(changed(path, value), 'x.json');
    } catch (error) {
      ({ message } = error as Error);
    }
    expect(message).toContain('x.json is refused');
    expect(message).toContain(`  ${at}: `);
    expect(message).toContain(says);
  },
);
