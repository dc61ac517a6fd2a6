/** Output prefixes of jobs: it is undocumented how Processing treats a slash at the end. */
import type { Json } from '../../shared/json';
import { readable } from '../../shared/kit';
import { rewrite, type Check } from '../check';

const STRIPPED = String.raw`, /\/$/, '') %}`;

/** The outputs of a request or a resource, at any depth. */
function outputs(part: Json): string[] {
  if (typeof part !== 'object' || part === null) return [];
  const own = part.S3Output?.S3Uri;
  return [...(own === undefined ? [] : [readable(own)]), ...Object.values(part).flatMap(outputs)];
}

export const outputUris: Check[] = [
  {
    holds: 'no output of a processing job has a slash at its end',
    find: (model) =>
      [
        ...model.tasks.map(({ machine, state, arguments: args }) => ({ at: `${machine.id} ${state}`, given: args })),
        ...model.nodes
          .filter(({ type }) => type.startsWith('AWS::SageMaker::'))
          .map(({ id, properties }) => ({ at: id, given: properties })),
      ].flatMap(({ at, given }) =>
        outputs(given)
          .filter((uri) => (uri.startsWith('{%') ? !uri.endsWith(STRIPPED) : uri.endsWith('/')))
          .map((uri) => ({ at, problem: `writes to ${uri}: SageMaker may keep a slash at its end, so take it off` })),
      ),
    mutations: [
      {
        breaks: rewrite(/\$replace\(\$windowUri, .{1,8}\$\/, ''\)/, '$windowUri'),
        finds: /RunMonitor: writes to {% \$windowUri %}/,
      },
      {
        breaks: rewrite(/\$replace\(\$evaluation, .{1,8}\$\/, ''\)/, '$evaluation'),
        finds: /Compare: writes to {% \$evaluation %}/,
      },
      {
        breaks: rewrite(/managed\/reports\/data-quality(?=")/, 'managed/reports/data-quality/'),
        finds: /DataQuality\w*: writes to s3:.*data-quality\/: SageMaker/,
        only: ['managed'],
      },
    ],
  },
];
