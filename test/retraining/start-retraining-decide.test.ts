import {
  decide,
  type Episode,
  type GuardConfig,
  type Lock,
  type Signal,
  type State,
  unlocked,
} from '../../lambda/retraining/start-retraining/decide';

const config: GuardConfig = {
  cooldownDays: 14,
  maxPerDay: 2,
  minNewLabelledRows: 5000,
  maxAttemptsPerEpisode: 3,
  leaseMinutes: 180,
};
const now = new Date('2026-11-23T08:00:00Z');
const v1 = 'arn:aws:sagemaker:us-east-1:123456789012:model-package/mlkit-models/1';
const v2 = 'arn:aws:sagemaker:us-east-1:123456789012:model-package/mlkit-models/2';

const violation: Signal = {
  id: 'e',
  time: '2026-11-23T07:59:00Z',
  window: { start: '2013-06-01', end: '2013-06-08' },
  champion: v1,
  status: 'CompletedWithViolations',
  confirmed: true,
  violations: [
    { feature: 'mean_delay_h2', check: 'baseline_drift_check' },
    { feature: 'late_share_h2', check: 'baseline_drift_check' },
  ],
  newLabelledRows: 9000,
  outcomeUri: 's3://artifacts/windows/1/2013-06-08/outcome.json',
};
const clean: Signal = { ...violation, status: 'Completed', confirmed: false, violations: [] };
const lock: Lock = { ...unlocked, champion: v1, championSeen: '2026-11-22T08:00:00Z' };
const episode: Episode = {
  champion: v1,
  id: 'v1-2013-06-01',
  status: 'open',
  openedAt: '2013-06-01',
  violatedAt: '2013-06-01',
  closedAt: null,
  attempts: 0,
  lastDataThrough: null,
  labelledRows: 0,
};

const on = (signal: Signal, state: Partial<State> = {}, settings = config) =>
  decide(signal, { lock, ...state }, settings, now);

test('the first confirmed violation opens an episode and starts its first attempt', () => {
  const decision = decide(violation, { lock: unlocked }, config, now);
  expect(decision).toMatchObject({
    outcome: 'started',
    reason: 'mean_delay_h2, late_share_h2: attempt 1 of 3',
    wouldChange: null,
    episode: 'v1-2013-06-08',
    attempt: 1,
    execution: {
      name: 'drift-v1-2013-06-08-1',
      input: { mode: 'train', trigger: 'drift', dataThrough: '2013-06-08', episode: 'v1-2013-06-08', attempt: 1 },
    },
  });
  expect(decision.next.lock).toEqual({
    execution: 'drift-v1-2013-06-08-1',
    expiresAt: now.getTime() / 1000 + 180 * 60,
    windowEnd: '2013-06-08',
    day: '2026-11-23',
    starts: 1,
    champion: v1,
    championSeen: violation.time,
  });
  expect(decision.next.episode).toMatchObject({
    status: 'open',
    openedAt: '2013-06-08',
    attempts: 1,
    lastDataThrough: '2013-06-08',
    labelledRows: 9000,
  });
});

describe('no start', () => {
  test.each<[string, Signal, Partial<State>, string]>([
    [
      'while a training runs',
      violation,
      { lock: { ...lock, execution: 'drift-x', expiresAt: now.getTime() / 1000 + 1 } },
      'execution drift-x is running',
    ],
    [
      'for a window that has been answered',
      violation,
      { lock: { ...lock, windowEnd: '2013-06-08' } },
      'a retraining has answered the window that ends 2013-06-08',
    ],
    [
      'after the last attempt',
      violation,
      { episode: { ...episode, attempts: 3 } },
      'the episode has had its 3 attempts',
    ],
    [
      'on too few rows',
      { ...violation, newLabelledRows: 4999 },
      {},
      "4999 new labelled rows since the champion's training, 5000 are needed",
    ],
    [
      'on too few rows since the attempt before',
      violation,
      { episode: { ...episode, attempts: 1, labelledRows: 4001 } },
      '4999 new labelled rows since the attempt before, 5000 are needed',
    ],
    ['without a number of rows', { ...violation, newLabelledRows: undefined as never }, {}, '5000 are needed'],
    [
      'within the cooldown',
      violation,
      { lock: { ...lock, windowEnd: '2013-05-26' } },
      'cooldown: windows that end 2013-06-09 or later may start the next retraining',
    ],
    [
      'above the daily cap',
      violation,
      { lock: { ...lock, day: '2026-11-23', starts: 2 } },
      '2 retrainings were started on 2026-11-23, 2 are allowed',
    ],
  ])('%s; the episode is open all the same', (_, signal, state, reason) => {
    const decision = on(signal, state);
    expect(decision).toMatchObject({ outcome: 'skipped', execution: null, again: false });
    expect(decision.reason).toContain(reason);
    expect(decision.wouldChange).toMatch(/\w{4}/);
    expect(decision.next.episode).toMatchObject({
      status: 'open',
      violatedAt: '2013-06-08',
      attempts: state.episode?.attempts ?? 0,
    });
    expect(decision.next.lock).toEqual({ ...(state.lock ?? lock), champion: v1, championSeen: violation.time });
  });

  test.each<[string, Signal, string]>([
    ['unconfirmed', { ...violation, confirmed: false }, 'not confirmed yet'],
    ['of too few records', { ...clean, status: 'TooFewRecords' }, 'TooFewRecords is no evidence of drift'],
    ['of too few labels', { ...clean, status: 'TooFewLabels' }, 'TooFewLabels is no evidence of drift'],
  ])('and no change of the episode by a window that is %s', (_, signal, reason) => {
    expect(on(signal, { episode })).toMatchObject({
      outcome: 'skipped',
      reason: expect.stringContaining(reason),
      next: { episode },
    });
    expect(on(signal).next.episode).toBeUndefined();
  });
});

