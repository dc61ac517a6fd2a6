/** A deployed kit as its outputs describe it. */
import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { S3Client } from '@aws-sdk/client-s3';
import type { AwsCredentialIdentity, AwsCredentialIdentityProvider, Logger } from '@smithy/types';
import { names, outputs } from '../../lib/shared/names';
import { SignedApi } from './signed-api';

/** What every client is built with; what is left out comes from the environment, as for any AWS tool. */
export interface Aws {
  region?: string;
  endpoint?: string;
  credentials?: AwsCredentialIdentity | AwsCredentialIdentityProvider;
  /** Told of every call with its answer: `witness` records them. @default nobody */
  logger?: Logger;
}

export type Machine = 'prepare' | 'train' | 'release' | 'monitor';

export interface DeployedKit {
  name: string;
  aws: Aws;
  buckets: Record<'raw' | 'curated' | 'artifacts' | 'captured', string>;
  /** State machine ARNs. */
  machines: Record<Machine, string>;
  stateTable: string;
  api: SignedApi;
  s3: S3Client;
}

/** @throws Error naming the stack or output that is missing */
export async function discoverKit(name: string, aws: Aws = {}): Promise<DeployedKit> {
  const client = new CloudFormationClient(aws);
  const region = await client.config.region();
  const stack = (room: keyof typeof outputs) => stackOutputs(client, names.stack(name, room), region);
  const [lake, etl, training, serving, monitoring, retraining] = await Promise.all([
    stack('data-lake'),
    stack('etl'),
    stack('training'),
    stack('serving'),
    stack('monitoring'),
    stack('retraining'),
  ]);
  const endpoint = aws.endpoint ?? process.env.AWS_ENDPOINT_URL;
  const [apiId, apiStage] = [serving(outputs.serving.apiId), serving(outputs.serving.apiStage)];
  return {
    name,
    aws,
    buckets: {
      raw: lake(outputs['data-lake'].raw),
      curated: lake(outputs['data-lake'].curated),
      artifacts: lake(outputs['data-lake'].artifacts),
      captured: lake(outputs['data-lake'].captured),
    },
    machines: {
      prepare: etl(outputs.etl.machine),
      train: training(outputs.training.machine),
      release: serving(outputs.serving.machine),
      monitor: monitoring(outputs.monitoring.machine),
    },
    stateTable: retraining(outputs.retraining.table),
    api: new SignedApi(apiUrl(apiId, apiStage, region, endpoint), region, client.config.credentials, aws.logger),
    // Buckets as subdomains of an emulator's address would need a name server.
    s3: new S3Client({ ...aws, forcePathStyle: endpoint !== undefined }),
  };
}

export function apiUrl(id: string, stage: string, region: string, endpoint: string | undefined): URL {
  if (endpoint === undefined) return new URL(`https://${id}.execute-api.${region}.amazonaws.com/${stage}/`);
  return new URL(`${endpoint.replace(/\/$/, '')}/restapis/${id}/${stage}/_user_request_/`);
}

async function stackOutputs(
  client: CloudFormationClient,
  stack: string,
  region: string,
): Promise<(output: string) => string> {
  const { Stacks } = await client.send(new DescribeStacksCommand({ StackName: stack })).catch((error: Error) => {
    if (!/does not exist/.test(error.message)) throw error;
    throw new Error(
      `stack ${stack} is not deployed in ${region}: deploy with \`npx cdk deploy --all\`, or name another kit with --kit`,
    );
  });
  const found = new Map(Stacks?.[0]?.Outputs?.map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue]));
  return (output) => {
    const value = found.get(output);
    if (value === undefined)
      throw new Error(
        `stack ${stack} has no output ${output}: it was deployed from another version of the kit; deploy it again`,
      );
    return value;
  };
}
