/** Any set of opt-in rooms can be deployed, and none of them changes what the lifecycle deploys. */
import { resolveConfig } from '../lib/config';
import { enabledRooms, optInRooms, rooms, stacksOf } from '../lib/rooms';
import { estimate } from '../scripts/account/cost';
import type { Templates } from '../scripts/shared/templates';
import { kit, templates } from './shared/kit';

const subsets = optInRooms.reduce<string[][]>((sets, room) => [...sets, ...sets.map((set) => [...set, room])], [[]]);
const alone = templates(kit('sandbox'));

test.each(subsets.map((set) => [set.join(', ') || 'none', set]))('opt-in rooms: %s', (_, set) => {
  const config = resolveConfig('sandbox', { rooms: set });
  const found = templates(kit('sandbox', { rooms: set }));
  expect(Object.keys(found)).toEqual(stacksOf(enabledRooms(config)).map(({ stack }) => stack));
  expect(found).toMatchObject(alone);
  // An unused room costs what its alarms do: 0.0033 USD per day each, two at most in a room.
  const { usdPerDay } = estimate(config, found as Templates).idle;
  expect(usdPerDay).toBeLessThanOrEqual(0.1 + 0.007 * set.length);
});

test('a room that does not exist is refused, with those that do', () => {
  for (const room of optInRooms)
    expect(() => resolveConfig('sandbox', { rooms: ['nowhere'] })).toThrow(new RegExp(room));
});

test('names, stacks and outputs of rooms are nobody else’s', () => {
  expect(new Set(stacksOf().map(({ stack }) => stack)).size).toBe(stacksOf().length);
  expect(new Set(rooms.flatMap(({ stacks }) => Object.keys(stacks))).size).toBe(stacksOf().length);
  for (const { outputs = {}, machines = [] } of rooms) {
    const names = [...Object.values(outputs), ...machines];
    expect(new Set(names).size).toBe(names.length);
  }
});
