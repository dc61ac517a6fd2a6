/** At rest and on the wire. docs/decisions/0006 says what the kit's key encrypts and what a service's own key does. */
import { hasLocalStorage } from '../../../lib/shared/volume-key';
import type { Json } from '../../shared/json';
import { edit, rewrite, type Check, type Finding } from '../check';
import { list, type Model, type Node } from '../../../scripts/shared/model';
import { encryptionProperties } from '../schemas';

/** What is wrong with a resource's encryption, or nothing. */
type Rule = (node: Node, usesKey: (value: Json) => boolean) => string | undefined;

const kitKey =
  (place: string, find: (properties: Json) => Json): Rule =>
  ({ properties }, usesKey) =>
    usesKey(find(properties)) ? undefined : `${place} does not name the kit's key`;

/** The service always encrypts these, with a key that AWS owns. */
const byService = (reason: string): Rule & { reason: string } => Object.assign(() => undefined, { reason });

const rules: Record<string, Rule> = {
  'AWS::S3::Bucket': (node, usesKey) => {
    const [rule] = list<Json>(node.properties.BucketEncryption?.ServerSideEncryptionConfiguration);
    if (rule?.ServerSideEncryptionByDefault?.SSEAlgorithm !== 'aws:kms') return 'objects are not encrypted with KMS';
    if (!usesKey(rule.ServerSideEncryptionByDefault.KMSMasterKeyID))
      return "objects are not encrypted with the kit's key";
    return rule.BucketKeyEnabled === true ? undefined : 'no bucket key: every object would be a billed call of KMS';
  },
  'AWS::SNS::Topic': kitKey('KmsMasterKeyId', ({ KmsMasterKeyId }) => KmsMasterKeyId),
  'AWS::CloudTrail::Trail': kitKey('KMSKeyId', ({ KMSKeyId }) => KMSKeyId),
  'AWS::Athena::WorkGroup': (node, usesKey) => {
    const { EnforceWorkGroupConfiguration: enforced, ResultConfiguration: results } =
      node.properties.WorkGroupConfiguration;
    if (enforced !== true) return 'a query may choose other settings than the encrypted ones';
    return usesKey(results?.EncryptionConfiguration?.KmsKey)
      ? undefined
      : "results are not encrypted with the kit's key";
  },
  'AWS::SageMaker::EndpointConfig': ({ properties }, usesKey) => {
    const serverless = list<Json>(properties.ProductionVariants).every(({ ServerlessConfig }) => ServerlessConfig);
    if (!serverless && !usesKey(properties.KmsKeyId))
      return "the volumes of the instances are not encrypted with the kit's key";
    const capture = properties.DataCaptureConfig;
    return capture === undefined || usesKey(capture.KmsKeyId) ? undefined : "captured data does not name the kit's key";
  },
  ...Object.fromEntries(
    ['DataQuality', 'ModelQuality', 'ModelBias', 'ModelExplainability'].map((kind) => [
      `AWS::SageMaker::${kind}JobDefinition`,
      ({ properties }: Node, usesKey: (value: Json) => boolean) => {
        const { InstanceType, VolumeKmsKeyId } = properties.JobResources.ClusterConfig;
        if (!hasLocalStorage(InstanceType) && !usesKey(VolumeKmsKeyId)) return "the volume does not name the kit's key";
        return usesKey(properties[`${kind}JobOutputConfig`].KmsKeyId) ? undefined : "reports do not name the kit's key";
      },
    ]),
  ),
  'AWS::SageMaker::MonitoringSchedule': byService('the schedule holds times; its definition names the key'),
  // Leases and decisions, no rows of data: DynamoDB encrypts with a key that it owns, unless told otherwise.
  'AWS::DynamoDB::GlobalTable': ({ properties }) =>
    properties.SSESpecification?.SSEEnabled === false ? undefined : 'the table asks for a key that is not decided on',
  // EventBridge would need the kit's key; the queue has its own encryption.
  'AWS::SQS::Queue': ({ properties }) =>
    properties.SqsManagedSseEnabled === true ? undefined : 'messages are not encrypted by the queue',
  'AWS::KinesisFirehose::DeliveryStream': ({ properties }) =>
    properties.DeliveryStreamEncryptionConfigurationInput?.KeyType === 'AWS_OWNED_CMK'
      ? undefined
      : 'records are not encrypted while they wait',
  'AWS::Logs::LogGroup': byService('log groups hold no rows of data; CloudWatch Logs encrypts them'),
  'AWS::Lambda::Function': byService('variables and code hold no secrets; Lambda encrypts both'),
  'AWS::StepFunctions::StateMachine': byService(
    'inputs and outputs are names and figures; Step Functions encrypts them',
  ),
  'AWS::RedshiftServerless::Namespace': byService('the rows stay in the lake; Redshift encrypts what people load'),
  'AWS::Scheduler::Schedule': byService('the input is a time; EventBridge Scheduler encrypts it'),
};

