// cdk.json runs this before the app. A clone that ever started a local account lets the CDK CLI go on only when its environment names an
// address (`source .local/env`) or AWS is meant (KIT_AWS=1). A plug-in of the CLI could point it there by itself, but the CLI looks for
// plug-ins from its own folder, so a globally installed `cdk` would fail in every clone.
const { existsSync } = require('node:fs');
const { join } = require('node:path');
const process = require('node:process');

process.env.KIT_LOCAL ??= join(process.cwd(), '.local');

if (!process.env.KIT_AWS && existsSync(join(process.env.KIT_LOCAL, 'account.json'))) {
  require('ts-node').register({ cwd: process.cwd() });
  const { chosen } = require('./account.ts');
  try {
    const account = chosen(process.env);
    if (account !== undefined && process.env.AWS_ENDPOINT_URL === undefined)
      throw new Error(
        `this clone has a local account (${account.endpoint}), and this terminal would send the CDK CLI to AWS: type \`source .local/env\` first, or say that AWS is meant with KIT_AWS=1 before the command`,
      );
  } catch (refusal) {
    process.stderr.write(`${refusal.message}\n`);
    process.exit(2);
  }
}
