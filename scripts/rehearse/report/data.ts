/** What was run, and the data that went through it. */
import type { Evidence, ExecutionRecord } from '../evidence';
import { versionOf, written } from '../verify';
import * as charts from './charts';
import { classOfVersion } from './colours';
import { type Quality, newestEvaluation } from './files';
import { counts, folded, type Section, section, table } from './page';

export function timeline({ machines, packages }: Evidence): Section {
  const lanes: [string, ExecutionRecord[]][] = [
    ['Prepare', machines.prepare],
    ['Train', machines.train],
    ['Release', machines.release],
    ['Monitor', machines.monitor],
  ];
  const spans = lanes.flatMap(([lane, executions]) =>
    executions.map((e) => ({
      lane,
      name: e.name,
      start: e.startedAt,
      end: e.stoppedAt ?? e.startedAt,
      ended: (e.output?.outcome as string | undefined) ?? e.status,
      failed: e.status !== 'SUCCEEDED',
      version: modelOf(e),
    })),
  );
  return section(
    'From raw file to release',
    'All executions of the four state machines, in wall time, in the colour of the model that they made, released or watched.',
    charts.timeline(spans),
    charts.key([
      ...packages.map(({ version }): [string, string] => [classOfVersion(version), `version ${version}`]),
      ['unversioned', 'no version'],
      ['failed', 'failed'],
    ]),
    folded(
      'executions',
      spans,
      ['machine', ({ lane }) => lane],
      ['execution', ({ name }) => name],
      ['model', ({ version }) => (version === undefined ? null : { version })],
      ['start', ({ start }) => start.slice(11, 19)],
      ['seconds', ({ start, end }) => (Date.parse(end) - Date.parse(start)) / 1000],
      ['ended as', ({ ended }) => ended],
    ),
  );
}

/** The version that an execution names in its output or input; a window's file lies in the folder of its champion. */
function modelOf({ input, output }: ExecutionRecord): number | undefined {
  const arn = output?.modelPackageArn ?? input.modelPackageArn;
  // An expiry releases no package, and says `none`.
  if (typeof arn === 'string' && arn.startsWith('arn:')) return versionOf(arn);
  const [, champion] = /\/windows\/(\d+)\//.exec(String(output?.outcomeUri)) ?? [];
  return champion === undefined ? undefined : Number(champion);
}

export function profile(evidence: Evidence): Section {
  const months = written<Quality>(evidence, 'curated/quality/', 'report.json');
  const newest = newestEvaluation(evidence);
  const features = newest?.evaluation.profile ?? [];
  const columns = features.map(({ name, numerical_statistics: n, string_statistics: s }) => {
    const { num_present: present, num_missing: missing } = (n ?? s)?.common ?? { num_present: 0, num_missing: 0 };
    return { name, present, missing, n, s };
  });
  const histograms = features.flatMap(({ name, numerical_statistics: n }): [string, string][] => {
    const { buckets = [] } = n?.distribution.kll ?? {};
    const bars = buckets.map(({ lower_bound: lower, upper_bound: upper, count }) => ({ lower, upper, count }));
    return bars.length === 0 ? [] : [[name, charts.histogram(bars)]];
  });
  return section(
    'Data',
    'Every raw row ends in exactly one class; a field-level rule empties the field and counts it.',
    table(
      months,
      'partition',
      ['rows in', ({ rows }) => rows.in],
      ['curated', ({ rows }) => rows.curated],
      ['set aside', ({ rows }) => rows.setAside],
      ['quarantined', ({ rows }) => rows.quarantined],
      ['set aside because', ({ setAside }) => counts(setAside)],
      ['quarantined because', ({ quarantined }) => counts(quarantined)],
      ['fields emptied', ({ nulled }) => counts(nulled)],
    ),
    `<div class="${classOfVersion(newest?.version)}">${charts.many(' small', histograms)}</div>`,
    folded(
      'columns of the newest model’s data period',
      columns,
      ['feature', ({ name }) => name],
      'present',
      'missing',
      ['missing share', ({ present, missing }) => missing / Math.max(1, present + missing)],
      ['mean', ({ n }) => n?.mean],
      ['min', ({ n }) => n?.min],
      ['max', ({ n }) => n?.max],
      ['distinct', ({ s }) => s?.distinct_count],
    ),
  );
}
