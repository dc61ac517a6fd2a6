/** The account that a command calls: the local one of this clone, or one of AWS, which is named before anything is changed there. */
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { Refused } from '../../lib/shared/refused';
import { confirm } from '../account/confirm';
import { EMULATED } from '../shared/emulated';
import { chosen, point } from './account';

export interface Reach {
  /** AWS is meant, whatever was started on this machine. */
  aws?: boolean;
  /** The account that is meant. */
  account?: string;
  region?: string;
  /** Ask no question. */
  yes?: boolean;
}

/** Commands that call no account, or start one of their own. */
export const ON_THIS_MACHINE = [
  'local',
  'lab',
  'quiz',
  'rehearse',
  'report',
  'grants',
  'verify',
  'compare',
  'cost',
  'bench',
  'prove',
];
/** Commands that change nothing in an account; every other one does. */
export const READING = ['doctor', 'sweep', 'status', 'query', 'lineage', 'predict', 'sample', 'pull', 'why'];

/**
 * Points this process, and what it starts, at the account of a command.
 * @throws Refused where the local account has ended, or where a change to an account of AWS was not confirmed
 */
export async function reach(command: string, { aws = false, account, region, yes = false }: Reach): Promise<void> {
  if (ON_THIS_MACHINE.includes(command)) return;
  if (!aws) {
    const local = chosen(process.env);
    if (local !== undefined) {
      if (region !== undefined && region !== EMULATED.region)
        throw new Refused(
          `the local account is in ${EMULATED.region}, not in ${region}: leave --region out, or add --aws`,
        );
      point(process.env, local);
      return;
    }
  } else if (process.env.AWS_ENDPOINT_URL !== undefined) {
    throw new Refused(
      `--aws was given, but AWS_ENDPOINT_URL is ${process.env.AWS_ENDPOINT_URL}: unset it, and the keys that go with it`,
    );
  } else {
    // The CDK CLI is started by some commands, and looks for the local account by itself.
    process.env.KIT_AWS = '1';
  }
  if (isThisMachine(process.env.AWS_ENDPOINT_URL) || READING.includes(command)) return;
  await sure(`${command} changes`, { account, region, yes });
}

const isThisMachine = (endpoint: string | undefined): boolean =>
  endpoint !== undefined && ['127.0.0.1', 'localhost', '[::1]'].includes(new URL(endpoint).hostname);

/**
 * Has a change to an account of AWS confirmed.
 * @param what the beginning of the question, with its verb
 * @returns the id of the account
 * @throws Refused unless the account that the credentials are of was named, beforehand or now
 */
export async function sure(what: string, { account, region, yes = false }: Omit<Reach, 'aws'>): Promise<string> {
  const sts = new STSClient(region === undefined ? {} : { region });
  const { Account: found = '', Arn: who } = await sts.send(new GetCallerIdentityCommand());
  if (account !== undefined && account !== found)
    throw new Refused(
      `--account is ${account}, but the credentials are those of ${found} (${who}): nothing was changed`,
    );
  if (account !== undefined) return found;
  if (yes) throw new Refused(`--yes needs --account, the account that is meant; this is ${found}: nothing was changed`);
  await confirm(
    `${what} AWS account ${found}, Region ${await sts.config.region()}, as ${who}. Type the last four digits of the account to go on:`,
    found.slice(-4),
    `--account ${found}`,
  );
  return found;
}
