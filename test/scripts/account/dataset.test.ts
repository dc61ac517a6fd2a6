/** What the doctor says of the dataset, and what it warns of before anything is loaded. */
import { resolveConfig } from '../../../lib/config';
import { type Held, judgeDataset, judgeHeld } from '../../../scripts/account/doctor/dataset';

const config = resolveConfig('sandbox', { dataset: 'tool-hire', gate: { gateDays: 28, selectDays: 14 } });
const held: Held = {
  first: '2024-01-01',
  last: '2024-03-31',
  days: 91,
  eventsPerDay: 123,
  positiveShare: 0.03,
  left: [],
};
const told = (change: Partial<Held>) =>
  judgeHeld(config, { ...held, ...change }).map(({ verdict, found, fix }) => [verdict, found, fix]);

test('counts the history that is there', () => {
  const [check, ...others] = judgeDataset(config);
  expect(others).toEqual([]);
  expect(check).toMatchObject({ about: 'dataset', verdict: 'ok' });
  expect(check!.found).toMatch(
    /^tool-hire, by day: 2024-01-01 to 2024-03-31 has 12\d\.\d events a day, 3\.\d % of them positive$/,
  );
});

test('files that cannot be read are a warning: an account can be deployed without them', () => {
  const [check] = judgeDataset({ ...config, dataset: 'rides' });
  expect(check).toMatchObject({ verdict: 'warn', found: expect.stringContaining('rides cannot be read here: ') });
});

test.each([
  [{ eventsPerDay: 60 }, /60.0 events a day, .*; its file declares 123 and 3.0 %/, /correct volume/],
  [{ positiveShare: 0.3 }, /30.0 % of them positive; its file declares/, /correct volume/],
  [{ days: 42 }, /a history of 42 days leaves none to fit on before 14 of select and 28 of gate/, /story\.ts/],
  [{ left: ['3 of 9 rows belong to no day'] }, /3 of 9 rows belong to no day/, /correct the file/],
])('%j is a warning', (change, found, fix) => {
  const warnings = told(change).filter(([verdict]) => verdict === 'warn');
  expect(warnings).toEqual([['warn', expect.stringMatching(found), expect.stringMatching(fix)]]);
});
