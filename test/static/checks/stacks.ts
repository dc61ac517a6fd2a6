/** Stacks whatever their parameters say. */
import type { Json } from '../../shared/json';
import type { Check } from '../check';

export const stacks: Check[] = [
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
