import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { BatchGetImageCommand, ECRClient } from '@aws-sdk/client-ecr';
import { GetResourcesCommand, ResourceGroupsTaggingAPIClient } from '@aws-sdk/client-resource-groups-tagging-api';
import {
  GetAWSDefaultServiceQuotaCommand,
  GetServiceQuotaCommand,
  ListAWSDefaultServiceQuotasCommand,
  NoSuchResourceException,
  ServiceQuotasClient,
} from '@aws-sdk/client-service-quotas';
import { GetParameterCommand, ParameterNotFound, SSMClient } from '@aws-sdk/client-ssm';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { BudgetsClient, DescribeBudgetsCommand } from '@aws-sdk/client-budgets';
import { enabledRooms, stacksOf } from '../../../lib/rooms';
import { names } from '../../../lib/shared/names';
import { mockClient } from 'aws-sdk-client-mock';
import { type Config, resolveConfig } from '../../../lib/config';
import { diagnose, printDiagnosis } from '../../../scripts/account/doctor';
import { synthesize } from '../../../scripts/shared/kit-app';

// To read the raw data takes two seconds, and they are the same for every account.
jest.mock('../../../scripts/account/doctor/dataset', () => {
  const { judgeDataset } = jest.requireActual<typeof import('../../../scripts/account/doctor/dataset')>(
    '../../../scripts/account/doctor/dataset',
  );
  let judged: ReturnType<typeof judgeDataset> | undefined;
  return { judgeDataset: (asked: Config) => (judged ??= judgeDataset(asked)) };
});

const config = resolveConfig('sandbox');
const templates = synthesize(config);
const aws = { region: 'us-east-1' };
const look = () => diagnose({ config, aws, templates });

const [sts, budgets, ecr, ssm, quotas, stacks, tags] = [
  mockClient(STSClient),
  mockClient(BudgetsClient),
  mockClient(ECRClient),
  mockClient(SSMClient),
  mockClient(ServiceQuotasClient),
  mockClient(CloudFormationClient),
  mockClient(ResourceGroupsTaggingAPIClient),
];
const gone = { $metadata: {}, message: 'gone' };
const SERVERLESS = { QuotaName: 'Maximum number of serverless endpoints', QuotaCode: 'L-ABCDEF01' };

beforeEach(() => {
  for (const client of [sts, budgets, ecr, ssm, quotas, stacks, tags]) client.reset();
  budgets.on(DescribeBudgetsCommand).resolves({ Budgets: [] });
  ecr.on(BatchGetImageCommand).resolves({ images: [{}] });
  sts.on(GetCallerIdentityCommand).resolves({ Account: '111122223333', Arn: 'arn:aws:iam::111122223333:user/me' });
  ssm.on(GetParameterCommand).resolves({ Parameter: { Value: '27' } });
  quotas.on(GetServiceQuotaCommand).rejects(new NoSuchResourceException(gone));
  quotas.on(GetAWSDefaultServiceQuotaCommand).resolves({ Quota: { Value: 50 } });
  quotas.on(ListAWSDefaultServiceQuotasCommand).resolves({ Quotas: [], NextToken: 'more' });
  quotas
    .on(ListAWSDefaultServiceQuotasCommand, { ServiceCode: 'sagemaker', NextToken: 'more' })
    .resolves({ Quotas: [SERVERLESS] });
  stacks.on(DescribeStacksCommand).resolves({ Stacks: [] });
  tags.on(GetResourcesCommand).resolves({ ResourceTagMappingList: [] });
});

const failing = async () => (await look()).checks.filter(({ verdict }) => verdict !== 'ok');

test('an account in which everything is there passes', async () => {
  const found = await look();
  expect(found).toMatchObject({ verdict: 'ok', account: '111122223333', region: 'us-east-1', kit: 'mlkit' });
  expect(found.checks.filter(({ verdict }) => verdict !== 'ok')).toEqual([]);
});

