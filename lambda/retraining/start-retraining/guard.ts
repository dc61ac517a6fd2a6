import { type Decision, decide, type GuardConfig, type Signal, type State } from './decide';

/** Storage of the guard; every commit is conditional on no change since the read. */
export interface Store<Snapshot extends State = State> {
  read(champion: string): Promise<Snapshot>;
  /** `recorded` is the earlier decision on the same event. */
  commit(
    signal: Signal,
    decision: Decision,
    read: Snapshot,
    now: Date,
  ): Promise<'written' | 'changed' | { recorded: Pick<Decision, 'execution'> }>;
}

/** Must succeed when an execution of that name exists. */
export type StartTrain = (execution: NonNullable<Decision['execution']>) => Promise<void>;

/** Bounds the retries during a storm of events, when each try loses against another; Lambda's own retries follow. */
const MAX_TRIES = 50;

/**
 * Decides a signal once, however often and concurrently it arrives. Lock, attempt and decision are written together before the start. If
 * the start fails, a repeated delivery of the event starts it; otherwise the lease expires.
 * @throws Error when other signals kept changing the state
 */
export async function consider(
  signal: Signal,
  config: GuardConfig,
  store: Store,
  start: StartTrain,
  clock: () => Date,
): Promise<Decision['outcome'] | 'repeated'> {
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const state = await store.read(signal.champion);
    const now = clock();
    const decision = decide(signal, state, config, now);
    const written = await store.commit(signal, decision, state, now);
    if (written === 'changed') continue;
    const { execution } = written === 'written' ? decision : written.recorded;
    if (execution !== null) await start(execution);
    if (written !== 'written') return 'repeated';
    if (!decision.again) return decision.outcome;
  }
  throw new Error(`signal ${signal.id}: the state changed ${MAX_TRIES} times while it was being decided`);
}
