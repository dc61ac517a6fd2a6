import type { Decision, Episode, Lock, Signal, State } from '../../lambda/retraining/start-retraining/decide';
import { unlocked } from '../../lambda/retraining/start-retraining/decide';
import type { Store } from '../../lambda/retraining/start-retraining/guard';

interface MemorySnapshot extends State {
  versions: { lock: number; episodes: ReadonlyMap<string, number> };
}

/** A decision as it was written, with the signal and the moment it belongs to. */
export interface Written {
  signal: Signal;
  decision: Decision;
  at: Date;
}

/** The table as a map, with the same conditions as DynamoDB's. `step` is where others may come in between. */
export class MemoryTable implements Store<MemorySnapshot> {
  readonly written: Written[] = [];
  readonly released: { execution: string; at: Date }[] = [];
  private lock: Lock = unlocked;
  private readonly episodes = new Map<string, Episode>();
  private readonly versions = { lock: 0, episodes: new Map<string, number>() };
  private readonly decided = new Map<string, Decision>();

  constructor(private readonly step: () => Promise<unknown> = async () => undefined) {}

  async read(champion: string): Promise<MemorySnapshot> {
    await this.step();
    const { lock } = this;
    const before = lock.champion !== null && lock.champion !== champion ? this.episodes.get(lock.champion) : undefined;
    const snapshot = {
      lock,
      episode: this.episodes.get(champion),
      previous: before?.status === 'open' ? before : undefined,
      versions: { lock: this.versions.lock, episodes: new Map(this.versions.episodes) },
    };
    await this.step();
    return snapshot;
  }

  async commit(
    signal: Signal,
    decision: Decision,
    { versions }: MemorySnapshot,
    at: Date,
  ): ReturnType<Store['commit']> {
    await this.step();
    const { lock, episode } = decision.next;
    const key = `${signal.id}${decision.again ? '#succession' : ''}`;
    const earlier = this.decided.get(key);
    if (earlier !== undefined) return { recorded: earlier };
    if (versions.lock !== this.versions.lock) return 'changed';
    if (
      episode !== undefined &&
      versions.episodes.get(episode.champion) !== this.versions.episodes.get(episode.champion)
    )
      return 'changed';
    this.decided.set(key, decision);
    this.written.push({ signal, decision, at });
    this.lock = lock;
    this.versions.lock += 1;
    if (episode !== undefined) {
      this.episodes.set(episode.champion, episode);
      this.versions.episodes.set(episode.champion, (this.versions.episodes.get(episode.champion) ?? 0) + 1);
    }
    return 'written';
  }

  async release(execution: string, at: Date): Promise<void> {
    await this.step();
    if (this.lock.execution !== execution) return;
    this.lock = { ...this.lock, expiresAt: 0 };
    this.versions.lock += 1;
    this.released.push({ execution, at });
  }
}
