/** The guard's table: the lock, one episode per champion, and every decision with its evidence. */
import { setTimeout as sleep } from 'node:timers/promises';
import { ConditionalCheckFailedException, TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import { type DynamoDBDocumentClient, GetCommand, TransactWriteCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { type Decision, type Episode, type Lock, type Signal, type State, type TrainInput, unlocked } from './decide';
import type { Store } from './guard';

/** State with the version of each item at the time of the read; 0 for a missing item. */
export interface Snapshot extends State {
  versions: { lock: number; episode: number; previous: number };
}

interface Versioned<T> {
  version: number;
  value?: T;
}

const LOCK = { pk: 'lock', sk: 'lock' };
/** Long enough for the winning writer to finish, short against the function's timeout. */
const LONGEST_PAUSE_MS = 200;

export class StateTable implements Store<Snapshot> {
  constructor(
    private readonly client: DynamoDBDocumentClient,
    private readonly table: string,
  ) {}

  async read(champion: string): Promise<Snapshot> {
    const [lock, episode] = await Promise.all([this.get<Lock>(LOCK), this.get<Episode>(episodeKey(champion))]);
    const before = lock.value?.champion;
    const previous: Versioned<Episode> =
      before == null || before === champion ? { version: 0 } : await this.get<Episode>(episodeKey(before));
    return {
      lock: lock.value ?? unlocked,
      episode: episode.value,
      previous: previous.value?.status === 'open' ? previous.value : undefined,
      versions: { lock: lock.version, episode: episode.version, previous: previous.version },
    };
  }

  async commit(signal: Signal, decision: Decision, { versions }: Snapshot, now: Date): ReturnType<Store['commit']> {
    const key = decisionKey(signal, decision);
    const { lock, episode } = decision.next;
    const { outcome, reason, wouldChange, episode: id, attempt, execution } = decision;
    const { time: _, ...evidence } = signal;
    const items = [
      // The decision comes first: its index among the cancellation reasons distinguishes a repeated event from a changed state.
      put(
        {
          ...key,
          outcome,
          reason,
          wouldChange,
          episode: id,
          attempt,
          executionName: execution?.name,
          input: execution?.input,
          evidence,
          decidedAt: now.toISOString(),
        },
        0,
      ),
      put({ ...LOCK, ...lock }, versions.lock),
      ...(episode === undefined
        ? []
        : [
            put(
              { ...episodeKey(episode.champion), ...episode },
              episode.champion === signal.champion ? versions.episode : versions.previous,
            ),
          ]),
    ];
    try {
      const TransactItems = items.map(({ Put }) => ({ Put: { ...Put, TableName: this.table } }));
      await this.client.send(new TransactWriteCommand({ TransactItems }));
      return 'written';
    } catch (error) {
      if (!(error instanceof TransactionCanceledException)) throw error;
      const codes = error.CancellationReasons?.map(({ Code }) => Code) ?? [];
      if (codes[0] === 'ConditionalCheckFailed') return { recorded: await this.recorded(key) };
      if (!codes.some((code) => code === 'ConditionalCheckFailed' || code === 'TransactionConflict')) throw error;
      await sleep(Math.random() * LONGEST_PAUSE_MS);
      return 'changed';
    }
  }

  /** Frees the lock when `execution` holds it. */
  async freeLock(execution: string): Promise<boolean> {
    try {
      await this.client.send(
        new UpdateCommand({
          TableName: this.table,
          Key: LOCK,
          UpdateExpression: 'SET expiresAt = :free ADD version :one',
          ConditionExpression: 'execution = :execution',
          ExpressionAttributeValues: { ':free': 0, ':one': 1, ':execution': execution },
        }),
      );
      return true;
    } catch (error) {
      // A training started by a person never held the lock.
      if (error instanceof ConditionalCheckFailedException) return false;
      throw error;
    }
  }

  private async get<T>(Key: Record<string, string>): Promise<Versioned<T>> {
    const { Item } = await this.client.send(new GetCommand({ TableName: this.table, Key, ConsistentRead: true }));
    if (Item === undefined) return { version: 0 };
    const { pk: _pk, sk: _sk, version, ...value } = Item;
    return { version: version as number, value: value as T };
  }

  private async recorded(Key: Record<string, string>): Promise<Pick<Decision, 'execution'>> {
    const { value } = await this.get<{ executionName?: string; input: TrainInput }>(Key);
    return {
      execution: value?.executionName === undefined ? null : { name: value.executionName, input: value.input },
    };
  }
}

/** A put that fails when the item has changed since it was read. */
function put(item: Record<string, unknown>, version: number) {
  // #region condition
  const condition =
    version === 0
      ? { ConditionExpression: 'attribute_not_exists(pk)' }
      : { ConditionExpression: 'version = :version', ExpressionAttributeValues: { ':version': version } };
  return { Put: { Item: { ...item, version: version + 1 }, ...condition } };
  // #endregion condition
}

const episodeKey = (champion: string) => ({ pk: `episode#${champion}`, sk: 'open' });

/** Derived from the event alone, so that the same event cannot be decided twice. */
const decisionKey = ({ time, id }: Signal, { again }: Decision) => ({
  pk: `decision#${time.slice(0, 10)}`,
  sk: `${time}#${id}${again ? '#succession' : ''}`,
});
