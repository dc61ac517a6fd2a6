import { CopyObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import {
  DescribeEndpointCommand,
  DescribeEndpointConfigCommand,
  DescribeModelPackageCommand,
  SageMakerClient,
} from '@aws-sdk/client-sagemaker';
import type { EventBridgeEvent } from 'aws-lambda';
import { dataset } from '../../../lib/shared/declared';
import { biasAnalysis, explainabilityAnalysis } from '../../../lib/serving/managed/clarify';
import { type ManagedMonitor, serving } from '../../../lib/serving/room';
import { fill, layout } from '../../../lib/shared/names';
import { packageMetadata } from '../../../lib/training/room';
import { dataLake } from '../../../lib/data-lake/room';
import { foundation } from '../../../lib/foundation/room';
import { monitoring } from '../../../lib/monitoring/room';
import { requireEnv } from '../../shared/env';
import { fieldsAt, versionAt } from '../../shared/event';

type Released = EventBridgeEvent<typeof serving.events.releaseFinished, unknown>;

const kit = requireEnv(foundation.env.kit);
const artifacts = requireEnv(dataLake.env.artifactsBucket);
const endpoint = requireEnv(serving.env.endpointName);
const clarify = JSON.parse(requireEnv(monitoring.env.clarify)) as { instanceType: string; prefix: string };
const [s3, sagemaker] = [new S3Client({}), new SageMakerClient({})];

/** After a release: copies the champion's baselines and Clarify's configuration to where the managed monitors read them. */
export async function handler({ detail }: Released): Promise<void> {
  const { modelPackageArn } = fieldsAt('detail', detail);
  const champion = versionAt('detail.modelPackageArn', modelPackageArn, kit);
  if (champion === undefined)
    return console.info({ ignored: `${String(modelPackageArn)} is no model of the kit ${kit}` });
  const { CustomerMetadataProperties } = await sagemaker.send(
    new DescribeModelPackageCommand({ ModelPackageName: champion }),
  );
  const evaluation = CustomerMetadataProperties?.[packageMetadata.evaluation];
  if (evaluation === undefined) throw new Error(`${champion} has no evaluation: it was not registered by Train`);
  const { constraints, statistics, qualityConstraints, analysis } = layout.files.evaluation;
  const source = evaluation.replace(/^s3:\/\//, '').replace(/\/?$/, '/');
  for (const file of [constraints, statistics, qualityConstraints, analysis])
    await s3.send(
      new CopyObjectCommand({
        Bucket: artifacts,
        Key: fill(layout.artifacts.managedBaselines, { file }),
        CopySource: encodeURI(source + file),
      }),
    );

  const { EndpointConfigName } = await sagemaker.send(new DescribeEndpointCommand({ EndpointName: endpoint }));
  const { ProductionVariants } = await sagemaker.send(new DescribeEndpointConfigCommand({ EndpointConfigName }));
  const model = ProductionVariants?.[0]?.ModelName;
  if (model === undefined) throw new Error(`endpoint configuration ${EndpointConfigName} has no model`);
  await write('model-bias', biasAnalysis(dataset));
  await write('model-explainability', explainabilityAnalysis(dataset, { model, ...clarify }));
  console.info({ champion, model });
}

const write = (monitor: ManagedMonitor, content: object) =>
  s3.send(
    new PutObjectCommand({
      Bucket: artifacts,
      Key: fill(layout.artifacts.managedConfig, { monitor }),
      Body: JSON.stringify(content),
      ContentType: 'application/json',
    }),
  );
