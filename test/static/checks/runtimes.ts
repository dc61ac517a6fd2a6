/** Nothing that AWS stops patching soon. Judged on the day on which the tests run: a fork goes red when it is time to move. */
import { edit, rewrite, type Check } from '../check';
import { lambdaRuntimes } from '../schemas';

interface Support {
  /** Last day of patches; null where AWS has announced none. */
  readonly end: string | null;
  readonly source: string;
  readonly checkedOn: string;
}

/** https://docs.aws.amazon.com/glue/latest/dg/glue-version-support-policy.html names the versions that end. */
const glue: Record<string, Support> = Object.fromEntries(
  ['5.0', '5.1', '6.0'].map((version) => [
    version,
    { end: null, source: 'AWS Glue version support policy', checkedOn: '2026-11-23' },
  ]),
);

/** Release notes of the deep learning containers. */
const xgboost: Record<string, Support> = {
  '3.0-5': {
    end: '2026-11-17',
    source: 'AWS Deep Learning Containers, sagemaker-xgboost 3.0-5',
    checkedOn: '2026-11-22',
  },
  '3.2-0': {
    end: '2027-05-13',
    source: 'AWS Deep Learning Containers, sagemaker-xgboost 3.2-0',
    checkedOn: '2026-11-22',
  },
};

const YEAR = 365;
/** AWS patches an image for one year from its release, so none is ever a year from its end: a quarter is left to move. */
const QUARTER = 90;

function ending(what: string, support: Pick<Support, 'end'> | undefined, days: number): string[] {
  if (support === undefined) return [`${what} is in no table of support dates: look it up and add it`];
  if (support.end === null) return [];
  const left = Math.floor((Date.parse(support.end) - Date.now()) / 86_400_000);
  return left >= days ? [] : [`${what} ends on ${support.end}, in ${left} days; at least ${days} are wanted`];
}

export const runtimes: Check[] = [
  {
    holds: 'no runtime, Glue version or image is near the end of its support',
    find: (model) => [
      ...model.ofType('AWS::Lambda::Function').flatMap(({ id, properties: { Runtime } }) => {
        const known = lambdaRuntimes[Runtime];
        return ending(`Lambda runtime ${Runtime}`, known && { end: known.deprecated }, YEAR).map((problem) => ({
          at: id,
          problem,
        }));
      }),
      ...model
        .ofType('AWS::Glue::Job')
        .flatMap(({ id, properties: { GlueVersion } }) =>
          ending(`Glue ${GlueVersion}`, glue[GlueVersion], YEAR).map((problem) => ({ at: id, problem })),
        ),
      ...model.nodes.flatMap(({ id, properties }) =>
        [...new Set(JSON.stringify(properties).match(/sagemaker-xgboost:[\w.-]+/g))].flatMap((image) => {
          const version = image.split(':')[1] ?? '';
          return ending(image, xgboost[version], QUARTER).map((problem) => ({ at: id, problem }));
        }),
      ),
    ],
    mutations: [
      {
        breaks: edit('AWS::Lambda::Function', ({ Properties }) => (Properties.Runtime = 'nodejs22.x')),
        finds: /nodejs22.x ends on 2027-04-30/,
      },
      {
        breaks: edit('AWS::Lambda::Function', ({ Properties }) => (Properties.Runtime = 'nodejs99.x')),
        finds: /nodejs99.x is in no table/,
      },
      {
        breaks: edit('AWS::Glue::Job', ({ Properties }) => (Properties.GlueVersion = '2.0')),
        finds: /Glue 2.0 is in no table/,
      },
      {
        breaks: rewrite(/sagemaker-xgboost:[\w.-]+/, 'sagemaker-xgboost:3.0-5'),
        finds: /3.0-5 ends on 2026-11-17/,
      },
      {
        breaks: rewrite(/sagemaker-xgboost:[\w.-]+/, 'sagemaker-xgboost:3.2-0-cpu-py3'),
        finds: /3.2-0-cpu-py3 is in no table/,
      },
    ],
  },
];
