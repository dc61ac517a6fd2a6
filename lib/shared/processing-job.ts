import { attemptName, job, jsonata, literal, throttledBySageMaker, type State } from './asl';
import type { VpcConfig } from './job-role';
import { volumeKey } from './volume-key';

/** What every job of a room is started with. */
export interface JobProps {
  readonly namePrefix: string;
  readonly tags: Record<string, string>;
  readonly roleArn: string;
  readonly imageUri: string;
  /** `s3://…tar.gz` of the jobs. */
  readonly sourceArchive: string;
  readonly keyArn: string;
  /** The isolated network. @default none */
  readonly vpcConfig?: VpcConfig;
}

interface ProcessingJobProps extends JobProps {
  readonly instanceType: string;
  readonly timeoutMinutes: number;
  /** Program at the root of the source archive. */
  readonly program: string;
  /** For programs that only read their inputs. @default the program may call AWS */
  readonly networkIsolation?: boolean;
  /** JSONata of the arguments, an array of strings. */
  readonly arguments: string;
  /** JSONata: array of `{name, uri}`; a missing input is left out of the array. */
  readonly inputs: string;
  /** Name of the one output, and JSONata of its `s3://` prefix. */
  readonly output: { name: string; uri: string };
}

/** Converts options to a program's arguments. */
export const commandLine = (options: Record<string, string | number>): string[] =>
  Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]);

const ROOT = '/opt/ml/processing';

/** A processing job that runs a program of the source archive, waited for. */
export function processingJob<const Name extends string>(p: ProcessingJobProps, next: Name): State<Name> {
  const inputs = `$append([{'name': 'code', 'uri': ${literal(p.sourceArchive)}}], ${p.inputs})`;
  const args = {
    ProcessingJobName: attemptName(p.namePrefix),
    RoleArn: p.roleArn,
    AppSpecification: {
      ImageUri: p.imageUri,
      // The published name of the archive is its hash and .gz. Arguments follow as "$@", because a shell string would need quoting.
      ContainerEntrypoint: [
        '/bin/bash',
        '-c',
        `set -e; mkdir -p ${ROOT}/code; tar -xzf ${ROOT}/input/code/*.gz -C ${ROOT}/code; cd ${ROOT}/code; exec python3 "$0" "$@"`,
        p.program,
      ],
      ContainerArguments: jsonata(p.arguments),
    },
    ProcessingInputs: jsonata(
      `[${inputs}.{'InputName': name, 'S3Input': {'S3Uri': uri, 'LocalPath': '${ROOT}/input/' & name, 'S3DataType': 'S3Prefix', 'S3InputMode': 'File', 'S3DataDistributionType': 'FullyReplicated'}}]`,
    ),
    ProcessingOutputConfig: {
      // SageMaker would otherwise encrypt with the account's S3 key instead of the bucket's.
      KmsKeyId: p.keyArn,
      Outputs: [
        {
          OutputName: p.output.name,
          S3Output: {
            // It is undocumented whether a slash at its end is joined to the file's name or kept, as in `prefix//file`.
            S3Uri: jsonata(`$replace(${p.output.uri}, /\\/$/, '')`),
            LocalPath: `${ROOT}/output/${p.output.name}`,
            S3UploadMode: 'EndOfJob',
          },
        },
      ],
    },
    ProcessingResources: {
      ClusterConfig: {
        InstanceCount: 1,
        InstanceType: p.instanceType,
        VolumeSizeInGB: 10,
        ...volumeKey(p.instanceType, p.keyArn),
      },
    },
    StoppingCondition: { MaxRuntimeInSeconds: p.timeoutMinutes * 60 },
    ...(p.vpcConfig === undefined && p.networkIsolation === undefined
      ? {}
      : { NetworkConfig: { EnableNetworkIsolation: p.networkIsolation, VpcConfig: p.vpcConfig } }),
    Tags: tagList(p.tags),
  };
  return job('sagemaker:createProcessingJob', args, { refused: throttledBySageMaker, Next: next });
}

export const tagList = (tags: Record<string, string>) => Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
