/** Model packages that a scenario registers by hand, like a hurried colleague. */
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { CreateModelPackageCommand, DescribeModelPackageCommand, SageMakerClient } from '@aws-sdk/client-sagemaker';
import { tar } from '../../lib/shared/tar';
import { ROOT } from '../shared/cdk';
import { versionOf } from '../operate/releases';
import { allow, type Statement } from './client-role';
import type { Stage } from './scenario';
import { names } from '../../lib/shared/names';

/** Permissions to register a package by hand; Train registers under its own role. */
export const MAY_REGISTER: readonly Statement[] = [
  allow(['s3:PutObject'], 'arn:aws:s3:::mlkit-*/models/*'),
  allow(['sagemaker:CreateModelPackage', 'sagemaker:UpdateModelPackage', 'sagemaker:AddTags']),
];

/**
 * Registers a model that is served like version 1, not yet approved.
 * @param given serving program that replaces the whole archive, or URI of another archive, and facts. @default those of version 1
 * @returns its ARN
 */
export async function register(
  stage: Stage,
  description: string,
  { program, modelData, facts }: { program?: string; modelData?: string; facts?: Record<string, string> } = {},
): Promise<string> {
  const { kit } = stage;
  const sagemaker = new SageMakerClient(kit.aws);
  const { arn } = await versionOf(kit, 1);
  const good = await sagemaker.send(new DescribeModelPackageCommand({ ModelPackageName: arn }));
  const { Containers, SupportedContentTypes, SupportedResponseMIMETypes } = good.InferenceSpecification!;
  const { Image, Environment, ModelDataUrl } = Containers![0]!;
  const archive = program === undefined ? modelData : await upload(stage, description, program);
  const { ModelPackageArn } = await sagemaker.send(
    new CreateModelPackageCommand({
      ModelPackageGroupName: names.modelPackageGroup(kit.name),
      ModelPackageDescription: description,
      ModelApprovalStatus: 'PendingManualApproval',
      InferenceSpecification: {
        Containers: [{ Image, Environment, ModelDataUrl: archive ?? ModelDataUrl }],
        SupportedContentTypes,
        SupportedResponseMIMETypes,
      },
      CustomerMetadataProperties: { ...good.CustomerMetadataProperties, ...facts, trigger: 'by hand' },
    }),
  );
  return ModelPackageArn!;
}

/** @returns URI of an archive with the program and the files that the image needs to install it without an index */
async function upload({ kit }: Stage, description: string, program: string): Promise<string> {
  const Key = `models/${description.replaceAll(' ', '-')}/output/model.tar.gz`;
  const folder = mkdtempSync(join(tmpdir(), 'model-'));
  const common = join(ROOT, 'jobs/common');
  mkdirSync(join(folder, 'code/common'), { recursive: true });
  writeFileSync(join(folder, 'code/inference.py'), program);
  copyFileSync(join(common, 'archive.toml'), join(folder, 'code/pyproject.toml'));
  for (const file of ['__init__.py', 'install.py']) copyFileSync(join(common, file), join(folder, 'code/common', file));
  const Body = gzipSync(tar(folder));
  rmSync(folder, { recursive: true });
  await kit.s3.send(new PutObjectCommand({ Bucket: kit.buckets.artifacts, Key, Body }));
  return `s3://${kit.buckets.artifacts}/${Key}`;
}
