/** Every IAM statement is missed when it is gone, or stands on the list of those that the emulator cannot exercise. */
import list from '../engine/audit/unexercised.json';
import { optInRooms } from '../lib/rooms';
import { grants, type Grants } from '../scripts/rehearse/grants';
import { kit, managed } from './shared/kit';

/** Profile and configuration of each app; the recordings of its profile must be decided alike. */
const apps = {
  sandbox: ['sandbox'],
  standard: ['standard'],
  production: ['production'],
  managed: ['standard', managed],
  expiring: ['sandbox', { serving: { expireAfterHours: 8 } }],
  rooms: ['sandbox', { rooms: optInRooms, warehouse: { adminSecret: true } }],
} satisfies Record<string, Parameters<typeof kit>>;
const names = Object.keys(apps) as (keyof typeof apps)[];
const found = {} as Record<keyof typeof apps, Grants>;

beforeAll(async () => {
  for (const name of names) {
    const [profile, config] = apps[name] as Parameters<typeof kit>;
    found[name] = await grants(kit(profile, config), profile!);
  }
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
