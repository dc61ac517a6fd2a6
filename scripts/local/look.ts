/** What goes on in the local account. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { Refused } from '../../lib/shared/refused';
import { kitStacks } from '../account/stacks';
import { listAll } from '../shared/sdk';
import { exports, isUp, recorded } from './account';
import { up } from './start';

/** Prints the account. @throws Refused where none is up */
export async function status(json: boolean): Promise<void> {
  const { account, aws } = up();
  const stacks = await kitStacks(new CloudFormationClient(aws), account.asked.kit);
  const told = stacks.map(({ name, status: state }) => ({ name, status: state }));
  if (json) {
    console.log(JSON.stringify({ ...account, stacks: told }, undefined, 2));
    return;
  }
  console.log(`up since ${account.startedAt}, process ${account.pid}; logs in ${account.runDir}`);
  for (const { name, status: state } of told) console.log(`${state.padEnd(16)} ${name}`);
  if (told.length === 0) console.log(`no stack of ${account.asked.kit} is deployed`);
  for (const line of exports(account.endpoint)) console.log(line);
}

/** Files of the engine by the name that `logs` has for them. */
const FILES = { engine: 'emulator.log', deploy: 'up.log', bootstrap: 'bootstrap.log', audit: 'audit.jsonl' };
const LAST_LINES = 200;

/** Prints the end of what a file holds or functions wrote. The files are there when the account has ended, too. */
export async function logs(what: string | undefined): Promise<void> {
  const account = recorded();
  if (account === undefined) throw new Refused('this clone has no local account yet: npm run local starts one');
  const files = Object.entries(FILES).filter(([, file]) => existsSync(join(account.runDir, file)));
  const file = files.find(([name]) => name === what)?.[1];
  if (file !== undefined) {
    const lines = readFileSync(join(account.runDir, file), 'utf8').trimEnd().split('\n');
    console.log(lines.slice(-LAST_LINES).join('\n'));
    return;
  }
  const aws = isUp(account) ? up().aws : undefined;
  const logGroups = aws === undefined ? [] : await listAll(aws, 'cloudwatch-logs:DescribeLogGroups', {}, ['logGroups']);
  const groups = logGroups.map(({ logGroupName }): string => logGroupName);
  const matching = groups.filter((name) => what !== undefined && name.toLowerCase().includes(what.toLowerCase()));
  if (what !== undefined && matching.length === 0)
    throw new Refused(
      `nothing that has logs is called ${what}; there are ${[...files.map(([name]) => name), ...groups].join(', ')}`,
    );
  if (what === undefined) console.log([...files.map(([name]) => name), ...groups].join('\n'));
  for (const logGroupName of matching) {
    const events = await listAll(aws!, 'cloudwatch-logs:FilterLogEvents', { logGroupName }, ['events']);
    const lines = events.map(({ timestamp, message }) => `${new Date(timestamp).toISOString()} ${message.trimEnd()}`);
    console.log([`── ${logGroupName}`, ...lines.slice(-LAST_LINES)].join('\n'));
  }
}