test('a quota without a written code is found by its name, on whichever page it is', async () => {
  await look();
  const asked = quotas.commandCalls(GetServiceQuotaCommand).map(({ args }) => args[0].input.QuotaCode);
  expect(asked).toContain(SERVERLESS.QuotaCode);
  expect(asked).toContain('L-29688C85');
});

test('an applied quota counts even where the default is higher', async () => {
  quotas.on(GetServiceQuotaCommand, { QuotaCode: 'L-29688C85' }).resolves({ Quota: { Value: 0 } });
  expect(await failing()).toMatchObject([{ about: 'quota', verdict: 'fail', evidence: { applied: 0, default: 50 } }]);
});

test('an account without bootstrap fails with the command that adds it', async () => {
  ssm.on(GetParameterCommand).rejects(new ParameterNotFound(gone));
  expect(await failing()).toMatchObject([
    { about: 'bootstrap', verdict: 'fail', fix: 'npx cdk bootstrap aws://111122223333/us-east-1' },
  ]);
});

test('a registry without the image fails, one that lets nobody look is a warning', async () => {
  ecr.on(BatchGetImageCommand).resolves({ images: [], failures: [{ failureCode: 'ImageNotFound' }] });
  expect(await failing()).toMatchObject([{ about: 'image', verdict: 'fail' }]);
  expect(ecr.commandCalls(BatchGetImageCommand)[0]?.args[0].input).toMatchObject({
    registryId: '683313688378',
    imageIds: [{ imageTag: '3.2-0' }],
  });
  ecr.on(BatchGetImageCommand).rejects(Object.assign(new Error('not authorized'), { name: 'AccessDeniedException' }));
  expect(await failing()).toMatchObject([{ about: 'image', verdict: 'warn' }]);
});

test('what may not be read is a warning, and the rest is still told', async () => {
  tags.on(GetResourcesCommand).rejects(Object.assign(new Error('not authorized'), { name: 'AccessDeniedException' }));
  expect(await failing()).toMatchObject([
    { verdict: 'warn', found: 'could not be checked: AccessDeniedException: not authorized' },
  ]);
});

test('without credentials the account fails, and what needs none is still told', async () => {
  sts.on(GetCallerIdentityCommand).rejects(new Error('Could not load credentials from any providers'));
  const { verdict, account, checks } = await look();
  expect([verdict, account]).toEqual(['fail', null]);
  expect(checks.at(-1)).toMatchObject({ about: 'account', fix: expect.stringContaining('AWS_PROFILE') });
  expect(checks.map(({ about }) => about)).toContain('tool');
});

test('a kit that is there is told with its profile, and its resources are no leftovers', async () => {
  stacks.on(DescribeStacksCommand).resolves({
    Stacks: stacksOf(enabledRooms(config)).map(({ stack: room }) => ({
      StackName: names.stack('mlkit', room),
      StackStatus: 'CREATE_COMPLETE' as const,
      CreationTime: new Date(0),
      Tags: [{ Key: 'profile', Value: 'sandbox' }],
    })),
  });
  tags.on(GetResourcesCommand).resolves({ ResourceTagMappingList: [{ ResourceARN: 'arn:aws:s3:::mlkit-raw' }] });
  const { verdict, checks } = await look();
  expect([verdict, checks.filter((check) => check.verdict !== 'ok')]).toEqual(['ok', []]);
  expect(checks.find(({ about }) => about === 'deployed')?.found).toMatch(/^8 stacks, profile sandbox/);
});

test('is printed with what mends each line', async () => {
  ssm.on(GetParameterCommand).resolves({ Parameter: { Value: '5' } });
  const lines: string[] = [];
  printDiagnosis(await look(), { line: (text) => lines.push(text), progress: () => undefined });
  const at = lines.indexOf('fail  bootstrap  version 5 is older than 6');
  expect(lines[at + 1]).toBe('                 next: npx cdk bootstrap aws://111122223333/us-east-1');
  expect(lines.at(-1)).toMatch(/^mlkit, profile sandbox: \d+ ok, 0 warn, 1 fail$/);
});
