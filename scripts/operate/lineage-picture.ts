/** The lineage as a picture, from raw files on the left to releases on the right. */
import { svg } from '../docs/drawing';
import { type HashedFile, type Lineage, rawByPartition } from './lineage';

/** Enough digits of a hash to distinguish two files; the text has all of them. */
const DIGITS = 10;

export const picture = (found: Lineage): Promise<string> =>
  svg(dot(found), `Lineage of version ${found.version.version}`);

export function dot({ version, record, releases, windows }: Lineage): string {
  const { data, code, training, decision } = record;
  const { slices, rows } = data;
  const nodes = [
    ...rawByPartition(data.partitions).flatMap(({ partition, run, rows: curated, files }) => [
      node(`raw ${partition}`, 'storage', 'raw files', files.map(file)),
      node(partition, 'compute', partition, [`${curated} rows`, `curated by ${run}`]),
    ]),
    node('labels', 'storage', 'labels', data.labels.map(file)),
    node('slices', 'compute', 'fit, select, gate', [
      ...Object.keys(slices).map((name) => `${name} ${slices[name]!.join(' to ')}, ${rows[name]} rows`),
      data.dataHash.slice(0, DIGITS),
    ]),
    node('code', 'storage', 'code', [code.sha256.slice(0, DIGITS)]),
    node('image', 'storage', 'image', [training.image.split('/').at(-1)!, training.instanceType]),
    node(
      'parameters',
      'signal',
      training.algorithm,
      Object.entries(training.hyperparameters).map(([name, value]) => `${name} ${value}`),
    ),
    node('model', 'machine', 'model', [record.identity]),
    node('gate', 'machine', decision.promoted ? 'gate: promoted' : 'gate: held', []),
    node('version', 'door', `version ${version.version}`, [version.approval]),
    ...releases.map(({ execution, outcome, startedAt }) =>
      node(execution, 'door', `release: ${outcome}`, [startedAt.toISOString()]),
    ),
    ...windows.map(({ window, status }) =>
      node(window.end, 'compute', status, [`window ${window.start} to ${window.end}`]),
    ),
  ];
  const edges = [
    ...data.partitions.flatMap(({ partition }) => [
      [`raw ${partition}`, partition],
      [partition, 'slices'],
    ]),
    ['labels', 'slices'],
    ...['slices', 'code', 'image', 'parameters'].map((from) => [from, 'model']),
    ['model', 'gate'],
    ['gate', 'version'],
    ...releases.map(({ execution }) => ['version', execution]),
    ...windows.map(({ window }) => [releases.at(-1)?.execution ?? 'version', window.end]),
  ];
  return `digraph {
    graph [rankdir=LR bgcolor=transparent nodesep=0.15 ranksep=0.5 pad=0.2]
    node [shape=box style="rounded,filled" fontname="Helvetica" fontsize=12 margin="0.14,0.07"]
    edge [arrowsize=0.7 class="forth"]
    ${[...nodes, ...edges.map((ends) => ends.map(quoted).join(' -> '))].join('\n    ')}
  }`;
}

const file = ({ key, sha256 }: HashedFile) => `${sha256.slice(0, DIGITS)} ${key}`;
const quoted = (text = '') => JSON.stringify(text);
const plain = (text: string) => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');

function node(id: string, family: string, title: string, lines: readonly string[]): string {
  const small = lines.map((line) => `<font point-size="10">${plain(line)}</font>`);
  return `${quoted(id)} [class="${family}" label=<${[`<b>${plain(title)}</b>`, ...small].join('<br/>')}>]`;
}
