/** The drawings of a room's page: a stack with what it touches, and the way through a state machine. */
import { names } from '../../lib/shared/names';
import { type Json, stackOf } from '../shared/templates';
import { type Drawn, sketch, type Stroke } from './drawing';
import { graphOf, words } from './graph';
import { grouped } from './markdown';
import { KIT, type Synthesized } from './synthesized';

export interface Sketch {
  readonly file: string;
  readonly title: string;
  readonly source: string;
}

/** A stack, and each other room that it touches as one dashed box. Alarms are left out: all of them lead to the topic of foundation. */
export function stackSketch(stack: string, kit: Synthesized): Sketch {
  const { nodes, edges } = graphOf(kit);
  const isOwn = (id: string) => id.startsWith(`${stack}/`);
  const touching = edges.filter(({ from, to }) => (isOwn(from) || isOwn(to)) && !from.endsWith('/alarms'));
  const shown = nodes.filter(({ id }) => touching.some(({ from, to }) => from === id || to === id));
  const others = grouped(
    shown.filter(({ id }) => !isOwn(id)),
    ({ room }) => room,
  );
  const boxOf = new Map([...others].flatMap(([room, of]) => of.map(({ id }) => [id, room] as const)));
  const boxes = [...others].map(([room, of]): Drawn => {
    const label = of.map((node) => (node.kind === 'SageMaker jobs' ? 'jobs' : node.label)).join(', ');
    return { id: room, label, kind: `in ${room}`, family: 'elsewhere' };
  });
  const name = stackOf(stack).stack;
  return {
    file: `${name}.svg`,
    title: `What ${names.stack(KIT, name)} holds and touches`,
    source: sketch(
      [...shown.filter(({ id }) => isOwn(id)), ...boxes],
      touching.map(({ from, to }) => ({ from: boxOf.get(from) ?? from, to: boxOf.get(to) ?? to })),
    ),
  };
}

/** States that every failure leads to; what leads there alone is the failure path too. */
const FAILURE = ['Alert', 'Failed'];

/** The way through a state machine: its calls that change something, and its ends. Reads, notices, waits, ways back and the failure path are left out. */
export function machineSketch(title: string, kit: Synthesized): Sketch {
  const machine = kit.resources.find(
    ({ type, path }) => type === 'AWS::StepFunctions::StateMachine' && titleOf(path) === title,
  );
  if (machine === undefined) throw new Error(`no state machine is called ${title}`);
  const { StartAt, States } = JSON.parse(kit.text(machine.stack, machine.properties.DefinitionString)) as Json;
  const next = forward(StartAt, States);
  const shown = [...next.keys()].filter((name) => {
    const { Type, Resource } = States[name];
    return (
      ['Map', 'Succeed'].includes(Type) || (Type === 'Task' && !/:(?:get|describe|list|publish)\w*$/i.test(Resource))
    );
  });
  const seen = (name: string): string[] => next.get(name)!.flatMap((to) => (shown.includes(to) ? [to] : seen(to)));
  const ways = new Map(shown.map((name) => [name, [...new Set(seen(name))]]));
  const comesFrom = (name: string) => shown.filter((from) => ways.get(from)!.includes(name));
  // States of one type between the same others are one box.
  const boxes = grouped(shown, (name) => JSON.stringify([States[name].Type, comesFrom(name), ways.get(name)]));
  const box = new Map([...boxes.values()].flatMap((same) => same.map((name) => [name, same[0]!] as const)));
  const drawn = [...boxes.values()].map((same): Drawn => ({
    id: same[0]!,
    label: same.map(words).join(', '),
    kind: [...new Set(same.map((name) => kindOf(States[name])))].join(', '),
    family: States[same[0]!].Type === 'Succeed' ? 'door' : 'compute',
  }));
  const strokes = [...ways].flatMap(([from, all]) =>
    all.map((to): Stroke => ({ from: box.get(from)!, to: box.get(to)! })),
  );
  return {
    file: `${title.toLowerCase()}-machine.svg`,
    title: `The way through ${title}`,
    source: sketch(drawn, strokes),
  };
}

const titleOf = (path: string) =>
  path
    .split('/')
    .filter((part) => part !== 'Machine')
    .at(-1);

/** An end, a loop, or the operation that is called. */
const kindOf = ({ Type, Resource }: Json): string =>
  ({ Succeed: 'end', Map: 'for each' })[Type as string] ?? (Resource as string).split(':').at(-1)!.replace(/\..*$/, '');

/** The next states of each one, without the failure path and without ways back. */
function forward(start: string, states: Json): Map<string, string[]> {
  const ways = new Map<string, string[]>();
  const fails = (name: string) => FAILURE.includes(name) || FAILURE.includes(states[name].Next as string);
  const walk = (name: string, before: readonly string[]): void => {
    if (ways.has(name)) return;
    const { Next, Default, Choices = [], Catch = [] } = states[name];
    const all = [Next, Default, ...[...Choices, ...Catch].map((way: Json) => way.Next)] as (string | undefined)[];
    const on = all.filter((to) => to !== undefined && !fails(to) && to !== name && !before.includes(to)) as string[];
    ways.set(name, on);
    for (const to of on) walk(to, [...before, name]);
  };
  walk(start, []);
  return ways;
}
