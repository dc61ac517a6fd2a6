/** Names at the length that the longest kit name gives them. What CloudFormation names itself, it cuts to the service's limit. */
import type { StackName } from '../../../lib/rooms';
import { names as kitNames } from '../../../lib/shared/names';
import { resourceKinds } from '../../../scripts/shared/resource-kinds';
import type { Json } from '../../shared/json';
import { edit, rewrite, type Check, type Finding } from '../check';
import { schemaOf } from '../schemas';

const STACK_NAME = 128;
const jobNames: Record<string, number> = {
  TrainingJobName: 63,
  ProcessingJobName: 63,
  TransformJobName: 63,
  HyperParameterTuningJobName: 32,
};
/** Length limit of a processing job's entry point and of each argument. */
const ARGUMENT = 256;
const SUBJECT = 100;

/** What a definition's reference may stand for: a bucket name is the longest that jobs are given. */
const expanded = (text: string) => text.replace(/<[^>]+>/g, 'x'.repeat(63));

/** The longest name that `attemptName` gives a job; undefined for an expression of another form. */
function jobNameLength(expression: string): number | undefined {
  const [, prefix, digits] = /^\{% '([\w-]+)' & \$substring\(\$hash\(.*\), 0, (\d+)\) %\}$/.exec(expression) ?? [];
  return prefix === undefined ? undefined : prefix.length + Number(digits);
}

const tooLong = (at: string, what: string, length: number, limit: number): Finding[] =>
  length > limit ? [{ at, problem: `${what} has ${length} characters, ${limit} are allowed` }] : [];

export const names: Check[] = [
  {
    holds: 'names of stacks and resources stay within the limits of their services at the longest kit name',
    find: (_, twin) => [
      ...(Object.keys(twin.templates) as StackName[]).flatMap((stack) =>
        tooLong(stack, 'the name of the stack', kitNames.stack(twin.kit, stack).length, STACK_NAME),
      ),
      ...twin.nodes.flatMap(({ id, type, properties }) =>
        Object.entries<Json>(properties).flatMap(([property, value]) => {
          const { name } = resourceKinds[type] ?? {};
          const limit = name?.property === property ? name.limit : schemaOf(type)?.properties[property]?.maxLength;
          return /Name$/.test(property) && typeof value === 'string' && limit !== undefined
            ? tooLong(id, `${property} ${value}`, value.length, limit)
            : [];
        }),
      ),
    ],
    mutations: [
      {
        breaks: edit('AWS::SageMaker::Endpoint', ({ Properties }) => {
          Properties.EndpointName += '-of-the-model-that-serves-the-predictions-today-and-tomorrow';
        }),
        finds: /EndpointName \S+ has \d+ characters, 63 are allowed/,
      },
      {
        breaks: edit('AWS::IAM::Role', ({ Properties }) => (Properties.RoleName = 'x'.repeat(65))),
        finds: /RoleName x+ has 65 characters, 64 are allowed/,
      },
      {
        breaks: edit('AWS::S3::Bucket', ({ Properties }) => (Properties.BucketName = 'x'.repeat(64))),
        finds: /BucketName x+ has 64 characters, 63 are allowed/,
      },
      {
        breaks: edit('AWS::Events::Rule', ({ Properties }) => (Properties.Name = 'x'.repeat(65))),
        finds: /Name x+ has 65 characters, 64 are allowed/,
      },
    ],
  },
  {
    holds: 'names that machines give their jobs stay within the limits at the longest kit name',
    find: (_, twin) =>
      twin.tasks
        .filter(({ integration }) => /:create\w+Job/.test(integration))
        .flatMap(({ machine, state, arguments: args }) =>
          Object.entries(jobNames).flatMap(([field, limit]) => {
            if (args[field] === undefined) return [];
            const length = jobNameLength(args[field]);
            return length === undefined
              ? [{ at: machine.id, problem: `${state}: cannot tell how long ${field} becomes: use attemptName` }]
              : tooLong(machine.id, `${state}: ${field}`, length, limit);
          }),
        ),
    mutations: [
      {
        breaks: rewrite(/, 0, 12\) %\}\\"/, ', 0, 60) %}\\"'),
        finds: /(Training|Processing|Tuning)JobName has \d+ characters/,
      },
      {
        breaks: rewrite(/\\"HyperParameterTuningJobName\\":\\"\{% '/, '$&a-longer-prefix-'),
        finds: /HyperParameterTuningJobName has \d+ characters, 32 are allowed/,
      },
      {
        breaks: rewrite(/\\"TrainingJobName\\":\\"\{% '[^"]+\\"/, '\\"TrainingJobName\\":\\"{% $name %}\\"'),
        finds: /cannot tell how long/,
      },
    ],
  },
  {
    holds: 'entry points and arguments of processing jobs fit, and so do subjects of messages',
    find: (_, twin) =>
      twin.tasks.flatMap(({ machine, state, arguments: args }) => {
        const { ContainerEntrypoint = [], ContainerArguments = '' } = args.AppSpecification ?? {};
        const literals = [...String(ContainerArguments).matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, text = '']) => text);
        return [
          ...[...ContainerEntrypoint, ...literals].flatMap((part: string) =>
            tooLong(machine.id, `${state}: argument ${part.slice(0, 30)}…`, expanded(part).length, ARGUMENT),
          ),
          ...(typeof args.Subject === 'string' && !args.Subject.startsWith('{%')
            ? tooLong(machine.id, `${state}: subject`, args.Subject.length, SUBJECT)
            : []),
        ];
      }),
    mutations: [
      {
        breaks: rewrite(/set -e; mkdir/, `set -e; ${'true; '.repeat(20)}mkdir`),
        finds: /argument set -e.*has \d+ characters, 256 are allowed/,
      },
      { breaks: rewrite(/\\"Subject\\":\\"/, `$&${'so '.repeat(35)}`), finds: /subject has \d+ characters, 100/ },
    ],
  },
];
