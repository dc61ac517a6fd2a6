/** What the default deployment has in place of what the snapshots of the rooms show for another dataset. */
import { resolveConfig } from '../../../lib/config';
import type { StackName } from '../../../lib/rooms';
import { estimate } from '../../../scripts/account/cost';
import { synthesize } from '../../../scripts/shared/kit-app';
import type { Json } from '../../shared/json';
import { kit, snapshot, templates } from '../../shared/kit';

/** Paths into `here` whose value is another one there, with the value; what only there is, with "absent". */
function changes(here: Json, there: Json, path = ''): [string, unknown][] {
  if (JSON.stringify(here) === JSON.stringify(there)) return [];
  const isObject = (value: Json) => typeof value === 'object' && value !== null;
  if (!isObject(here) || !isObject(there)) return [[path, here === undefined ? 'absent' : here]];
  return [...new Set([...Object.keys(here), ...Object.keys(there)])].flatMap((key) =>
    changes(here[key], there[key], path === '' ? key : `${path}.${key}`),
  );
}

test.each(Object.keys(templates()) as StackName[])('%s of the default deployment', (stack) => {
  const flights = snapshot(stack, kit('sandbox', { dataset: 'nyc-flights' }));
  expect(Object.fromEntries(changes(flights as Json, snapshot(stack) as Json))).toMatchSnapshot();
});

test('a drift story of the default deployment costs at most a dollar', () => {
  const config = resolveConfig('sandbox', { dataset: 'nyc-flights' });
  expect(estimate(config, synthesize(config)).story.usd).toBeLessThanOrEqual(1);
});
