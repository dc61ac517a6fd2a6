// The CDK CLI loads this because cdk.json names it, by a path from the CLI's own folder. `npx cdk deploy` then talks to the local account
// of this clone as `npm run kit -- up` does, or is refused where that account has ended. The CLI has read its environment by now, so it
// runs once more with the account's; one with AWS_ENDPOINT_URL or KIT_AWS is left as it is.
const { spawnSync } = require('node:child_process');
const { existsSync } = require('node:fs');
const { join } = require('node:path');
const process = require('node:process');

exports.version = '1';

/** What the CLI does without an account's answer; asking who is signed in, it bears a refused connection. */
const NEEDS_NO_ACCOUNT = [
  'synth',
  'synthesize',
  'ls',
  'list',
  'docs',
  'doc',
  'acknowledge',
  'ack',
  'notices',
  'context',
];

// The CLI runs where cdk.json is; this file may be another clone's, whose packages are shared.
process.env.KIT_LOCAL ??= join(process.cwd(), '.local');

if (!process.env.KIT_AWS && existsSync(join(process.env.KIT_LOCAL, 'account.json'))) {
  require('ts-node').register({ cwd: process.cwd() });
  const { chosen, point, recorded } = require('./account.ts');
  const isMeant = [undefined, recorded().endpoint].includes(process.env.AWS_ENDPOINT_URL);
  const offline = NEEDS_NO_ACCOUNT.some((command) => process.argv.includes(command));
  try {
    const account = isMeant && offline ? recorded() : chosen(process.env);
    // The second run has the address already.
    if (account !== undefined && process.env.AWS_ENDPOINT_URL === undefined) {
      point(process.env, account);
      const { status } = spawnSync(process.execPath, process.argv.slice(1), { stdio: 'inherit' });
      process.exit(status ?? 1);
    }
  } catch (refusal) {
    process.stderr.write(`${refusal.message}\n`);
    process.exit(2);
  }
}
