/** Scenario `operations`: the commands around the account, from a fresh one to one where nothing is left. */
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import {
  CreateModelPackageGroupCommand,
  DeleteModelPackageGroupCommand,
  SageMakerClient,
} from '@aws-sdk/client-sagemaker';
import { resolveConfig } from '../../../lib/config';
import { MODEL_PARAMETER, names, NO_MODEL } from '../../../lib/shared/names';
import { templateFiles } from '../../account/cdk';
import { deployKit } from '../../account/deploy';
import { diagnose } from '../../account/doctor';
import { kitStacks } from '../../account/stacks';
import { sweep } from '../../account/sweep';
import { synthesize } from '../../account/templates';
import { Refused } from '../../arguments';
import { NOT_PLANTED, plants } from '../planted';
import { expect, type Ground, type Scenario } from '../scenario';
import { loop } from './loop';

export const operations: Scenario = {
  name: 'operations',
  title:
    'doctor, a deployment that fails half-way, up again, a short life, down, sweep, a planted leftover of each kind',
  async before(ground) {
    await freshAccount(ground);
    await failsHalfWay(ground);
  },
  play: (stage) => loop.play(stage),
  async after(ground) {
    const kept = await upAgain(ground);
    const refusal = await wouldReset(ground);
    return `up again changed nothing and kept ${kept}; refused: ${refusal}`;
  },
  async swept({ aws, kit }) {
    const planted = plants(aws, kit);
    for (const [kind, plant] of Object.entries(planted))
      await plant().catch((error: Error) => {
        throw new Error(`a ${kind} cannot be planted: ${error.message}`, { cause: error });
      });
    const { left } = await sweep(aws, kit);
    const missed = Object.keys(planted).filter((kind) => !left.some((each) => each.kind === kind));
    expect(missed.length === 0, `sweep does not find the planted ${missed.join(', ')}`);
    return `sweep found a planted leftover of each of ${Object.keys(planted).length} kinds (${Object.keys(NOT_PLANTED).length} cannot be planted here)`;
  },
};

async function freshAccount({ aws, kit, out }: Ground): Promise<void> {
  const config = resolveConfig('sandbox', { kit });
  const { verdict, checks } = await diagnose({ config, aws, templates: synthesize(config) });
  const failed = checks.filter((check) => check.verdict === 'fail').map(({ about, found }) => `${about}: ${found}`);
  out.line(`doctor: ${verdict}, ${checks.length} checks`);
  expect(failed.length === 0, `doctor refuses the fresh account: ${failed.join('; ')}`);
}

/** The registry of an earlier deployment is still there, as after a `down` of profile production. */
async function failsHalfWay(ground: Ground): Promise<void> {
  const { aws, kit, out } = ground;
  const sagemaker = new SageMakerClient(aws);
  const ModelPackageGroupName = names.modelPackageGroup(kit);
  await sagemaker.send(new CreateModelPackageGroupCommand({ ModelPackageGroupName }));
  const failure = await deployKit(ground).then(
    () => 'nothing failed',
    (error: Error) => error.message,
  );
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

/** @returns the released version */
async function upAgain(ground: Ground): Promise<string> {
  const changed = (await deployKit(ground)).filter(({ status }) => status !== 'UNCHANGED');
  expect(changed.length === 0, `up of the same app changed ${changed.map(({ stack }) => stack).join(', ')}`);
  const stacks = await kitStacks(new CloudFormationClient(ground.aws), ground.kit);
  const model = stacks.find(({ room }) => room === 'serving-model')?.parameters[MODEL_PARAMETER] ?? NO_MODEL;
  expect(model !== NO_MODEL, 'up reset the released model');
  return `version ${model.split('/').at(-1)}`;
}

/** An app whose champion parameter differs: CloudFormation would write `none` over the champion. @returns the refusal's last line */
async function wouldReset(ground: Ground): Promise<string> {
  const assembly = `${ground.assembly}-reset`;
  cpSync(ground.assembly, assembly, { recursive: true });
  const file = templateFiles(assembly).get(names.stack(ground.kit, 'training'))!;
  writeFileSync(file, readFileSync(file, 'utf8').replace('written by Release alone', 'written by somebody'));
  const refusal = await deployKit({ ...ground, assembly, log: join(assembly, 'up.log') }).then(
    () => undefined,
    (error: Error) => error,
  );
  rmSync(assembly, { recursive: true });
  expect(refusal instanceof Refused, `up did not refuse to reset the champion: ${refusal?.message ?? 'it deployed'}`);
  return refusal.message.split('\n').at(-1)!;
}
