import fc from 'fast-check';
import type { GuardConfig, Signal } from '../../lambda/retraining/start-retraining/decide';
import { consider, type StartTrain } from '../../lambda/retraining/start-retraining/guard';
import { MemoryTable, type Written } from './start-retraining-memory';

const DAY_MS = 86_400_000;
const day = (offset: number) => new Date(Date.parse('2013-04-01') + offset * DAY_MS).toISOString().slice(0, 10);

/** What happens around the guard: a monitoring run reports, Train ends. */
type Happening =
  | {
      kind: 'signal';
      version: number;
      end: number;
      status: Signal['status'];
      confirmed: boolean;
      rows: number;
      minutes: number;
    }
  | { kind: 'end'; minutes: number };

const config: fc.Arbitrary<GuardConfig> = fc.record({
  cooldownDays: fc.integer({ min: 0, max: 20 }),
  maxPerDay: fc.integer({ min: 0, max: 3 }),
  minNewLabelledRows: fc.integer({ min: 0, max: 3000 }),
  maxAttemptsPerEpisode: fc.integer({ min: 1, max: 3 }),
  leaseMinutes: fc.integer({ min: 10, max: 600 }),
});

/** Wall-clock minutes since the happening before. */
const minutes = fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 30 }), fc.integer({ min: 1, max: 900 }));

const happening: fc.Arbitrary<Happening> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('signal' as const),
      version: fc.integer({ min: 1, max: 3 }),
      end: fc.integer({ min: 0, max: 60 }),
      status: fc.oneof(
        { weight: 6, arbitrary: fc.constant('CompletedWithViolations') },
        { weight: 1, arbitrary: fc.constantFrom('Completed', 'TooFewRecords', 'TooFewLabels') },
      ),
      confirmed: fc.oneof({ weight: 5, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) }),
      rows: fc.integer({ min: 0, max: 9000 }),
      minutes,
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('end' as const), minutes }) },
);

const story = fc.array(happening, { minLength: 1, maxLength: 25 });

function signalOf(index: number, happening: Extract<Happening, { kind: 'signal' }>, at: Date): Signal {
  return {
    id: `event-${index}`,
    time: `${at.toISOString().slice(0, 19)}Z`,
    window: { start: day(happening.end - 7), end: day(happening.end) },
    champion: `arn:aws:sagemaker:us-east-1:123456789012:model-package/mlkit-models/${happening.version}`,
    status: happening.status,
    confirmed: happening.confirmed && happening.status === 'CompletedWithViolations',
    violations: [{ feature: 'mean_delay_h2', check: 'baseline_drift_check' }],
    newLabelledRows: happening.rows,
    outcomeUri: null,
  };
}

/** Train: as many executions as names, however often it is asked. */
class Train {
  readonly executions = new Map<string, string>();
  running: string | undefined;
  readonly start: StartTrain = async ({ name, input }) => {
    const text = JSON.stringify(input);
    if (!this.executions.has(name)) this.running = name;
    else if (this.executions.get(name) !== text) throw new Error(`${name} was started with another input`);
    this.executions.set(name, text);
  };
}

/** One after the other; a happening of `repeats` is delivered again right after those at its index. */
async function play(
  happenings: readonly Happening[],
  settings: GuardConfig,
  repeats: ReadonlyMap<number, number[]> = new Map(),
) {
  const [table, train] = [new MemoryTable(), new Train()];
  const signals: Signal[] = [];
  let now = Date.parse('2026-11-23T08:00:00Z');
  for (const [index, each] of happenings.entries()) {
    now += each.minutes * 60_000;
    const clock = () => new Date(now);
    if (each.kind === 'signal') {
      signals[index] = signalOf(index, each, clock());
      await consider(signals[index], settings, table, train.start, clock);
    } else if (train.running !== undefined) {
      await table.release(train.running, clock());
    }
    for (const earlier of repeats.get(index) ?? []) {
      if (signals[earlier] === undefined) continue;
      await expect(consider(signals[earlier], settings, table, train.start, clock)).resolves.toBe('repeated');
    }
  }
  return { table, train };
}

const starts = (table: MemoryTable): Written[] =>
  table.written.filter(({ decision }) => decision.outcome === 'started');

/** What must hold after any history. */
function expectGuarded(table: MemoryTable, train: Train, settings: GuardConfig) {
  const started = starts(table);
  const names = started.map(({ decision }) => decision.execution!.name);
  expect(new Set(names).size).toBe(names.length);
  expect([...train.executions.keys()].sort()).toEqual([...names].sort());
  for (const name of names) expect(name).toMatch(/^[a-zA-Z0-9-]{1,40}$/);

  for (const ofDay of groupBy(started, ({ at }) => at.toISOString().slice(0, 10)).values())
    expect(ofDay.length).toBeLessThanOrEqual(settings.maxPerDay);

  for (const ofEpisode of groupBy(started, ({ decision }) => decision.episode!).values()) {
    expect(ofEpisode.length).toBeLessThanOrEqual(settings.maxAttemptsPerEpisode);
    ofEpisode.forEach(({ signal, decision }, index) => {
      expect(decision.attempt).toBe(index + 1);
      const before = index === 0 ? 0 : ofEpisode[index - 1]!.signal.newLabelledRows;
      expect(signal.newLabelledRows - before).toBeGreaterThanOrEqual(settings.minNewLabelledRows);
    });
  }
  for (const [index, { signal, at }] of started.entries()) {
    expect(signal).toMatchObject({ status: 'CompletedWithViolations', confirmed: true });
    const before = started[index - 1];
    if (before === undefined) continue;
    const distance = (Date.parse(signal.window.end) - Date.parse(before.signal.window.end)) / DAY_MS;
    expect(distance).toBeGreaterThanOrEqual(Math.max(1, settings.cooldownDays));
    const name = before.decision.execution!.name;
    const freed = table.released.some(({ execution }) => execution === name);
    expect(freed || at.getTime() - before.at.getTime() >= settings.leaseMinutes * 60_000).toBe(true);
  }
}