const keyed = (model: Model, node: Node) => (value: Json) =>
  model.references(node, value).some(({ type }) => type === 'AWS::KMS::Key');

/** Job volumes and outputs, by the field of the request that describes them. */
const jobKeys = {
  ResourceConfig: 'VolumeKmsKeyId',
  ClusterConfig: 'VolumeKmsKeyId',
  OutputDataConfig: 'KmsKeyId',
  ProcessingOutputConfig: 'KmsKeyId',
};

function unkeyed(part: Json, path: string): string[] {
  if (typeof part !== 'object' || part === null) return [];
  return Object.entries<Json>(part).flatMap(([name, value]) => {
    const field = jobKeys[name as keyof typeof jobKeys];
    const local = hasLocalStorage(value?.InstanceType ?? '');
    const missing = field !== undefined && !local && !/Key/.test(value?.[field] ?? '');
    return [...(missing ? [`${path}${name} has no ${field}`] : []), ...unkeyed(value, `${path}${name}.`)];
  });
}

/** A policy that refuses plain HTTP to everybody, for the resource and what is in it. */
const refusesPlainHttp = (document: Json) =>
  list<Json>(document.Statement).some(
    ({ Effect, Principal, Condition }) =>
      Effect === 'Deny' &&
      (Principal === '*' || Principal?.AWS === '*') &&
      Condition?.Bool?.['aws:SecureTransport'] === 'false',
  );

/** What has a policy of its own, and which property of the policy says whose it is. The other services answer TLS only. */
const policies = {
  'AWS::S3::Bucket': ['AWS::S3::BucketPolicy', 'Bucket'],
  'AWS::SNS::Topic': ['AWS::SNS::TopicPolicy', 'Topics'],
  'AWS::SQS::Queue': ['AWS::SQS::QueuePolicy', 'Queues'],
} as const;

