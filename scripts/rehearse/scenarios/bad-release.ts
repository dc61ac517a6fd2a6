import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { CreateModelPackageCommand, DescribeModelPackageCommand, SageMakerClient } from '@aws-sdk/client-sagemaker';
import { names } from '../../../lib/shared/names';
import { tar } from '../../../lib/shared/tar';
import { featuresOf } from '../../kit/features';
import { predict } from '../../kit/predict';
import { approve, expire, release as bring, versions } from '../../kit/releases';
import { expect, type Scenario, type Stage } from '../scenario';
import { begin, HISTORY, note } from '../story';

/** Serving programs that a hurried colleague might register. */
const bad = {
  'never healthy': 'raise RuntimeError("a module of this model is not in the container")\n',
  'wrong answers': `import json


def model_fn(model_dir):
    return None


def input_fn(body, content_type):
    return json.loads(body)["instances"]


def predict_fn(instances, model):
    return [{"flight_key": i["flight_key"], "score": 0.5, "late": True} for i in instances]


def output_fn(predictions, accept):
    return json.dumps({"predictions": predictions}), "application/json"
`,
} as const;

export const badRelease: Scenario = {
  title: 'a server that never becomes healthy, and a healthy one with wrong answers',
  // Whoever registers a package by hand needs these; Train does it under its own role.
  extra: [
    { Effect: 'Allow', Action: ['s3:PutObject'], Resource: 'arn:aws:s3:::mlkit-*/models/*' },
    {
      Effect: 'Allow',
      Action: ['sagemaker:CreateModelPackage', 'sagemaker:UpdateModelPackage', 'sagemaker:AddTags'],
      Resource: '*',
    },
    // An operator who lets a version expire and brings it back.
    {
      Effect: 'Allow',
      Action: ['states:StartExecution'],
      Resource: 'arn:aws:states:us-east-1:123456789012:stateMachine:mlkit-serving-*',
    },
  ],
  async play(stage) {
    const { kit, out } = stage;
    await begin(stage);
    const sagemaker = new SageMakerClient(kit.aws);
    const instances = (await featuresOf(kit, HISTORY[2])).slice(-5);
    const before = JSON.stringify(await predict(kit, { input: { instances } }));
    for (const [flaw, program] of Object.entries(bad)) {
      const version = await register(stage, sagemaker, flaw, program);
      const release = await approve(kit, { version }, out);
      const arn = await arnOf(stage, version);
      await note(stage, arn, release);
      const { ModelApprovalStatus: approval, ApprovalDescription: reason = '' } = await sagemaker.send(
        new DescribeModelPackageCommand({ ModelPackageName: arn }),
      );
      expect(release.outcome === 'rejected', `version ${version} (${flaw}) was ${release.outcome}: ${release.reason}`);
      expect(
        approval === 'Rejected' && reason.includes(release.reason.slice(0, 80)),
        `version ${version} is ${approval} with reason ${JSON.stringify(reason)}`,
      );
      const after = JSON.stringify(await predict(kit, { input: { instances } }));
      expect(after === before, `the API answers otherwise after ${flaw}: ${after} instead of ${before}`);
    }
    const gone = await expire(kit, out);
    expect(gone.outcome === 'expired', `the expiry was ${gone.outcome}: ${gone.reason}`);
    const { status } = await kit.api.post('predictions', { instances });
    expect(status === 503, `the API answered ${status} while nothing served`);
    await note(stage, await arnOf(stage, 1), await bring(kit, { version: 1 }, out));
    const back = JSON.stringify(await predict(kit, { input: { instances } }));
    expect(back === before, `the API answers otherwise after the expiry: ${back} instead of ${before}`);
    return 'both versions were rejected with their reasons; version 1 answers as before, and again after it expired and was brought back';
  },
};

/** Registers a copy of version 1 whose archive holds nothing but the bad program. */
async function register(stage: Stage, sagemaker: SageMakerClient, flaw: string, program: string): Promise<number> {
  const { kit } = stage;
  const good = await sagemaker.send(new DescribeModelPackageCommand({ ModelPackageName: await arnOf(stage, 1) }));
  const key = `models/${flaw.replace(' ', '-')}/output/model.tar.gz`;
  await kit.s3.send(new PutObjectCommand({ Bucket: kit.buckets.artifacts, Key: key, Body: archive(program) }));
  const [container] = good.InferenceSpecification?.Containers ?? [];
  const { ModelPackageArn } = await sagemaker.send(
    new CreateModelPackageCommand({
      ModelPackageGroupName: names.modelPackageGroup(kit.name),
      ModelPackageDescription: flaw,
      ModelApprovalStatus: 'PendingManualApproval',
      InferenceSpecification: {
        Containers: [
          {
            Image: container?.Image,
            Environment: container?.Environment,
            ModelDataUrl: `s3://${kit.buckets.artifacts}/${key}`,
          },
        ],
        SupportedContentTypes: good.InferenceSpecification?.SupportedContentTypes,
        SupportedResponseMIMETypes: good.InferenceSpecification?.SupportedResponseMIMETypes,
      },
      CustomerMetadataProperties: { ...good.CustomerMetadataProperties, trigger: 'by hand' },
    }),
  );
  return Number(ModelPackageArn?.split('/').at(-1));
}

function archive(program: string): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'bad-model-'));
  mkdirSync(join(folder, 'code'));
  writeFileSync(join(folder, 'code/inference.py'), program);
  const packed = gzipSync(tar(folder));
  rmSync(folder, { recursive: true });
  return packed;
}

async function arnOf({ kit }: Stage, version: number): Promise<string> {
  const found = (await versions(kit)).find((each) => each.version === version);
  if (found === undefined) throw new Error(`version ${version} is not registered`);
  return found.arn;
}