function groupBy<T>(items: readonly T[], key: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) groups.set(key(item), [...(groups.get(key(item)) ?? []), item]);
  return groups;
}

test('no history of signals gets past the guards', async () => {
  await fc.assert(
    fc.asyncProperty(story, config, async (happenings, settings) => {
      const { table, train } = await play(happenings, settings);
      expectGuarded(table, train, settings);
    }),
    { numRuns: 1000 },
  );
});

test('events delivered again, at any later time, start nothing else', async () => {
  const repeats = fc.array(fc.tuple(fc.nat(24), fc.nat(24)), { maxLength: 30 });
  await fc.assert(
    fc.asyncProperty(story, config, repeats, async (happenings, settings, pairs) => {
      const later = new Map<number, number[]>();
      for (const [a, b] of pairs) later.set(Math.max(a, b), [...(later.get(Math.max(a, b)) ?? []), Math.min(a, b)]);
      const [once, repeated] = [await play(happenings, settings), await play(happenings, settings, later)];
      expect([...repeated.train.executions]).toEqual([...once.train.executions]);
      expect(repeated.table.written.map(({ decision }) => decision)).toEqual(
        once.table.written.map(({ decision }) => decision),
      );
    }),
    { numRuns: 300 },
  );
});

test('no interleaving of concurrent deliveries gets past the guards', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      fc.array(happening, { minLength: 2, maxLength: 6 }),
      config,
      fc.array(fc.nat(5), { maxLength: 6 }),
      async (scheduler, happenings, settings, again) => {
        const table = new MemoryTable(() => scheduler.schedule(Promise.resolve()));
        const train = new Train();
        const at = new Date('2026-11-23T08:00:00Z');
        const deliveries = [...happenings.keys(), ...again.filter((index) => index < happenings.length)];
        const all = deliveries.map((index) => {
          const each = happenings[index]!;
          if (each.kind === 'end')
            return train.running === undefined ? Promise.resolve() : table.release(train.running, at);
          return consider(signalOf(index, each, at), settings, table, train.start, () => at);
        });
        await scheduler.waitFor(Promise.all(all));
        expectGuarded(table, train, settings);
      },
    ),
    { numRuns: 500 },
  );
});

describe('one event, many deliveries at once', () => {
  const settings: GuardConfig = {
    cooldownDays: 14,
    maxPerDay: 4,
    minNewLabelledRows: 5000,
    maxAttemptsPerEpisode: 3,
    leaseMinutes: 180,
  };
  const violation = signalOf(
    0,
    { kind: 'signal', version: 1, end: 60, status: 'CompletedWithViolations', confirmed: true, rows: 9000, minutes: 0 },
    new Date('2026-11-23T08:00:00Z'),
  );

  test('start exactly one execution', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), fc.integer({ min: 2, max: 12 }), async (scheduler, deliveries) => {
        const table = new MemoryTable(() => scheduler.schedule(Promise.resolve()));
        const train = new Train();
        const outcomes = Promise.all(
          Array.from({ length: deliveries }, () =>
            consider(violation, settings, table, train.start, () => new Date('2026-11-23T08:00:00Z')),
          ),
        );
        await scheduler.waitFor(outcomes);
        expect((await outcomes).filter((outcome) => outcome === 'started')).toHaveLength(1);
        expect([...train.executions.keys()]).toEqual(['drift-v1-2013-05-31-1']);
      }),
    );
  });

  test('a start that was lost comes with the next delivery', async () => {
    const [table, train] = [new MemoryTable(), new Train()];
    const clock = () => new Date('2026-11-23T08:00:00Z');
    await expect(consider(violation, settings, table, () => Promise.reject(new Error('lost')), clock)).rejects.toThrow(
      'lost',
    );
    await expect(consider(violation, settings, table, train.start, clock)).resolves.toBe('repeated');
    expect([...train.executions.keys()]).toEqual(['drift-v1-2013-05-31-1']);
    expect(starts(table)).toHaveLength(1);
  });

  test('a start that never came stops blocking when its lease has run out', async () => {
    const [table, train] = [new MemoryTable(), new Train()];
    const later = {
      ...violation,
      id: 'later',
      time: '2026-11-23T12:00:00Z',
      window: { start: '2013-06-14', end: '2013-06-21' },
      newLabelledRows: 14_000,
    };
    await expect(
      consider(
        violation,
        settings,
        table,
        () => Promise.reject(new Error('lost')),
        () => new Date('2026-11-23T08:00:00Z'),
      ),
    ).rejects.toThrow();
    await expect(
      consider({ ...later, id: 'early' }, settings, table, train.start, () => new Date('2026-11-23T10:59:59Z')),
    ).resolves.toBe('skipped');
    await expect(consider(later, settings, table, train.start, () => new Date('2026-11-23T11:00:01Z'))).resolves.toBe(
      'started',
    );
    expect([...train.executions.keys()]).toEqual(['drift-v1-2013-05-31-2']);
  });
});
