/** State machines: the definition of a template as an object, its states in the order in which they run. */
import type { Json } from './json';

/** The definition, with `${LogicalId}` or `${LogicalId.Attribute}` in place of values that a deployment fills in; undefined where it is no JSON. */
export function definitionOf(value: Json): Json {
  try {
    return inOrder(JSON.parse(inText(value)));
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function inText(value: Json): string {
  if (typeof value !== 'object' || value === null) return String(value);
  if ('Fn::Join' in value) return value['Fn::Join'][1].map(inText).join(value['Fn::Join'][0]);
  if ('Ref' in value) return `\${${value.Ref}}`;
  if ('Fn::GetAtt' in value) return `\${${[value['Fn::GetAtt']].flat().join('.')}}`;
  if (typeof value['Fn::ImportValue'] === 'string') return `\${${value['Fn::ImportValue']}}`;
  // Within the text of a definition an intrinsic stands inside a string of JSON.
  return JSON.stringify(JSON.stringify(value)).slice(1, -1);
}

/** The machine with its states, and those inside its Map and Parallel states, in the order in which they run. */
function inOrder(machine: Json): Json {
  if (typeof machine?.States !== 'object') return machine;
  const states = order(machine.StartAt, machine.States).map((name) => {
    const { ItemProcessor, Iterator, Branches, ...state } = machine.States[name];
    return [
      name,
      {
        ...state,
        ...(ItemProcessor === undefined ? {} : { ItemProcessor: inOrder(ItemProcessor) }),
        ...(Iterator === undefined ? {} : { Iterator: inOrder(Iterator) }),
        ...(Branches === undefined ? {} : { Branches: Branches.map(inOrder) }),
      },
    ];
  });
  return { ...machine, States: Object.fromEntries(states) };
}

const next = ({ Choices = [], Default, Next }: Json): string[] =>
  [...Choices.map((choice: Json) => choice.Next), Default, Next].filter((name) => name !== undefined);
const caught = ({ Catch = [] }: Json): string[] => Catch.map((each: Json) => each.Next);

/** A state comes after all states that lead to it, then the states of failures, and last those that no state leads to. */
function order(start: string, states: Record<string, Json>): string[] {
  const seen = new Set<string>();
  const from = (name: string): string[] => {
    if (seen.has(name) || states[name] === undefined) return [];
    seen.add(name);
    // The last way is walked first, because each way is put before those walked earlier.
    const after = next(states[name])
      .toReversed()
      .reduce<string[]>((rest, following) => [...from(following), ...rest], []);
    return [name, ...after];
  };
  const ordered = from(start);
  for (const name of ordered) ordered.push(...caught(states[name]).flatMap(from));
  return [...ordered, ...Object.keys(states).flatMap(from)];
}
