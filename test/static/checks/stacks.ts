/** What stands in every room alike: a resource without a condition, rules that lose nothing. */
import type { Json } from '../../shared/json';
import { edit, type Check } from '../check';

export const stacks: Check[] = [
  {
    holds: 'a rule keeps what it cannot deliver',
    find: (model) =>
      model
        .ofType('AWS::Events::Rule')
        // The managed engine's own alarm covers what it misses.
        .filter(({ stack }) => stack !== 'monitoring')
        .filter(({ properties }) => properties.Targets.some((target: Json) => target.DeadLetterConfig === undefined))
        .map(({ id }) => ({ at: id, problem: 'drops what it cannot deliver: give it the dead letters of foundation' })),
    mutations: [
      {
        breaks: edit('AWS::Events::Rule', ({ Properties }) => delete Properties.Targets[0].DeadLetterConfig),
        finds: /drops what it cannot deliver/,
      },
    ],
  },
  {
    holds: 'a stack has a resource whatever its parameters say: without one its first deployment may stay in review',
    find: ({ templates }) =>
      Object.entries<Json>(templates)
        .filter(([, { Resources }]) =>
          Object.values<Json>(Resources).every(
            ({ Type, Condition }) => Condition !== undefined || Type === 'AWS::CDK::Metadata',
          ),
        )
        .map(([stack]) => ({
          at: stack,
          problem: 'all of its resources may be left out: add one without a condition',
        })),
    mutations: [
      {
        breaks: (templates) => {
          const broken = structuredClone(templates);
          const handles = Object.entries<Json>(broken['serving-model'].Resources).filter(
            ([, { Type }]) => Type === 'AWS::CloudFormation::WaitConditionHandle',
          );
          for (const [id] of handles) delete broken['serving-model'].Resources[id];
          return broken;
        },
        finds: /serving-model: all of its resources may be left out/,
      },
    ],
  },
];
