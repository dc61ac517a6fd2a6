import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { IRole } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import type { LakeProps } from '../../data-lake/lake-props';
import { arn, clarifyActions } from '../../shared/arns';
import { contentAsset } from '../../shared/content-asset';
import { featuresOf, labelsOf, targetOf } from '../../shared/dataset';
import type { Dataset } from '../../shared/dataset-file';
import { JobRole } from '../../shared/job-role';
import { folder, layout, names } from '../../shared/names';
import { allowVolumes } from '../../shared/volume-key';
import { analyzerImage, clarifyImage } from './images';

export interface ManagedAccessProps extends Pick<
  LakeProps,
  'kit' | 'raw' | 'captured' | 'artifacts' | 'key' | 'isolated'
> {
  readonly dataset: Dataset;
}

/** Prefix of the endpoints that Clarify creates to query a model; at most 23 characters. */
export const clarifyPrefix = (kit: string) => `${kit}-clarify`;

/**
 * Role and script of the managed monitors. They are in this stack because Release passes the role when it changes ServingModel,
 * which has neither roles nor assets.
 */
export class ManagedAccess extends Construct {
  readonly role: IRole;
  /** `s3://…` of the script that flattens captured records. */
  readonly preprocessorUri: string;

  constructor(scope: Construct, id: string, props: ManagedAccessProps) {
    super(scope, id);
    const { kit, raw, captured, artifacts } = props;
    const role = new JobRole(this, 'Role', analyzerImage(this).repositoryArn, clarifyImage(this).repositoryArn);
    captured.grantRead(role, `${folder(layout.captured.records.replace('{endpoint}', names.endpoint(kit)))}*`);
    raw.grantRead(role, `${folder(layout.raw.groundTruth)}*`);
    const managed = `${folder(layout.artifacts.managedConfig)}*`;
    artifacts.grantRead(role, managed);
    artifacts.grantPut(role, managed);
    // The monitors' namespaces have no leading slash, unlike those of jobs and endpoints.
    role.allow(['cloudwatch:PutMetricData'], ['*'], {
      StringLike: { 'cloudwatch:namespace': 'aws/sagemaker/Endpoints/*' },
    });
    const own = ['endpoint', 'endpoint-config'].map((kind) => arn('sagemaker', `${kind}/${clarifyPrefix(kit)}*`));
    role.allow([...clarifyActions.api, ...clarifyActions.runtime], own);
    role.allow(['sagemaker:DescribeModel', 'sagemaker:CreateEndpointConfig'], [arn('sagemaker', 'model/*')]);
    allowVolumes(role, props.key);
    if (props.isolated !== undefined) role.allowVpc();
    const script = contentAsset(this, 'Preprocessor', 'preprocessor.py', preprocessor(props.dataset));
    script.grantRead(role);
    this.role = role;
    this.preprocessorUri = script.s3ObjectUrl;
  }
}

/** The script with the dataset's names in it, because the analyzer accepts one file. @throws Error when the file has no place for them */
export function preprocessor(dataset: Dataset): string {
  const names = featuresOf(dataset).map(({ name }) => name);
  const label = targetOf(dataset);
  const position = labelsOf(dataset).findIndex(({ name }) => name === label);
  const places = { 'FEATURES: list[str] = []': names, 'LABEL = ""': label, 'TARGET = 0': position };
  return Object.entries(places).reduce(
    (text, [place, value]) => {
      if (!text.includes(`\n${place}\n`)) throw new Error(`managed_records.py has no line ${place} to fill`);
      return text.replace(place, () => `${place.split(/[:=]/)[0]?.trim()} = ${JSON.stringify(value)}`);
    },
    readFileSync(join(__dirname, '../../../jobs/monitoring/managed_records.py'), 'utf8'),
  );
}
