/** Scenario `operations`: the account commands, from a new account until nothing is left. */
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { CloudFormationClient, UpdateStackCommand, waitUntilStackUpdateComplete } from '@aws-sdk/client-cloudformation';
import {
  CreateModelPackageGroupCommand,
  DeleteModelPackageGroupCommand,
  SageMakerClient,
} from '@aws-sdk/client-sagemaker';
import { resolveConfig } from '../../../lib/config';
import { NO_MODEL } from '../../../lib/training/room';
import { names } from '../../../lib/shared/names';
import { MODEL_PARAMETER } from '../../../lib/serving/room';
import { templateFiles } from '../../shared/cdk';
import { deployKit } from '../../account/deploy';
import { diagnose } from '../../account/doctor';
import { kitStacks } from '../../account/stacks';
import { sweep } from '../../account/sweep';
import { synthesize } from '../../shared/kit-app';
import { Refused } from '../../../lib/shared/refused';
import { reproduce } from '../../operate/reproduce';
import { championOf } from '../../operate/status';
import { witness } from '../../operate/witness';
import { resourceKinds } from '../../shared/resource-kinds';
import { notPlanted, plant, planted } from '../planted';
import { expect, messageOf, type Ground, type Scenario } from '../scenario';
import { loop } from './loop';

export const operations: Scenario = {
  name: 'operations',
  title:
    'doctor, a deployment that fails half-way, up again, a short life, a model trained again, down, sweep, a planted leftover of each kind',
  async before(ground) {
    await freshAccount(ground);
    await failsHalfWay(ground);
  },
  async play(stage) {
    const shown = await loop.play(stage);
    const { identity } = await reproduce(stage.kit, { version: 1 }, stage.out);
    return `${shown}; trained again it is the same model, ${identity}`;
  },
  async after(ground) {
    const kept = await upAgain(ground);
    await tagAnew(ground);
    const refusal = await wouldReset(ground);
    const calls = await witnessed(ground);
    return `up again changed nothing and kept ${kept}, and so did new tags of the stack; refused: ${refusal}; a transcript of ${calls} calls names no account`;
  },
  async swept({ aws, kit }) {
    await plant(aws, kit);
    const { left } = await sweep(aws, kit);
    const labels = Object.keys(planted).map((type) => resourceKinds[type]!.label);
    const missed = labels.filter((label) => !left.some(({ kind }) => kind === label));
    expect(missed.length === 0, `sweep does not find the planted ${missed.join(', ')}`);
    return `sweep found a planted leftover of each of ${labels.length} kinds (${Object.keys(notPlanted).length} cannot be planted here)`;
  },
};

async function freshAccount({ aws, kit, out }: Ground): Promise<void> {
  const config = resolveConfig('sandbox', { kit });
  const { verdict, checks } = await diagnose({ config, aws, templates: synthesize(config) });
  const failed = checks.filter((check) => check.verdict === 'fail').map(({ about, found }) => `${about}: ${found}`);
  out.line(`doctor: ${verdict}, ${checks.length} checks`);
  expect(failed.length === 0, `doctor refuses the fresh account: ${failed.join('; ')}`);
}

/** The registry of an earlier deployment still exists, as after a `down` of profile production. */
async function failsHalfWay(ground: Ground): Promise<void> {
  const { aws, kit, out } = ground;
  const sagemaker = new SageMakerClient(aws);
  const ModelPackageGroupName = names.modelPackageGroup(kit);
  await sagemaker.send(new CreateModelPackageGroupCommand({ ModelPackageGroupName }));
  const failure = await messageOf(deployKit(ground), 'nothing failed');
  out.line(failure);
  expect(
    failure.includes('Models (AWS::SageMaker::ModelPackageGroup)') && failure.includes('npm run kit -- sweep'),
    `the failure names neither the resource nor what to do: ${failure}`,
  );
  const stacks = await kitStacks(new CloudFormationClient(aws), kit);
  const training = stacks.find(({ room }) => room === 'training')?.status;
  expect(training === 'ROLLBACK_COMPLETE', `the stack that failed is ${training ?? 'gone'}, not rolled back`);
  const { left } = await sweep(aws, kit);
  const leftover = left.find(({ kind }) => kind === 'model package group');
  expect(leftover?.name === ModelPackageGroupName, `sweep does not name what was in the way`);
  await sagemaker.send(new DeleteModelPackageGroupCommand({ ModelPackageGroupName }));
}

