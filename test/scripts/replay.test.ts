import fc from 'fast-check';
import type { Row } from '../../scripts/operate/features';
import { grouped, replay } from '../../scripts/operate/replay';
import type { ApiAnswer } from '../../scripts/operate/signed-api';
import { kit, listener } from './kit';

const curated = new Map<string, Row[]>();
jest.mock('../../scripts/operate/features', () => ({
  featuresOf: async (_: unknown, month: string) => curated.get(month),
}));

const row = (time: string, region: string, key = `${region}-${time}`): Row => ({
  record_key: key,
  happened_at: time,
  region,
});
const april = { start: '2013-04-01', end: '2013-05-01' };

/** A request for each region and hour, one after another. */
const hourly = { days: april, concurrency: 1, batch: 'hour' } as const;

let requests: Row[][];
/** The API answers `answers` in turn, then 200. */
function answering(...answers: (ApiAnswer | Error)[]) {
  requests = [];
  const queue = [...answers];
  jest.spyOn(kit.api, 'post').mockImplementation(async (path, body) => {
    expect(path).toBe('predictions');
    requests.push((body as { instances: Row[] }).instances);
    const answer = queue.shift() ?? { status: 200, body: {} };
    if (answer instanceof Error) throw answer;
    return answer;
  });
}

beforeEach(() => {
  jest.spyOn(Math, 'random').mockReturnValue(0.001);
  curated.clear();
  curated.set('2013-04', [
    row('2013-04-02T10:30:00Z', 'LGA'),
    row('2013-04-01T10:15:00Z', 'JFK'),
    row('2013-04-01T10:45:00Z', 'EWR'),
    row('2013-04-01T10:05:00Z', 'JFK'),
    row('2013-04-01T09:59:00Z', 'JFK'),
  ]);
});
afterEach(() => jest.restoreAllMocks());

const times = () => requests.map((instances) => instances.map((each) => `${each.region} ${each.happened_at}`));

test('one request for each region and scheduled hour, in the order of the hours, rows as they were written', async () => {
  answering();
  await expect(replay(kit, hourly, listener())).resolves.toEqual({
    requests: 4,
    instances: 5,
  });
  expect(times()).toEqual([
    ['JFK 2013-04-01T09:59:00Z'],
    ['EWR 2013-04-01T10:45:00Z'],
    ['JFK 2013-04-01T10:15:00Z', 'JFK 2013-04-01T10:05:00Z'],
    ['LGA 2013-04-02T10:30:00Z'],
  ]);
  expect(requests[0]![0]).toEqual(row('2013-04-01T09:59:00Z', 'JFK'));
});

test('one request for each day where nobody asks for hours, rows as they were written', async () => {
  answering();
  await expect(replay(kit, { days: april, concurrency: 1 }, listener())).resolves.toEqual({
    requests: 2,
    instances: 5,
  });
  expect(times()[1]).toEqual(['LGA 2013-04-02T10:30:00Z']);
  expect(requests[0]).toEqual(curated.get('2013-04')!.slice(1));
});

test('only the days that were asked for, from every month they touch', async () => {
  answering();
  curated.set('2013-05', [row('2013-05-01T00:00:00Z', 'JFK'), row('2013-05-02T00:00:00Z', 'JFK')]);
  await replay(kit, { days: { start: '2013-04-02', end: '2013-05-02' }, concurrency: 1 }, listener());
  expect(times()).toEqual([['LGA 2013-04-02T10:30:00Z'], ['JFK 2013-05-01T00:00:00Z']]);
});

test.each(['hour', 'day'] as const)('an %s with more rows than a request may carry is cut', async (batch) => {
  answering();
  curated.set(
    '2013-04',
    Array.from({ length: 1001 }, (_, n) => row('2013-04-01T10:00:00Z', 'JFK', `${n}`)),
  );
  await replay(kit, { days: april, concurrency: 1, batch }, listener());
  expect(requests.map((instances) => instances.length)).toEqual([500, 500, 1]);
  answering();
  await replay(kit, { days: april, concurrency: 1, batch, maxInstances: 600 }, listener());
  expect(requests.map((instances) => instances.length)).toEqual([600, 401]);
});

