/** A deployed kit, found through its stack outputs. */
import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { S3Client } from '@aws-sdk/client-s3';
import type { AwsCredentialIdentity, AwsCredentialIdentityProvider, Logger } from '@smithy/types';
import type { Dataset } from '../../lib/shared/dataset-file';
import { datasetOf } from '../../lib/shared/datasets';
import { dataLake } from '../../lib/data-lake/room';
import { machineOutput, type RoomContract } from '../../lib/shared/room';
import { serving } from '../../lib/serving/room';
import { retraining } from '../../lib/retraining/room';
import { type Machine, type RoomName, rooms } from '../../lib/rooms';
import { names } from '../../lib/shared/names';
import { SignedApi } from './signed-api';

/** Configuration of every client; absent values come from the environment, as in every AWS tool. */
export interface Aws {
  region?: string;
  endpoint?: string;
  credentials?: AwsCredentialIdentity | AwsCredentialIdentityProvider;
  /** Receives every call with its answer, for `witness`. @default none */
  logger?: Logger;
}

export interface DeployedKit {
  name: string;
  aws: Aws;
  dataset: Dataset;
  buckets: Record<'raw' | 'curated' | 'artifacts' | 'captured', string>;
  /** Configured values that commands use: `labels.delayDays`, `serving.maxInstancesPerRequest`. */
  settings: { delayDays: number; maxInstances: number };
  /** State machine ARNs; those of opt-in rooms exist only when the room is deployed. */
  machines: Record<Machine, string>;
  stateTable: string;
  api: SignedApi;
  s3: S3Client;
  /** An output of a room. @throws Error when the room is opt-in and not deployed */
  output: (room: RoomName, key: string) => string;
}

/** @throws Error naming the stack or output that is missing */
export async function discoverKit(name: string, aws: Aws = {}): Promise<DeployedKit> {
  const client = new CloudFormationClient(aws);
  const region = await client.config.region();
  const speaking = rooms.filter(({ outputs, machines }) => outputs !== undefined || machines !== undefined);
  const found = new Map(
    await Promise.all(
      speaking.map(
        async (room) => [room.name, await stackOutputs(client, room, outputStack(name, room), region)] as const,
      ),
    ),
  );
  const output = (room: RoomName, key: string) => {
    const value = found.get(room)?.get(key);
    if (value !== undefined) return value;
    if (found.get(room) === undefined)
      throw new Error(`room ${room} is not deployed: npm run kit -- up --kit ${name} --with ${room}`);
    throw new Error(
      `stack ${names.stack(name, room)} has no output ${key}: it was deployed from another version of the kit; deploy it again`,
    );
  };
  const every = <Key extends string>(keys: Readonly<Record<Key, string>>, of: RoomName) =>
    Object.fromEntries(Object.entries<string>(keys).map(([key, out]) => [key, output(of, out)])) as Record<Key, string>;
  const machines = speaking
    .filter((room) => found.get(room.name) !== undefined)
    .flatMap((room) =>
      (room.machines ?? []).map((title) => [title.toLowerCase(), output(room.name as RoomName, machineOutput(title))]),
    );
  const endpoint = aws.endpoint ?? process.env.AWS_ENDPOINT_URL;
  const { apiId, apiStage, maxInstances } = every(serving.outputs, 'serving');
  const url = apiUrl(apiId, apiStage, region, endpoint);
  const { dataset, labelDelayDays, ...buckets } = every(dataLake.outputs, 'data-lake');
  return {
    name,
    aws,
    buckets,
    settings: { delayDays: Number(labelDelayDays), maxInstances: Number(maxInstances) },
    machines: Object.fromEntries(machines) as Record<Machine, string>,
    stateTable: output('retraining', retraining.outputs.table),
    dataset: datasetOf(dataset),
    api: new SignedApi(url, region, client.config.credentials, aws.logger),
    // An emulator's address has no name server for bucket subdomains.
    s3: new S3Client({ ...aws, forcePathStyle: endpoint !== undefined }),
    output,
  };
}

/** The outputs of a room are on its first stack. */
const outputStack = (kit: string, room: RoomContract) => names.stack(kit, Object.values(room.stacks)[0]!);

export function apiUrl(id: string, stage: string, region: string, endpoint: string | undefined): URL {
  if (endpoint === undefined) return new URL(`https://${id}.execute-api.${region}.amazonaws.com/${stage}/`);
  return new URL(`${endpoint.replace(/\/$/, '')}/restapis/${id}/${stage}/_user_request_/`);
}

/** Undefined when the room is opt-in and its stack does not exist. */
async function stackOutputs(
  client: CloudFormationClient,
  { optIn }: RoomContract,
  stack: string,
  region: string,
): Promise<ReadonlyMap<string, string> | undefined> {
  try {
    const { Stacks } = await client.send(new DescribeStacksCommand({ StackName: stack }));
    return new Map(Stacks?.[0]?.Outputs?.map(({ OutputKey, OutputValue }) => [OutputKey!, OutputValue!]));
  } catch (error) {
    if (!/does not exist/.test((error as Error).message)) throw error;
    if (optIn) return undefined;
    throw new Error(
      `stack ${stack} is not deployed in ${region}: deploy it with \`npm run kit -- up\`, or name another kit with --kit`,
      { cause: error },
    );
  }
}
