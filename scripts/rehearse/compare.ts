/** Two finished rehearsals side by side: what they showed, and where they are not the same. */
import { join } from 'node:path';
import { readJson } from '../shared/json-file';
import { spoken } from './unknowns';
import type { Summary } from './verify';

interface Row {
  what: string;
  left: string;
  right: string;
  differs: boolean;
}

const figure = (value: number | null | undefined): string => (value == null ? 'none' : value.toFixed(3));

/** What a run is told apart by, a sentence each; a list becomes a row per member. */
const aspects: Record<string, (run: Summary) => string | string[]> = {
  status: ({ status, reason }) => (status === 'passed' ? status : `${status}: ${reason}`),
  scenario: ({ scenario }) => scenario,
  profile: ({ profile }) => profile,
  seconds: ({ durationSeconds }) => durationSeconds.toFixed(0),
  assumed: ({ assumed }) => spoken(assumed),
  template: ({ templates }) =>
    templates.map(({ stack, sha256, resources }) => `${stack} ${sha256.slice(0, 8)}, ${resources} resources`),
  release: ({ releases }) =>
    releases.map((each) => `version ${each.version}, ${each.trigger}, through ${each.trainedThrough}: ${each.outcome}`),
  gate: ({ gates }) =>
    gates.map(
      (each) =>
        `${each.window.start} to ${each.window.end}: ${each.measure} ${figure(each.challengerScore)}, rule ${figure(each.ruleScore)}, gain ${figure(each.gain)}: ${each.promoted ? 'promoted' : 'held'}`,
    ),
  window: ({ monitor }) =>
    monitor.map(
      (each) =>
        `${each.window.start}: ${each.measure ?? 'no score'} ${figure(each.score)}, ${each.violations.length} violations${each.confirmed ? ', confirmed' : ''}`,
    ),
  guard: ({ decisions }) => decisions.map(({ outcome, reason }) => `${outcome}: ${reason}`),
  access: ({ iam }) => `${iam.allowed} allowed, ${iam.denied} denied, ${iam.unused.length} grants not used`,
  left: ({ sweep }) => sweep.left.join(', ') || 'nothing',
};

/** @param folders of two runs. @throws Refused where one has no summary */
export function compareRuns(...folders: [string, string]): Row[] {
  const [left, right] = folders.map((folder) => readJson(join(folder, 'summary.json')) as Summary);
  return Object.entries(aspects).flatMap(([what, of]) => {
    const [a, b] = [of(left!), of(right!)].map((told) => (typeof told === 'string' ? [told] : told));
    return Array.from({ length: Math.max(a!.length, b!.length) }, (_, place) => {
      const [l, r] = [a![place] ?? '', b![place] ?? ''];
      // Durations never are the same, and say nothing by it.
      return { what, left: l, right: r, differs: l !== r && what !== 'seconds' };
    });
  });
}

/** The rows in two columns; the ones that are not the same begin with a mark. */
export function told(rows: readonly Row[]): string[] {
  const width = Math.max(...rows.map(({ left }) => left.length));
  const differing = rows.filter(({ differs }) => differs).length;
  return [
    ...rows.map(({ what, left, right, differs }) =>
      `${differs ? '≠' : ' '} ${what.padEnd(9)} ${left.padEnd(width)}  ${right}`.trimEnd(),
    ),
    differing === 0 ? 'the two runs show the same' : `${differing} of ${rows.length} lines differ`,
  ];
}
