/** What was run, and the data that went through it. */
import type { Evidence, ExecutionRecord } from '../evidence';
import { versionOf, written } from '../verify';
import * as charts from './charts';
import { classOfVersion } from './colours';
import { type Quality, newestEvaluation } from './files';
import { type Cell, counts, folded, type Section, section, table } from './page';

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
  const rows = spans.map((s): Cell[] => [
    s.lane,
    s.name,
    s.version === undefined ? null : { version: s.version },
    s.start.slice(11, 19),
    (Date.parse(s.end) - Date.parse(s.start)) / 1000,
    s.ended,
  ]);
  return section(
    'From raw file to release',
    'All executions of the four state machines, in wall time, in the colour of the model that they made, released or watched.',
    charts.timeline(spans),
    charts.key([
      ...packages.map(({ version }): [string, string] => [classOfVersion(version), `version ${version}`]),
      ['unversioned', 'no version'],
      ['failed', 'failed'],
    ]),
    folded('executions', ['machine', 'execution', 'model', 'start', 'seconds', 'ended as'], rows),
  );
}

/** The version that an execution names in its output or input; a window's file lies in the folder of its champion. */
function modelOf({ input, output }: ExecutionRecord): number | undefined {
  const arn = output?.modelPackageArn ?? input.modelPackageArn;
  if (typeof arn === 'string') return versionOf(arn);
  const [, champion] = /\/windows\/(\d+)\//.exec(String(output?.outcomeUri)) ?? [];
  return champion === undefined ? undefined : Number(champion);
}

export function profile(evidence: Evidence): Section {
  const months = written<Quality>(evidence, 'curated/quality/', 'report.json');
  const rows = months.map((m): Cell[] => [
    m.partition,
    m.rows.in,
    m.rows.curated,
    m.rows.setAside,
    m.rows.quarantined,
    counts(m.setAside),
    counts(m.quarantined),
    counts(m.nulled),
  ]);
  const newest = newestEvaluation(evidence);
  const features = newest?.evaluation.profile ?? [];
  const columns = features.map(({ name, numerical_statistics: n, string_statistics: s }): Cell[] => {
    const { num_present: present, num_missing: missing } = (n ?? s)?.common ?? { num_present: 0, num_missing: 0 };
    return [
      name,
      present,
      missing,
      missing / Math.max(1, present + missing),
      n?.mean,
      n?.min,
      n?.max,
      s?.distinct_count,
    ];
  });
  const histograms = features.flatMap(({ name, numerical_statistics: n }): [string, string][] => {
    const buckets = n?.distribution.kll.buckets.map((b) => ({
      lower: b.lower_bound,
      upper: b.upper_bound,
      count: b.count,
    }));
    return buckets === undefined || buckets.length === 0 ? [] : [[name, charts.histogram(buckets)]];
  });
  return section(
    'Data',
    'Every raw row ends in exactly one class; a field-level rule empties the field and counts it.',
    table(
      [
        'partition',
        'rows in',
        'curated',
        'set aside',
        'quarantined',
        'set aside because',
        'quarantined because',
        'fields emptied',
      ],
      rows,
    ),
    `<div class="${classOfVersion(newest?.version)}">${charts.many(' small', histograms)}</div>`,
    folded(
      'columns of the newest model’s data period',
      ['feature', 'present', 'missing', 'missing share', 'mean', 'min', 'max', 'distinct'],
      columns,
    ),
  );
}