test('the cap counts the day of the wall clock, the cooldown the ends of windows', () => {
  expect(on(violation, { lock: { ...lock, day: '2026-11-22', starts: 2 } })).toMatchObject({
    outcome: 'started',
    next: { lock: { day: '2026-11-23', starts: 1 } },
  });
  expect(on(violation, { lock: { ...lock, windowEnd: '2013-05-25' } }).outcome).toBe('started');
});

test('a lock whose lease has run out does not block', () => {
  expect(on(violation, { lock: { ...lock, execution: 'drift-x', expiresAt: now.getTime() / 1000 } }).outcome).toBe(
    'started',
  );
});

test('a second attempt goes on counting', () => {
  expect(on(violation, { episode: { ...episode, attempts: 1, labelledRows: 4000 } })).toMatchObject({
    outcome: 'started',
    attempt: 2,
    execution: { name: 'drift-v1-2013-06-01-2' },
    next: { episode: { openedAt: '2013-06-01', violatedAt: '2013-06-08', attempts: 2, labelledRows: 9000 } },
  });
});

describe('an episode', () => {
  test('closes on a clean window', () => {
    expect(on(clean, { episode })).toMatchObject({
      outcome: 'closed',
      reason: 'the window that ends 2013-06-08 is clean',
      episode: 'v1-2013-06-01',
      next: { episode: { status: 'closed', closedAt: '2013-06-08' } },
    });
  });

  test('does not close on a clean window older than its violation', () => {
    expect(on(clean, { episode: { ...episode, violatedAt: '2013-06-08' } })).toMatchObject({
      outcome: 'skipped',
      next: { episode: { status: 'open' } },
    });
  });

  test('that is closed does not open again on an older window, but on a newer one, under a new name', () => {
    const closed: Episode = { ...episode, status: 'closed', attempts: 2, closedAt: '2013-06-08' };
    expect(on(violation, { episode: closed })).toMatchObject({
      outcome: 'skipped',
      reason: expect.stringContaining('older than the window that closed episode v1-2013-06-01'),
    });
    const newer = { ...violation, window: { start: '2013-06-02', end: '2013-06-09' } };
    expect(on(newer, { episode: closed })).toMatchObject({ outcome: 'started', attempt: 1, episode: 'v1-2013-06-09' });
  });

  test('closes when another champion is measured; the signal itself is decided next', () => {
    const signal = { ...violation, champion: v2 };
    const decision = on(signal, { previous: episode });
    expect(decision).toMatchObject({
      outcome: 'closed',
      reason: 'v2 serves in place of v1',
      episode: 'v1-2013-06-01',
      again: true,
      next: { lock: { champion: v2 }, episode: { status: 'closed', closedAt: '2013-06-01' } },
    });
    expect(decide(signal, { lock: decision.next.lock }, config, now)).toMatchObject({
      outcome: 'started',
      episode: 'v2-2013-06-08',
    });
  });

  test('is not closed, nor another opened, by a late event about the champion before', () => {
    const late = { ...violation, champion: v2, time: '2026-11-22T07:59:59Z' };
    expect(on(late, { previous: episode })).toMatchObject({
      outcome: 'skipped',
      reason: 'v1 serves in place of v2, which was measured',
      next: { lock },
    });
  });
});
