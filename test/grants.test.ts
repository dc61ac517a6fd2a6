/** Every IAM statement is missed when it is gone, or stands on the list of those that the emulator cannot exercise. */
import list from '../engine/audit/unexercised.json';
import { optInRooms } from '../lib/rooms';
import { grants, type Grants } from '../scripts/rehearse/grants';
import { kit, managed } from './shared/kit';

const apps = {
  sandbox: () => kit(),
  standard: () => kit('standard'),
  production: () => kit('production'),
  managed: () => kit('standard', managed),
  expiring: () => kit('sandbox', { serving: { expireAfterHours: 8 } }),
  rooms: () => kit('sandbox', { rooms: optInRooms, warehouse: { adminSecret: true } }),
};
const names = Object.keys(apps) as (keyof typeof apps)[];
const found = {} as Record<keyof typeof apps, Grants>;

beforeAll(async () => {
  for (const name of names) found[name] = await grants(apps[name](), name === 'rooms' ? 'sandbox' : name);
}, 120_000);

describe.each(names)('of %s', (name) => {
  test('no statement goes unnoticed and unlisted', () => {
    expect(found[name].statements.length).toBeGreaterThan(100);
    expect(found[name].unaccounted).toEqual([]);
  });

  test('no statement is listed that something notices', () => expect(found[name].overlooked).toEqual([]));

  test('the policies decide what was recorded', () => expect(found[name].disagreements).toEqual([]));
});

test('most statements of sandbox are noticed by a call', () => {
  const { statements } = found.sandbox;
  const called = statements.filter(({ calls }) => Object.keys(calls).length > 0);
  expect(called.length).toBeGreaterThan(statements.length / 2);
});

test('no row of the list has outlived its statements', () => {
  const used = new Set(names.flatMap((name) => found[name].rows));
  expect(list.filter((_, row) => !used.has(row))).toEqual([]);
});

test('every row says why, why not here, and who says so', () => {
  const silent = list.filter((row) => [row.why, row.emulator, row.source].some((sentence) => sentence.length < 10));
  expect(silent).toEqual([]);
});
