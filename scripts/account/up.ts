/** `up`: checks the account, shows the cost, asks for confirmation, and deploys. */
import { join } from 'node:path';
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { storyOf } from '../../datasets/module';
import { chosenConfig } from '../../lib/config';
import { type StackName, stacksOf } from '../../lib/rooms';
import { datasetOf } from '../../lib/shared/datasets';
import { Refused } from '../../lib/shared/refused';
import type { Aws } from '../operate/deployed-kit';
import { rangeText } from '../operate/days';
import type { Shaped } from '../shared/arguments';
import type { Out } from '../shared/out';
import { ROOT, synth } from '../shared/cdk';
import { confirm } from './confirm';
import { estimate, firstMonth } from './cost';
import { usd } from './cost/print';
import { deployKit, leaving, type StackOutcome } from './deploy';
import { diagnose, printDiagnosis } from './doctor';
import { synthesize } from '../shared/kit-app';
import { kitStacks } from './stacks';

interface UpOptions extends Shaped {
  kit: string;
  maxUsd?: number;
  yes: boolean;
}

/** @throws Refused when a check fails, the cost is above `maxUsd`, or the confirmation is missing; nothing has been changed then */
export async function up(aws: Aws, options: UpOptions, out: Out): Promise<StackOutcome[]> {
  const { kit, profile, config, with: rooms, yes } = options;
  // An invalid configuration is refused before anything is started.
  const resolved = chosenConfig({ profile, kit, rooms }, config);
  const templates = synthesize(resolved);
  const cost = estimate(resolved, templates);
  const diagnosis = await diagnose({ config: resolved, aws, templates });
  if (diagnosis.verdict === 'ok') out.line(`doctor: ok, ${diagnosis.checks.length} checks`);
  else printDiagnosis(diagnosis, out);
  if (diagnosis.verdict === 'fail')
    throw new Refused('doctor finds what would make the deployment fail (above): nothing was changed');
  out.line(
    `${kit}, profile ${profile}: ${usd(cost.idle.usdPerDay)} USD per day while it exists, ${usd(cost.story.usd)} per drift story, ${usd(firstMonth(cost))} the first month (details: npm run kit -- cost)`,
  );
  if (options.maxUsd !== undefined && firstMonth(cost) > options.maxUsd)
    throw new Refused(
      `the first month costs ${usd(firstMonth(cost))} USD, above --max-usd ${options.maxUsd}: nothing was changed`,
    );
  const assembly = join(ROOT, 'cdk.out');
  out.progress(`synthesizing ${kit}, profile ${profile}`);
  await synth(assembly, { profile, kit, rooms, config });
  const gone = leaving(await kitStacks(new CloudFormationClient(aws), kit), assembly);
  for (const { name, room } of gone) out.line(`${name} is deleted, because its room is not enabled: ${lost(room)}`);
  const deleting = gone.length === 0 ? '' : ` and delete ${gone.map(({ name }) => name).join(', ')}`;
  if (!yes) await confirm(`deploy ${kit}, profile ${profile}${deleting}? [y/n]`, 'y');
  const outcomes = await deployKit({ kit, aws, assembly, log: join(assembly, 'up.log'), out });
  out.line(
    `${kit} is deployed; next: npm run kit -- load ${rangeText(datasetOf(resolved.dataset), storyOf(resolved.dataset).history)}, then npm run kit -- status`,
  );
  return outcomes;
}

const lost = (stack: StackName): string =>
  stacksOf().find((each) => each.stack === stack)?.room.lost ?? 'up can restore all of it';