test.each([429, 502, 503, 504])('%i is tried again', async (status) => {
  answering({ status, body: { message: 'busy' } }, { status, body: { message: 'busy' } });
  await expect(replay(kit, hourly, listener())).resolves.toEqual({
    requests: 4,
    instances: 5,
  });
  expect(requests).toHaveLength(6);
});

test('a broken connection is tried again', async () => {
  answering(new TypeError('fetch failed', { cause: new Error('ECONNRESET') }));
  await expect(replay(kit, hourly, listener())).resolves.toMatchObject({ requests: 4 });
});

test('a refusal stops the replay, says why, and where to go on', async () => {
  const errors = [{ instance: 0, column: 'region', value: 'JFK', rule: 'must match ^X$' }];
  answering(
    { status: 200, body: {} },
    { status: 400, body: { message: '1 values in 1 of 1 instances are refused', count: 1, errors } },
  );
  await expect(replay(kit, hourly, listener())).rejects.toThrow(
    'replay stopped after 1 requests with 1 rows of 2013-04-01 to 2013-04-30: request 1 (2013-04-01T10:00 UTC) got status 400: ' +
      '1 values in 1 of 1 instances are refused; {"instance":0,"column":"region","value":"JFK","rule":"must match ^X$"}; go on with --skip 1',
  );
  answering();
  await replay(kit, { ...hourly, skip: 1 }, listener());
  expect(times()[0]).toEqual(['EWR 2013-04-01T10:45:00Z']);
  expect(requests).toHaveLength(3);
});

test('an API that stays busy ends the replay', async () => {
  answering(...Array.from({ length: 8 }, () => ({ status: 503, body: { message: 'no model serves yet' } })));
  await expect(replay(kit, hourly, listener())).rejects.toThrow(
    'got status 503: no model serves yet; go on with --skip 0',
  );
  expect(requests).toHaveLength(8);
});

test('an interruption ends after the requests in flight and says where to go on', async () => {
  answering();
  const [interrupted, out] = [new AbortController(), listener()];
  out.progress = () => interrupted.abort();
  await expect(replay(kit, { ...hourly, signal: interrupted.signal }, out)).resolves.toMatchObject({
    requests: 1,
  });
  expect(out.lines).toEqual([
    'interrupted after 1 requests with 1 rows of 2013-04-01 to 2013-04-30; go on with --skip 1',
  ]);
});

test('however many are in flight and wherever it stops, going on sends every row, and again only what was in flight', async () => {
  const hours = fc.array(fc.tuple(fc.integer({ min: 0, max: 9 }), fc.constantFrom('JFK', 'EWR')), {
    minLength: 1,
    maxLength: 40,
  });
  await fc.assert(
    fc.asyncProperty(hours, fc.integer({ min: 1, max: 6 }), fc.nat(20), async (drawn, concurrency, stopAt) => {
      const rows = drawn.map(([hour, region], n) => row(`2013-04-01T0${hour}:00:00Z`, region, `${n}`));
      curated.set('2013-04', rows);
      const got: string[] = [];
      let count = 0;
      jest.spyOn(kit.api, 'post').mockImplementation(async (_, body) => {
        const refused = count++ === stopAt;
        await new Promise((resolve) => setImmediate(resolve));
        if (refused) return { status: 400, body: { message: 'no' } };
        got.push(...(body as { instances: Row[] }).instances.map((each) => String(each.record_key)));
        return { status: 200, body: {} };
      });
      const skip = await replay(kit, { ...hourly, concurrency }, listener()).then(
        () => undefined,
        (error: Error) => Number(/--skip (\d+)$/.exec(error.message)![1]),
      );
      const before = got.length;
      if (skip !== undefined) await replay(kit, { ...hourly, concurrency, skip }, listener());
      expect([...new Set(got)].sort()).toEqual(rows.map((each) => String(each.record_key)).sort());
      if (skip === undefined) return;
      const again = grouped(kit.dataset, rows, 'hour')
        .slice(skip)
        .flatMap(([, each]) => each)
        .filter((each) => got.slice(0, before).includes(String(each.record_key)));
      expect(new Set(again.map((each) => `${each.happened_at}${each.region}`)).size).toBeLessThan(concurrency);
    }),
  );
});