async function upAgain(ground: Ground): Promise<string> {
  const changed = (await deployKit(ground)).filter(({ status }) => status !== 'UNCHANGED');
  expect(changed.length === 0, `up of the same app changed ${changed.map(({ stack }) => stack).join(', ')}`);
  const stacks = await kitStacks(new CloudFormationClient(ground.aws), ground.kit);
  const model = stacks.find(({ room }) => room === 'serving-model')?.parameters[MODEL_PARAMETER] ?? NO_MODEL;
  expect(model !== NO_MODEL, 'up reset the released model');
  return `version ${model.split('/').at(-1)}`;
}

/** Changes tags as `cdk deploy --tags` does, which would reset a declared parameter to its first value. */
async function tagAnew({ aws, kit }: Ground): Promise<void> {
  const client = new CloudFormationClient(aws);
  const champion = () => championOf({ aws, name: kit });
  const before = await champion();
  const StackName = names.stack(kit, 'training');
  const Tags = [{ Key: 'cost-centre', Value: 'another' }];
  await client.send(
    new UpdateStackCommand({ StackName, Tags, UsePreviousTemplate: true, Capabilities: ['CAPABILITY_IAM'] }),
  );
  await waitUntilStackUpdateComplete({ client, maxWaitTime: 120, minDelay: 1, maxDelay: 2 }, { StackName });
  expect(before !== NO_MODEL && (await champion()) === before, `new tags made ${await champion()} of ${before}`);
}

/** Runs the read-only commands with a transcript. @returns its number of calls */
async function witnessed({ aws, kit, log, out }: Ground): Promise<number> {
  const folder = join(dirname(log), 'witness');
  const { steps, commit } = await witness(
    aws,
    { kit, profile: 'sandbox', config: {}, steps: ['doctor', 'status'], yes: true, out: folder },
    out,
  );
  const texts = ['transcript.json', 'transcript.md'].map((file) => readFileSync(join(folder, file), 'utf8'));
  // A commit's hash may hold twelve digits in a row, and names no account.
  const shown = texts.join('\n').replaceAll(commit, '<commit>');
  const secrets = [aws.credentials.accessKeyId, aws.endpoint, 'arn:', 'amazonaws.com', 's3://'];
  const seen = secrets.filter((secret) => shown.includes(secret));
  expect(
    seen.length === 0 && !/\d{12}/.test(shown),
    `the transcript shows ${seen.join(', ') || 'a number of twelve digits'}`,
  );
  return steps.flatMap(({ calls }) => calls).reduce((sum, { times }) => sum + times, 0);
}

/** An app with another parameter for the released model. @returns the last line of the refusal */
async function wouldReset(ground: Ground): Promise<string> {
  const assembly = `${ground.assembly}-reset`;
  cpSync(ground.assembly, assembly, { recursive: true });
  const file = templateFiles(assembly).get(names.stack(ground.kit, 'serving-model'))!;
  writeFileSync(file, readFileSync(file, 'utf8').replaceAll(MODEL_PARAMETER, 'AnotherParameter'));
  const refusal = await deployKit({ ...ground, assembly, log: join(assembly, 'up.log') }).then(
    () => undefined,
    (error: Error) => error,
  );
  rmSync(assembly, { recursive: true });
  expect(
    refusal instanceof Refused,
    `up did not refuse to reset the released model: ${refusal?.message ?? 'it deployed'}`,
  );
  return refusal.message.split('\n').at(-1)!;
}
