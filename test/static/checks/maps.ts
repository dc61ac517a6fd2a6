/** What Step Functions refuses of a map, in the words of its guide: names of states, and names of variables, are told apart in the whole machine. */
import type { Json } from '../../shared/json';
import { readable } from '../../shared/kit';
import { rewrite, type Check } from '../check';

/** The states of a definition by the scope that they share variables in. */
function scopes({ States }: Json): Record<string, Json>[] {
  const inner = Object.values<Json>(States).flatMap(({ ItemProcessor }) => ItemProcessor ?? []);
  return [States, ...inner.flatMap(scopes)];
}

/** Variables that the states of a scope assign, in each way that a state has. */
const assigned = (states: Record<string, Json>): string[] =>
  Object.values(states).flatMap((state) =>
    [state, ...(state.Choices ?? []), ...(state.Catch ?? [])].flatMap(({ Assign = {} }: Json) => Object.keys(Assign)),
  );

const repeated = (names: string[]) => [...new Set(names.filter((name, at) => names.indexOf(name) !== at))];

export const maps: Check[] = [
  {
    holds: 'no state of a map has the name of another state, nor assigns a variable that the machine assigns',
    find: (model) =>
      model.ofType('AWS::StepFunctions::StateMachine').flatMap(({ id, properties }) => {
        const all = scopes(JSON.parse(readable(properties.DefinitionString)));
        const names = repeated(all.flatMap((states) => Object.keys(states)));
        const [outer = [], ...inner] = all.map(assigned);
        const variables = new Set(inner.flat().filter((name) => outer.includes(name)));
        return [
          ...names.map((name) => ({ at: id, problem: `two states are called ${name}` })),
          ...[...variables].map((name) => ({ at: id, problem: `${name} is assigned inside and outside of a map` })),
        ];
      }),
    mutations: [
      { breaks: rewrite(/NotTrained/g, 'TrainingFailed'), finds: /two states are called TrainingFailed/ },
      {
        breaks: rewrite(/\\"Assign\\":\{\\"stopped\\"/, '\\"Assign\\":{\\"job\\"'),
        finds: /job is assigned inside and outside of a map/,
      },
    ],
  },
];
