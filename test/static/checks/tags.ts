/** Every resource has tags, because cost reports and clean-up find resources by them. */
import type { Json } from '../../shared/json';
import { edit, rewrite, type Check } from '../check';
import { list, type Model, type Node } from '../../../scripts/shared/model';
import { schemaOf } from '../schemas';

/** The tags of a resource as a record; undefined where its type has none. */
function tagsOf({ type, properties }: Node): Record<string, Json> | undefined {
  // Tags of a global table belong to its replicas.
  if (type === 'AWS::DynamoDB::GlobalTable') return record(properties.Replicas[0].Tags);
  const property = ['Tags', 'ResourceTags'].find((name) => schemaOf(type)?.properties[name] !== undefined);
  return property === undefined ? undefined : record(properties[property]);
}

const record = (tags: Json): Record<string, Json> =>
  Array.isArray(tags)
    ? Object.fromEntries((tags as Json[]).map(({ Key, Value }) => [Key, Value]))
    : ((tags ?? {}) as Record<string, Json>);

function wrong(tags: Record<string, Json>, expected: Record<string, string>): string | undefined {
  const missing = Object.entries(expected).filter(([key, value]) => tags[key] !== value);
  return missing.length === 0 ? undefined : `not tagged ${missing.map(([key, value]) => `${key}=${value}`).join(', ')}`;
}

const expected = ({ kit, profile }: Model, { stack }: Node) => ({
  kit,
  profile,
  room: stack === 'serving-model' ? 'serving' : stack,
});

export const tags: Check[] = [
  {
    holds: 'every taggable resource says kit, profile and room',
    find: (model) =>
      model.nodes.flatMap((node) => {
        const own = tagsOf(node);
        const problem = own && wrong(own, expected(model, node));
        return problem === undefined ? [] : [{ at: node.id, problem }];
      }),
    mutations: [
      ...['AWS::S3::Bucket', 'AWS::Lambda::Function', 'AWS::SageMaker::Endpoint'].map((type) => ({
        breaks: edit(type, ({ Properties }) => delete Properties.Tags),
        finds: /not tagged kit=mlkit, profile=\w+, room=/,
      })),
      {
        breaks: edit('AWS::DynamoDB::GlobalTable', ({ Properties }) => delete Properties.Replicas[0].Tags),
        finds: /not tagged kit/,
      },
      {
        breaks: edit('AWS::SageMaker::Model', ({ Properties }) => {
          Properties.Tags = Properties.Tags.map((tag: Json) =>
            tag.Key === 'room' ? { Key: 'room', Value: 'attic' } : tag,
          );
        }),
        finds: /not tagged room=serving$/,
      },
    ],
  },
  {
    holds: 'every job that a machine starts says kit, profile and room',
    find: (model) =>
      model.tasks.flatMap(({ machine, state, integration, arguments: args }) => {
        if (!/sagemaker:create\w+Job/.test(integration)) return [];
        const problem = wrong(record(list(args.Tags)), expected(model, machine));
        return problem === undefined ? [] : [{ at: machine.id, problem: `${state}: ${problem}` }];
      }),
    mutations: [
      { breaks: rewrite(/\\"Tags\\":\[/, '\\"Labels\\":['), finds: /(Train|Tune|Evaluate|RunMonitor): not tagged kit/ },
    ],
  },
];
