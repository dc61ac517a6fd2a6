import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import type { Config } from '../../../lib/config';
import { enabledRooms, stacksOf } from '../../../lib/rooms';
import { xgboostImageIn, xgboostRegions } from '../../../lib/shared/xgboost-image';
import type { Aws } from '../../operate/deployed-kit';
import { SIGN_IN } from '../../shared/arguments';
import type { Out } from '../../shared/out';
import type { Templates } from '../../shared/templates';
import { estimate, firstMonth } from '../cost';
import { closedFeatures, refusal } from '../facts';
import { kitStacks } from '../stacks';
import { judgeDataset } from './dataset';
import {
  featuresInUse,
  fixedNames,
  judgeBootstrap,
  judgeBudget,
  judgeBudgets,
  judgeDeployed,
  judgeFeatures,
  judgeImage,
  judgeLeftovers,
  judgeNames,
  judgeQuota,
  judgeRegion,
  judgeTool,
  worst,
} from './judge';
import * as look from './look';
import { needs } from './needs';
import { defaultZones, judgeDefaultVpc } from './network';
import { tools } from './tools';
import { type Check, type Diagnosis, fail, ok, warn } from './types';

interface Subject {
  config: Config;
  aws: Aws;
  templates: Templates;
}

/** Checks whether the configuration can be deployed into the account, and names the obstacles. */
export async function diagnose({ config, aws, templates }: Subject): Promise<Diagnosis> {
  const { kit, profile } = config;
  const fixed = fixedNames(templates);
  const closed = featuresInUse(templates, closedFeatures);
  const local = [
    ...tools().map(judgeTool),
    judgeNames(kit, fixed),
    judgeBudget(firstMonth(estimate(config, templates)), config.foundation.monthlyBudgetUsd),
    ...judgeDataset(config),
  ];
  const where = await signIn(aws);
  if ('about' in where)
    return {
      kit,
      profile,
      account: null,
      region: null,
      verdict: 'fail',
      checks: [...local, ...judgeFeatures(closed, { refusal, customer: false }), where],
    };

  const { account, principal, region } = where;
  const quotas = new look.Quotas(aws);
  const told = needs(config).map((need) =>
    asked('quota', async () => [judgeQuota(need, await quotas.told(need), region)]),
  );
  const remote = await Promise.all([
    asked('services', async () => {
      const customer = closed.length > 0 && (await look.hasSchedules(aws).catch(() => false));
      return judgeFeatures(closed, { refusal, customer });
    }),
    asked('image', async () => {
      // The check of the Region reports this.
      if (!xgboostRegions.includes(region)) return [];
      const image = xgboostImageIn(region);
      return [judgeImage(image, await look.hasImage(aws, image))];
    }),
    asked('bootstrap', async () => [judgeBootstrap(await look.bootstrapVersion(aws), account, region)]),
    asked('budget', async () => [
      judgeBudgets(await look.budgetsRefusal(aws, account), config.foundation.monthlyBudgetUsd),
    ]),
    ...(config.rooms.includes('warehouse')
      ? [asked('network', async () => [judgeDefaultVpc(await defaultZones(aws))])]
      : []),
    ...told,
    asked('deployed', async () => {
      const [stacks, tagged] = await Promise.all([
        kitStacks(new CloudFormationClient(aws), kit),
        look.tagged(aws, kit),
      ]);
      return [
        judgeDeployed(stacks, stacksOf(enabledRooms(config)).length, profile),
        ...judgeLeftovers(kit, tagged, stacks.length, fixed),
      ];
    }),
  ]);
  const checks = [
    ...local,
    ok('account', `${account} as ${principal}`),
    judgeRegion(region, xgboostRegions),
    ...remote.flat(),
  ];
  return { kit, profile, account, region, verdict: worst(checks), checks };
}

/** Account and Region, or the check that explains why they are unavailable. */
async function signIn(aws: Aws): Promise<{ account: string; principal: string; region: string } | Check> {
  try {
    const region = await look.region(aws);
    return { ...(await look.account(aws)), region };
  } catch (error) {
    const { message } = error as Error;
    const fix = /Region is missing/.test(message) ? 'set AWS_REGION or pass --region' : SIGN_IN;
    return fail('account', message, fix);
  }
}

/** A call that the account refuses becomes a line of the diagnosis instead of ending it. */
async function asked(about: string, look: () => Promise<Check[]>): Promise<Check[]> {
  try {
    return await look();
  } catch (error) {
    const { name, message } = error as Error;
    return [warn(about, `could not be checked: ${name}: ${message}`, 'sign in with permission to read it')];
  }
}

export function printDiagnosis({ kit, profile, checks }: Diagnosis, out: Out): void {
  for (const { about, verdict, found, fix } of checks) {
    out.line(`${verdict.padEnd(5)} ${about.padEnd(10)} ${found}`);
    if (verdict !== 'ok' && fix !== undefined) out.line(`${' '.repeat(17)}next: ${fix}`);
  }
  const count = (of: string) => checks.filter(({ verdict }) => verdict === of).length;
  out.line(`${kit}, profile ${profile}: ${count('ok')} ok, ${count('warn')} warn, ${count('fail')} fail`);
}
