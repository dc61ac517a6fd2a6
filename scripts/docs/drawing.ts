/** The graph as a picture: SVG by Graphviz, readable on a light and on a dark page, and the same as Mermaid text. */
import { columns, type Edge, type Graph, type Node } from './graph';

/** A box: what it is called, and what it is. */
export type Drawn = Omit<Node, 'room' | 'family'> & { readonly family: Node['family'] | 'elsewhere' };

/** Edges both ways are one line with two heads. */
interface Line extends Edge {
  readonly both: boolean;
}

function linesOf({ edges }: Graph): Line[] {
  const opposite = (edge: Edge) => edges.find(({ from, to }) => from === edge.to && to === edge.from);
  return edges.flatMap((edge): Line[] => {
    const other = opposite(edge);
    if (other === undefined) return [{ ...edge, both: false }];
    return edge.back ? [] : [{ ...edge, both: true }];
  });
}

/** Long labels in lines of about this many characters. */
const WIDTH = 18;

function wrapped(text: string): string[] {
  return text.split(' ').reduce<string[]>((lines, word) => {
    const last = lines.at(-1);
    if (last === undefined || last.length + word.length >= WIDTH) return [...lines, word];
    return [...lines.slice(0, -1), `${last} ${word}`];
  }, []);
}

const identifier = (id: string) => id.replaceAll(/\W/g, '_');

const box = ({ id, label, kind, family }: Drawn) =>
  `${identifier(id)} [class="${family}" label=<<b>${wrapped(label).join('<br/>')}</b><br/><font point-size="10">${kind}</font>>]`;

/** Rooms as columns from left to right. */
export function dot(graph: Graph): string {
  // Every room is one column, and an invisible edge to the next keeps the columns in order.
  const order = columns
    .flatMap((room) => graph.nodes.find((one) => one.room === room) ?? [])
    .flatMap(({ id }, i, firsts) => {
      const next = firsts[i + 1];
      return next === undefined ? [] : [`${identifier(id)} -> ${identifier(next.id)} [style=invis]`];
    });
  const clusters = columns.flatMap((room) => {
    const inside = graph.nodes.filter((one) => one.room === room);
    return inside.length === 0
      ? []
      : [`subgraph "cluster_${room}" { label="${room}"; class="room"; rank=same; ${inside.map(box).join('; ')} }`];
  });
  const edges = linesOf(graph).map(({ from, to, both, back }) => {
    const attributes = [
      `class="${back ? 'back' : from.endsWith('/alarms') ? 'alert' : 'forth'}"`,
      ...(both ? ['dir=both'] : []),
      ...(back ? ['constraint=false'] : []),
    ];
    return `${identifier(from)} -> ${identifier(to)} [${attributes.join(' ')}]`;
  });
  return digraph('rankdir=LR ranksep=0.55', [...clusters, ...order, ...edges]);
}

export type Stroke = Pick<Edge, 'from' | 'to'>;

/** A small drawing from top to bottom, for a column of text; lines both ways are one with two heads. */
export function sketch(nodes: readonly Drawn[], strokes: readonly Stroke[]): string {
  const lines = new Map<string, string>();
  for (const { from, to } of strokes) {
    const [one, back] = [`${identifier(from)} -> ${identifier(to)}`, `${identifier(to)} -> ${identifier(from)}`];
    if (lines.has(back)) lines.set(back, `${back} [class="forth" dir=both]`);
    else lines.set(one, lines.get(one) ?? `${one} [class="forth"]`);
  }
  return digraph('rankdir=TB ranksep=0.3', [...nodes.map(box), ...lines.values()]);
}

const digraph = (layout: string, lines: readonly string[]) => `digraph {
    graph [${layout} bgcolor=transparent fontname="Helvetica" fontsize=13 labeljust=l nodesep=0.22 pad=0.2 splines=true style=rounded newrank=true]
    node [shape=box style="rounded,filled" fontname="Helvetica" fontsize=12 margin="0.14,0.07" height=0.5]
    edge [arrowsize=0.7]
    ${lines.join('\n')}
  }`;

/** Colours follow the reader's page; Graphviz writes its own on every shape, which are taken off. */
export const ROOM_COLOURS = `
  svg { --ink: #1f2328; --soft: #59636e; --room: #f6f8fa; --rim: #d1d9e0; --line: #59636e; --back: #bc4c00;
    --storage: #ddf4ff; --compute: #fff1e5; --machine: #fbefff; --signal: #fff8c5; --door: #dafbe1 }
  @media (prefers-color-scheme: dark) {
    svg { --ink: #f0f6fc; --soft: #9198a1; --room: #151b23; --rim: #3d444d; --line: #9198a1; --back: #f0883e;
      --storage: #12324f; --compute: #4a2b12; --machine: #3a2356; --signal: #3f3510; --door: #12381f }
  }`;
const STYLE = `${ROOM_COLOURS}
  text { fill: var(--ink) } .node text:last-of-type { fill: var(--soft) }
  .room path { fill: var(--room); stroke: var(--rim) } .room text { fill: var(--soft) }
  .node path { stroke: var(--rim) } .storage path { fill: var(--storage) } .compute path { fill: var(--compute) }
  .machine path { fill: var(--machine) } .elsewhere path { fill: none; stroke-dasharray: 2 2 } .signal path { fill: var(--signal) } .door path { fill: var(--door) }
  .edge path { stroke: var(--line); fill: none } .edge polygon { stroke: var(--line); fill: var(--line) }
  .alert path { stroke: var(--rim) } .alert polygon { stroke: var(--rim); fill: var(--rim) }
  .back path { stroke: var(--back); stroke-dasharray: 5 3 } .back polygon { stroke: var(--back); fill: var(--back) }
`;

/** The same text for the same graph in Graphviz's language, whatever the machine: it runs as WebAssembly of a fixed version. */
export async function svg(source: string, title: string): Promise<string> {
  const { instance } = await import('@viz-js/viz');
  const drawing = (await instance()).renderString(source, { format: 'svg', engine: 'dot' });
  const plain = drawing
    .slice(drawing.indexOf('<svg'))
    .replaceAll(/<!--[\s\S]*?-->\n?/g, '')
    .replaceAll(/ (?:fill|stroke)="(?!none)[^"]*"/g, '')
    .replaceAll(/<title>[^<]*<\/title>\n?/g, '');
  return plain.replace(/(<svg[^>]*>)/, `$1\n<title>${title}</title>\n<style>${STYLE}</style>`);
}

/** Mermaid, for readers and tools that take text. */
export function mermaid(graph: Graph): string {
  const node = ({ id, label, kind }: Node) => `    ${identifier(id)}["${label}<br/><small>${kind}</small>"]`;
  return [
    'flowchart LR',
    ...columns.flatMap((room) => {
      const inside = graph.nodes.filter((one) => one.room === room);
      return inside.length === 0 ? [] : [`  subgraph ${room}`, ...inside.map(node), '  end'];
    }),
    ...linesOf(graph).map(({ from, to, both, back }) => {
      const arrow = both ? '<-->' : back ? '-.->' : '-->';
      return `  ${identifier(from)} ${arrow} ${identifier(to)}`;
    }),
    '',
  ].join('\n');
}
