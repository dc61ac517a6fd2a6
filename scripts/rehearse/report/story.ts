/** The story of a run: the serving model's quality week by week, and released or held versions. */
import { checks } from '../../../lib/monitoring/room';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DayRange } from '../../../lib/shared/days';
import { ROOT } from '../../shared/cdk';
import type { Evidence } from '../evidence';
import { outcomesOf, type Summary, versionOf } from '../verify';
import { type Interval, type Outcome, read } from './files';

/** Scores with 95 % intervals, from draws of whole days of the week. */
export interface Week extends DayRange {
  champion: number;
  /** Absent when there are too few labels or records. */
  score?: { measure: string; champion: number; interval: Interval; rule: number; ruleInterval: Interval };
  violations: ('quality' | 'drift')[];
  confirmed: boolean;
}

/** A training with a gate decision, dated on the first day after its data. */
export interface Challenge {
  day: string;
  outcome: 'held' | 'released' | 'rejected' | 'waits';
  /** Absent when the gate held it. */
  version?: number;
  measure: string;
  score: number;
  ruleScore: number;
  /** Gain over the champion on the same rows; absent without a champion. */
  gain?: { value: number; interval: Interval };
  /** The reason against its release. */
  reason?: string;
}

export interface Story {
  weeks: Week[];
  challenges: Challenge[];
}

/** Data of the README's picture; `report --story` writes it. */
export const STORY = join(ROOT, 'docs/story.json');

const four = (figure: number) => Number(figure.toFixed(4));
const both = ([low, high]: Interval): Interval => [four(low), four(high)];

export function storyOf(summary: Summary, evidence: Evidence): Story {
  const weeks = outcomesOf<Outcome>(evidence).map(({ window, champion, quality: q, violations, confirmed }): Week => {
    const kinds = violations.map(({ check }) => (check === checks.modelQuality ? 'quality' : 'drift'));
    return {
      ...window,
      champion: versionOf(champion),
      ...(q && {
        score: {
          measure: q.measure,
          champion: four(q.score),
          interval: both(q.scoreInterval),
          rule: four(q.ruleScore),
          ruleInterval: both(q.ruleScoreInterval),
        },
      }),
      violations: [...new Set(kinds)].sort(),
      confirmed,
    };
  });
  const challenges = summary.gates.map((gate): Challenge => {
    const release = gate.promoted
      ? summary.releases.find(({ trainedThrough }) => trainedThrough === gate.window.end)
      : undefined;
    const released = release?.outcome === 'released';
    return {
      day: gate.window.end,
      outcome: !gate.promoted ? 'held' : release === undefined ? 'waits' : released ? 'released' : 'rejected',
      ...(release && { version: release.version }),
      measure: gate.measure,
      score: four(gate.challengerScore),
      ruleScore: four(gate.ruleScore),
      ...(gate.gain !== null && gate.interval && { gain: { value: four(gate.gain), interval: both(gate.interval) } }),
      ...(!released && { reason: release?.reason ?? gate.reason }),
    };
  });
  return { weeks, challenges };
}

const MONTHS = 'January February March April May June July August September October November December'.split(' ');
export const monthName = (month: string) => MONTHS[Number(month.slice(5, 7)) - 1]!;
export const dayName = (day: string) => `${Number(day.slice(8))} ${monthName(day)}`;
/** Text without a line break between its ends. */
export const figures = ([low, high]: Interval) => `[${low.toFixed(3)},\u00a0${high.toFixed(3)}]`;

const ENDED = {
  released: 'released',
  rejected: 'rejected at its release',
  held: 'held by the gate',
  waits: 'left to wait for approval',
} as const;

/** The story in sentences, in the order of days. */
export function told({ weeks, challenges }: Story): string[] {
  return challenges.map(({ day, outcome, version, measure, score, ruleScore, gain, reason }) => {
    const confirmed = weeks.find((week) => week.end === day && week.confirmed);
    const cause =
      confirmed === undefined
        ? 'a person started a training'
        : `Monitor confirmed a ${confirmed.violations.join(' and a ')} violation, the guard started a training`;
    const why =
      reason ??
      (gain === undefined
        ? `${measure} ${score.toFixed(3)} against ${ruleScore.toFixed(3)} of the simple rule`
        : `it gained ${gain.value.toFixed(3)} ${measure} ${figures(gain.interval)} over the champion on rows that neither was trained on`);
    return `${dayName(day)}: ${cause}, and ${version === undefined ? 'the challenger' : `version ${version}`} was ${ENDED[outcome]}: ${why}.`;
  });
}

/**
 * Stores the story of a run with the documents. @returns the path
 * @throws Error when the run did not pass or has another story
 */
export function keepStory(runDir: string): string {
  const { summary, evidence } = read(runDir);
  if (summary.scenario !== 'drift' || summary.status !== 'passed')
    throw new Error(
      `${runDir} is a ${summary.status} run of ${summary.scenario}: give the folder of a passed run of drift`,
    );
  const { weeks, challenges } = storyOf(summary, evidence);
  // One line per entry, so that a diff shows single changes.
  const lines = (list: unknown[]) => list.map((one) => JSON.stringify(one)).join(',\n');
  writeFileSync(STORY, `{"weeks":[\n${lines(weeks)}\n],"challenges":[\n${lines(challenges)}\n]}\n`);
  return STORY;
}
