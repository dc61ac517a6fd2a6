/** What a pull request says of four changes of the kit, on a machine that has Node and git and nothing else. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { copyOfRepository, git } from '../../../scripts/shared/copy';

let copy: string;
let tools: string;
const user = ['-c', 'user.name=test', '-c', 'user.email=test@example.com', '-c', 'commit.gpgsign=false'];

beforeAll(() => {
  copy = copyOfRepository();
  // What `npm run setup` makes besides the packages of npm: Python, Java, Spark.
  rmSync(join(copy, '.toolchain'));
  tools = mkdtempSync(join(tmpdir(), 'tools-'));
  for (const name of ['node', 'git', 'sh'])
    symlinkSync(execFileSync('which', [name], { encoding: 'utf8' }).trim(), join(tools, name));
  git(copy, 'init', '-qb', 'main');
  git(copy, 'add', '-A');
  git(copy, ...user, 'commit', '-qm', 'the kit');
}, 120_000);
afterAll(() => [copy, tools].forEach((folder) => rmSync(folder, { recursive: true })));

/** The comment on a branch whose files are up to date, and the exit code of the check. */
function comment(file: string, from: string, to: string): { text: string; status: number | null } {
  const text = readFileSync(join(copy, file), 'utf8');
  expect(text.split(from)).toHaveLength(2);
  writeFileSync(join(copy, file), text.replace(from, to));
  const args = ['--base', 'main', '--format', 'markdown', '--update'];
  const { status, stdout, stderr } = spawnSync(
    'node',
    ['node_modules/.bin/ts-node', 'scripts/templates/index.ts', ...args],
    {
      cwd: copy,
      encoding: 'utf8',
      env: { PATH: tools },
    },
  );
  git(copy, 'checkout', '-q', '.');
  git(copy, 'clean', '-qfd', '-e', 'node_modules');
  if (status === 2) throw new Error(stderr);
  expect(stdout.trimEnd().split('\n').length).toBeLessThanOrEqual(15);
  return { text: stdout, status };
}

test('a bucket renamed', () => {
  const { text, status } = comment(
    'lib/data-lake/data-lake-stack.ts',
    "LakeBucket(this, 'Raw',",
    "LakeBucket(this, 'RawFiles',",
  );
  expect(status).toBe(1);
  expect(text).toMatchInlineSnapshot(`
   "<!-- template-files -->
   ### Templates: \`data-lake\`, \`etl\`, \`training\`, \`monitoring\`, \`warehouse\`, \`ai-services\`, \`serving\`, \`serving-model\`

   - **Loses data** \`data-lake/Raw72517081\`: AWS::S3::Bucket becomes RawFiles6B9AE492; lost: the data, the models, the captured predictions, the audit trail (sandbox, standard, managed)
   - Replaced \`data-lake/Raw72517081\`: AWS::S3::Bucket becomes RawFiles6B9AE492, the old one stays in the account (production)
   - Renamed \`data-lake\`: \`RawAutoDeleteObjectsCustomResourceEFDEC167\` → \`RawFilesAutoDeleteObjectsCustomResource788E8232\` (sandbox, standard, managed)
   - Renamed \`data-lake\`: \`RawPolicyD5BAF6E0\` → \`RawFilesPolicyA3206776\`
   - Refer to a resource with a new name: \`data-lake\`, \`etl\`, \`training\`, \`monitoring\`, \`warehouse\`, \`ai-services\`, \`serving\`, \`serving-model\`

   The check fails until \`templates/accepted.md\` has these rows, with date and reason:
   - \`| YYYY-MM-DD | data-lake | Raw72517081 | loses data | why |\`
   "
  `);
}, 120_000);

test('a grant widened', () => {
  const { text, status } = comment('lib/etl/feature-job.ts', 'raw.grantRead(role)', 'raw.grantReadWrite(role)');
  expect(status).toBe(1);
  expect(text).toMatchInlineSnapshot(`
   "<!-- template-files -->
   ### Templates: \`etl\`

   - **Wider grant** \`etl/FeaturesRoleDefaultPolicy8FBB6E0A\`: AWS:\${FeaturesRole8407BFEA} may s3:Abort*, s3:DeleteObject*, s3:PutObject, s3:PutObjectLegalHold, s3:PutObjectRetention, s3:PutObjectTagging, s3:PutObjectVersionTagging on \${mlkit-data-lake:Raw72517081Arn}, \${mlkit-data-lake:Raw72517081Arn}/*

   The check fails until \`templates/accepted.md\` has these rows, with date and reason:
   - \`| YYYY-MM-DD | etl | FeaturesRoleDefaultPolicy8FBB6E0A | wider grant | why |\`
   "
  `);
}, 120_000);

test("a state's timeout changed", () => {
  const { text, status } = comment('lib/monitoring/monitor-machine.ts', 'timeoutMinutes: 60', 'timeoutMinutes: 90');
  expect(status).toBe(0);
  expect(text).toMatchInlineSnapshot(`
   "<!-- template-files -->
   ### Templates: \`monitoring\`

   - Changed \`monitoring/MonitorMachine27154F9D\`: AWS::StepFunctions::StateMachine RunMonitor.Arguments.StoppingCondition.MaxRuntimeInSeconds 3600 → 5400
   "
  `);
}, 120_000);

test('an alarm deleted', () => {
  const { text, status } = comment(
    'lib/serving/serving-stack.ts',
    `new KitAlarm(this, 'PredictErrors', { ...own, alarm: 'predictErrors', metric: api.serverErrors });`,
    '',
  );
  expect(status).toBe(0);
  expect(text).toMatchInlineSnapshot(`
   "<!-- template-files -->
   ### Templates: \`serving\`

   - Alarm gone: \`mlkit/serving/predict-errors\`
   - Idle cost: 0.0954 → 0.0921 USD per day (sandbox)
   - Idle cost: 5.7239 → 5.7206 USD per day (standard, production)
   - Idle cost: 5.7914 → 5.7881 USD per day (managed)
   - Removed \`serving/PredictErrors8214CD97\`: AWS::CloudWatch::Alarm
   "
  `);
}, 120_000);

test('a changed handler and a changed program: none', () => {
  writeFileSync(join(copy, 'jobs/training/more.py'), 'MORE = 1\n');
  const { text, status } = comment('lambda/serving/predict/index.ts', 'import { Fire', '// Changed.\nimport { Fire');
  expect({ text, status }).toEqual({ text: '', status: 0 });
}, 120_000);
