/** Whether a monitoring run starts a retraining: a pure function of the signal, the state, the configuration and the wall clock. */
import { statuses } from '../../../lib/monitoring/room';
import type { Config } from '../../../lib/config';
import type { Evidence } from '../../../lib/retraining/room';
import { addDays } from '../../../lib/shared/days';

export type GuardConfig = Config['retraining'] & {
  /** Lease of the lock: the longest duration of Train, after which a missing end event no longer blocks retraining. */
  readonly leaseMinutes: number;
};

/** One monitoring run, from its event. */
export interface Signal extends Evidence {
  /** The event's id, which a repeated delivery keeps. */
  id: string;
  /** The time of the event, ISO 8601. */
  time: string;
}

/** Shared by all episodes: the running training, and the limits for the next one. */
export interface Lock {
  /** Name of the execution that holds the lock until `expiresAt` (epoch seconds; 0 after its end event). */
  execution: string | null;
  expiresAt: number;
  /** End of the window that caused the latest retraining. */
  windowEnd: string | null;
  /** Wall-clock day of the latest start, and the number of starts on that day. */
  day: string | null;
  starts: number;
  /** The champion of the newest signal, and that signal's time. */
  champion: string | null;
  championSeen: string;
}

/** The latest episode under one champion. */
export interface Episode {
  champion: string;
  id: string;
  status: 'open' | 'closed';
  /** Ends of the windows that opened the episode, violated last, and closed it. */
  openedAt: string;
  violatedAt: string;
  closedAt: string | null;
  attempts: number;
  /** The `dataThrough` of the latest attempt. */
  lastDataThrough: string | null;
  labelledRows: number;
}

export interface State {
  lock: Lock;
  /** The episode of the signal's champion. */
  episode?: Episode;
  /** The episode of the previous champion, while it is still open. */
  previous?: Episode;
}

export interface TrainInput {
  mode: 'train';
  trigger: 'drift';
  dataThrough: string;
  episode: string;
  attempt: number;
}

export interface Decision {
  outcome: 'started' | 'skipped' | 'closed';
  reason: string;
  /** What would have led to another decision, for people; null where a training was started. */
  wouldChange: string | null;
  episode: string | null;
  /** Number of the attempt within the episode. */
  attempt: number;
  execution: { name: string; input: TrainInput } | null;
  /** The items to write; absent ones stay as they are. */
  next: { lock: Lock; episode?: Episode };
  /** Only the episode of the previous champion was closed; the signal itself is still to be decided. */
  again: boolean;
}

export const unlocked: Lock = {
  execution: null,
  expiresAt: 0,
  windowEnd: null,
  day: null,
  starts: 0,
  champion: null,
  championSeen: '',
};

/** A decision that starts no training. */
const idle = (outcome: Decision['outcome'], reason: string, wouldChange: string, next: Decision['next']): Decision => ({
  outcome,
  reason,
  wouldChange,
  episode: next.episode?.id ?? null,
  attempt: next.episode?.attempts ?? 0,
  execution: null,
  next,
  again: false,
});

