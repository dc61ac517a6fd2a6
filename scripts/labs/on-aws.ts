/** `npm run lab 6 -- --aws`: a lab played in an account of AWS, with a question before it and an end after it. */
import { cpSync, existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { STSClient } from '@aws-sdk/client-sts';
import { usd } from '../account/cost/print';
import { type Reach, sure } from '../local/reach';
import { ROOT } from '../shared/cdk';
import { committedCopy } from '../shared/copy';
import { EMULATED } from '../shared/emulated';
import type { Out } from '../shared/out';
import type { Block, Command, Lab, State } from './lab';
import { block, faultOf, make, type Type } from './play';
import { prices, priceOf } from './price';
import { stateOf } from './shelf';
import { online, type } from './shell';

interface Place {
  readonly account: string;
  readonly region: string;
}

/** Commands as they are typed on AWS: without those of the local account, with the account's names, and with no limit for waits. */
export const commandsOnAws = (commands: readonly Command[], { account, region }: Place): Command[] =>
  commands
    .filter(({ text }) => !/\bnpm run (--silent )?local\b/.test(text))
    .map(({ text, expected, line }) => ({
      text,
      line,
      expected: expected.map((each) =>
        each
          .replaceAll(EMULATED.account, account)
          .replaceAll(EMULATED.region, region)
          // A wait of AWS is its own; the range is one of this machine.
          .replaceAll(/\{seconds: [^}]*\}/g, '{number}'),
      ),
    }));

/** Undefined where a block is of the local account alone. */
export function blockOnAws(each: Block, place: Place): Block | undefined {
  if (each.kind === 'edit') return each;
  if (each.only === 'local') return undefined;
  const commands = commandsOnAws(each.commands, place);
  return commands.length === 0 ? undefined : { ...each, commands };
}

/** What a lab needs of the world; tests play without one. */
interface AwsGround {
  readonly folder: string;
  readonly place: Place;
  readonly type: Type;
  readonly out: Out;
}

/**
 * Makes the lab's state where it is not there yet, and plays its blocks. An open task is said, and is no failure: it is the learner's.
 * @throws Error with the first thing that is not as the lab says
 */
export async function playOnAws(lab: Lab, state: State, { folder, place, type: typed, out }: AwsGround): Promise<void> {
  const check = commandsOnAws(state.check, place);
  if ((await faultOf(lab.file, check, typed)) !== undefined) {
    await make(state.seedOnAws, typed);
    const fault = await faultOf(lab.file, check, typed);
    if (fault !== undefined) throw new Error(`the account is not as the lab begins (${state.name}):\n${fault}`);
  }
  for (const each of lab.blocks) {
    const there = blockOnAws(each, place);
    if (there === undefined) continue;
    if (there.kind !== 'your-turn') {
      await block(lab, { folder, type: typed }, there);
      continue;
    }
    const open = await faultOf(lab.file, there.commands, typed);
    out.line(open === undefined ? `done: ${lab.title}` : `the task is open: ${open}`);
  }
}

/**
 * Asks once, plays the lab in a copy of the clone, and takes the kit down; its endpoint goes by itself should nobody be there to do so.
 * @param keep leave the kit for the next lab
 * @returns the exit code
 */
export async function labOnAws(lab: Lab, asked: Reach & { keep: boolean }, out: Out): Promise<number> {
  const { region: wanted, keep } = asked;
  const state = stateOf(lab);
  const price = usd(priceOf(lab, state, prices(lab.profile)));
  const account = await sure(
    `lab ${lab.number} (about ${price} USD, ${lab.minutes} minutes of commands, and the waits of AWS) changes`,
    asked,
  );
  const sts = new STSClient(wanted === undefined ? {} : { region: wanted });
  const place = { account, region: await sts.config.region() };
  const folder = committedCopy();
  const answers = join(ROOT, 'answers');
  if (existsSync(answers)) cpSync(answers, join(folder, 'answers'), { recursive: true });
  const typed: Type = async (command) => {
    out.line(`$ ${command.text}`);
    const { accessKeyId, secretAccessKey, sessionToken } = await sts.config.credentials();
    const keys = {
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      AWS_SESSION_TOKEN: sessionToken,
    };
    const env = online(process.env, { ...keys, AWS_REGION: place.region, KIT_ACCOUNT: account });
    return type(command.text, folder, { env, told: (text) => out.line(text.trimEnd()) });
  };
  try {
    await playOnAws(lab, state, { folder, place, type: typed, out });
    if (keep) out.line('the kit stays for the next lab: npm run kit -- --aws down ends it');
    else
      for (const text of ['npm run kit -- down --yes', 'npm run kit -- sweep'])
        await typed({ text, expected: [], line: 0 });
    return 0;
  } catch (error) {
    out.line((error as Error).message);
    out.line(`the kit stays in account ${account} as it is: npm run kit -- --aws down ends it`);
    return 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
