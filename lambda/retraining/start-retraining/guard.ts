import { type Decision, decide, type GuardConfig, type Signal, type State } from './decide';

/** What the guard reads and writes; every commit is conditional on nothing having changed since the read. */
export interface Store<Snapshot extends State = State> {
  read(champion: string): Promise<Snapshot>;
  /** `recorded` is the earlier decision on the very same event. */
  commit(
    signal: Signal,
    decision: Decision,
    read: Snapshot,
    now: Date,
  ): Promise<'written' | 'changed' | { recorded: Pick<Decision, 'execution'> }>;
}

/** Must succeed when an execution of that name exists. */
export type StartTrain = (execution: NonNullable<Decision['execution']>) => Promise<void>;

/** A storm of events makes each try lose against another's success; Lambda's own retries follow. */
const MAX_TRIES = 50;

/**
 * Decides a signal once, however often and concurrently it arrives. Lock, attempt and decision are written together before the start:
 * when the start is lost, the same event brings it again, and without one the lease runs out.
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