export function decide(signal: Signal, state: State, config: GuardConfig, now: Date): Decision {
  const { previous } = state;
  const { champion, championSeen } = state.lock;
  // Equal times count as old: closing an episode twice would let an old event undo a newer one.
  if (signal.champion !== champion && signal.time <= championSeen)
    return idle(
      'skipped',
      `${version(champion)} serves in place of ${version(signal.champion)}, which was measured`,
      `a window that ${version(champion)} served`,
      { lock: state.lock },
    );
  const lock =
    signal.time < championSeen ? state.lock : { ...state.lock, champion: signal.champion, championSeen: signal.time };
  if (previous !== undefined) {
    const closed = { ...previous, status: 'closed', closedAt: previous.violatedAt } as const;
    const reason = `${version(signal.champion)} serves in place of ${version(previous.champion)}`;
    const wouldChange = `a confirmed violation of ${version(signal.champion)} opens an episode of its own`;
    return { ...idle('closed', reason, wouldChange, { lock, episode: closed }), again: true };
  }

  const open = state.episode?.status === 'open' ? state.episode : undefined;
  const skipped = (reason: string, wouldChange: string, episode = open) =>
    idle('skipped', reason, wouldChange, { lock, episode });
  const { end } = signal.window;
  if (signal.status === statuses.completed) {
    if (open === undefined) return skipped('no violation, and no episode is open', 'a confirmed violation opens one');
    if (end <= open.violatedAt)
      return skipped(
        `clean, but older than the violation in the window that ends ${open.violatedAt}`,
        'a clean window that ends later closes the episode',
      );
    const closed = { ...open, status: 'closed', closedAt: end } as const;
    return idle(
      'closed',
      `the window that ends ${end} is clean`,
      'a confirmed violation in a later window opens another',
      { lock, episode: closed },
    );
  }
  if (signal.status !== statuses.violations)
    return skipped(`${signal.status} is no evidence of drift`, 'a window with enough records and labels');
  if (!signal.confirmed)
    return skipped(
      'the violation is not confirmed yet',
      'violations in as many of the latest windows as monitoring.confirm says',
    );
  if (open === undefined && state.episode?.closedAt != null && end <= state.episode.closedAt)
    return skipped(
      `older than the window that closed episode ${state.episode.id} (${state.episode.closedAt})`,
      'a confirmed violation in a window that ends later opens another',
    );

  const episode =
    open === undefined ? opened(signal) : { ...open, violatedAt: open.violatedAt > end ? open.violatedAt : end };
  const obstacle = whyNot(signal, episode, lock, config, now);
  if (obstacle !== undefined) return skipped(...obstacle, episode);

  const attempt = episode.attempts + 1;
  const name = `drift-${episode.id}-${attempt}`;
  const today = now.toISOString().slice(0, 10);
  return {
    outcome: 'started',
    reason: `${[...new Set(signal.violations.map(({ feature }) => feature))].join(', ')}: attempt ${attempt} of ${config.maxAttemptsPerEpisode}`,
    wouldChange: null,
    episode: episode.id,
    attempt,
    execution: { name, input: { mode: 'train', trigger: 'drift', dataThrough: end, episode: episode.id, attempt } },
    next: {
      lock: {
        ...lock,
        execution: name,
        expiresAt: Math.ceil(now.getTime() / 1000) + config.leaseMinutes * 60,
        windowEnd: end,
        day: today,
        starts: startsOn(today, lock) + 1,
      },
      episode: { ...episode, attempts: attempt, lastDataThrough: end, labelledRows: signal.newLabelledRows },
    },
    again: false,
  };
}

/** The first reason not to start, or undefined. Reasons that people understand quickly come before computed ones. */
function whyNot(
  { window, newLabelledRows }: Signal,
  episode: Episode,
  lock: Lock,
  config: GuardConfig,
  now: Date,
): [reason: string, wouldChange: string] | undefined {
  // #region reasons
  if (lock.expiresAt * 1000 > now.getTime())
    return [
      `execution ${lock.execution} is running`,
      `its end, or ${new Date(lock.expiresAt * 1000).toISOString()}, when its lease runs out`,
    ];
  if (lock.windowEnd !== null && window.end <= lock.windowEnd)
    return [`a retraining has answered the window that ends ${lock.windowEnd}`, 'a window that ends later'];
  if (episode.attempts >= config.maxAttemptsPerEpisode)
    return [
      `the episode has had its ${config.maxAttemptsPerEpisode} attempts`,
      'a clean window or a new champion ends the episode; a person may start Train',
    ];
  const rows = newLabelledRows - (episode.attempts === 0 ? 0 : episode.labelledRows);
  // The negation also covers an event without the number, for which `<` would be false.
  if (!(rows >= config.minNewLabelledRows))
    return [
      `${rows} new labelled rows since ${episode.attempts === 0 ? "the champion's training" : 'the attempt before'}, ${config.minNewLabelledRows} are needed`,
      'more labels, or a lower retraining.minNewLabelledRows',
    ];
  const earliest = lock.windowEnd === null ? window.end : addDays(lock.windowEnd, config.cooldownDays);
  if (window.end < earliest)
    return [
      `cooldown: windows that end ${earliest} or later may start the next retraining`,
      'such a window, or a lower retraining.cooldownDays',
    ];
  const today = now.toISOString().slice(0, 10);
  if (startsOn(today, lock) >= config.maxPerDay)
    return [
      `${startsOn(today, lock)} retrainings were started on ${today}, ${config.maxPerDay} are allowed`,
      'the next day (UTC), or a higher retraining.maxPerDay',
    ];
  // #endregion reasons
  return undefined;
}

/** Ids become part of execution names: letters, digits, dashes, and short. */
function opened({ champion, window }: Signal): Episode {
  return {
    champion,
    id: `${version(champion)}-${window.end}`,
    status: 'open',
    openedAt: window.end,
    violatedAt: window.end,
    closedAt: null,
    attempts: 0,
    lastDataThrough: null,
    labelledRows: 0,
  };
}

const version = (champion: string | null): string => `v${champion?.split('/').at(-1)}`;

const startsOn = (day: string, lock: Lock): number => (lock.day === day ? lock.starts : 0);