export const encryption: Check[] = [
  {
    holds: 'what stores anything is encrypted, and every type that could be has a rule',
    find: (model) =>
      model.nodes.flatMap((node): Finding[] => {
        const rule = rules[node.type];
        if (rule === undefined)
          return encryptionProperties(node.type).length === 0
            ? []
            : [
                {
                  at: node.id,
                  problem: `${node.type} can be encrypted, and no rule covers it: add one to encryption.ts`,
                },
              ];
        const problem = rule(node, keyed(model, node));
        return problem === undefined ? [] : [{ at: node.id, problem }];
      }),
    mutations: [
      {
        breaks: edit('AWS::S3::Bucket', ({ Properties }) => delete Properties.BucketEncryption),
        finds: /not encrypted with KMS/,
      },
      {
        breaks: edit('AWS::S3::Bucket', ({ Properties }) => {
          delete Properties.BucketEncryption.ServerSideEncryptionConfiguration[0].BucketKeyEnabled;
        }),
        finds: /no bucket key/,
      },
      {
        breaks: edit('AWS::SNS::Topic', ({ Properties }) => delete Properties.KmsMasterKeyId),
        finds: /Alerts\w+: KmsMasterKeyId/,
      },
      {
        breaks: edit('AWS::SNS::Topic', ({ Properties }) => (Properties.KmsMasterKeyId = 'alias/aws/sns')),
        finds: /Alerts\w+: KmsMasterKeyId/,
      },
      { breaks: edit('AWS::CloudTrail::Trail', ({ Properties }) => delete Properties.KMSKeyId), finds: /KMSKeyId/ },
      {
        breaks: edit('AWS::Athena::WorkGroup', ({ Properties }) => {
          delete Properties.WorkGroupConfiguration.ResultConfiguration.EncryptionConfiguration;
        }),
        finds: /results are not encrypted/,
      },
      {
        breaks: edit('AWS::DynamoDB::GlobalTable', ({ Properties }) => delete Properties.SSESpecification),
        finds: /not decided on/,
      },
      {
        breaks: edit('AWS::SQS::Queue', ({ Properties }) => (Properties.SqsManagedSseEnabled = false)),
        finds: /not encrypted by the queue/,
      },
      {
        breaks: edit('AWS::KinesisFirehose::DeliveryStream', ({ Properties }) => {
          delete Properties.DeliveryStreamEncryptionConfigurationInput;
        }),
        finds: /while they wait/,
      },
      {
        breaks: edit('AWS::SageMaker::EndpointConfig', ({ Properties }) => delete Properties.KmsKeyId),
        finds: /volumes of the instances/,
        only: ['standard', 'production', 'managed'],
      },
      {
        breaks: edit(
          'AWS::SageMaker::EndpointConfig',
          ({ Properties }) => delete Properties.DataCaptureConfig.KmsKeyId,
        ),
        finds: /captured data/,
        only: ['standard', 'production', 'managed'],
      },
      {
        breaks: edit('AWS::SageMaker::ModelBiasJobDefinition', ({ Properties }) => {
          delete Properties.JobResources.ClusterConfig.VolumeKmsKeyId;
        }),
        finds: /Bias\w*: the volume does not name/,
        only: ['managed'],
      },
      {
        breaks: edit('AWS::SageMaker::DataQualityJobDefinition', ({ Properties }) => {
          delete Properties.DataQualityJobOutputConfig.KmsKeyId;
        }),
        finds: /Quality\w*: reports do not name/,
        only: ['managed'],
      },
      {
        breaks: edit('Custom::Champion', (resource) => (resource.Type = 'AWS::SecretsManager::Secret')),
        finds: /SecretsManager::Secret can be encrypted, and no rule/,
      },
    ],
  },
  {
    holds: "volumes and outputs of jobs are encrypted with the kit's key",
    find: (model) =>
      model.tasks.flatMap(({ machine, state, integration, arguments: args }) =>
        /sagemaker:create\w+Job/.test(integration)
          ? unkeyed(args, '').map((problem) => ({ at: machine.id, problem: `${state}: ${problem}` }))
          : [],
      ),
    mutations: [
      {
        breaks: rewrite(/,\\"VolumeKmsKeyId\\":\\"/, ',\\"Volume\\":\\"'),
        finds: /(Train|Tune|Evaluate|RunMonitor): \S+ has no VolumeKmsKeyId/,
      },
      { breaks: rewrite(/\\"KmsKeyId\\":\\"/, '\\"Key\\":\\"'), finds: /OutputDataConfig has no KmsKeyId/ },
    ],
  },
  {
    holds: 'every bucket, topic and queue refuses plain HTTP',
    find: (model) =>
      Object.entries(policies).flatMap(([type, [policyType, property]]) =>
        model.ofType(type).flatMap((node) => {
          const own = model
            .ofType(policyType)
            .filter((policy) => model.references(policy, policy.properties[property]).includes(node));
          return own.some(({ properties }) => refusesPlainHttp(properties.PolicyDocument))
            ? []
            : [{ at: node.id, problem: 'no policy refuses plain HTTP: set enforceSSL' }];
        }),
      ),
    mutations: (['AWS::S3::BucketPolicy', 'AWS::SNS::TopicPolicy', 'AWS::SQS::QueuePolicy'] as const).map((type) => ({
      breaks: edit(type, ({ Properties }) => {
        Properties.PolicyDocument.Statement = Properties.PolicyDocument.Statement.filter(
          ({ Effect }: Json) => Effect !== 'Deny',
        );
      }),
      finds: /no policy refuses plain HTTP/,
    })),
  },
  {
    holds: 'no bucket is open to the public',
    find: (model) =>
      model.ofType('AWS::S3::Bucket').flatMap(({ id, properties }) => {
        const block = properties.PublicAccessBlockConfiguration ?? {};
        const open = ['BlockPublicAcls', 'BlockPublicPolicy', 'IgnorePublicAcls', 'RestrictPublicBuckets'].filter(
          (name) => block[name] !== true,
        );
        return open.length === 0 ? [] : [{ at: id, problem: `${open.join(', ')} not set` }];
      }),
    mutations: [
      {
        breaks: edit(
          'AWS::S3::Bucket',
          ({ Properties }) => delete Properties.PublicAccessBlockConfiguration.BlockPublicPolicy,
        ),
        finds: /BlockPublicPolicy not set/,
      },
    ],
  },
];
