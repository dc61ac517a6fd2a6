import {
  DeleteModelPackageCommand,
  ListModelPackagesCommand,
  ListTagsCommand,
  SageMakerClient,
} from '@aws-sdk/client-sagemaker';
import type { CloudFormationCustomResourceEvent, Context } from 'aws-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import { handler } from '../../lambda/training/delete-model-packages';

const sagemaker = mockClient(SageMakerClient);
const answers: { Status: string; Reason: string }[] = [];
const arn = (version: number) => `arn:aws:sagemaker:us-east-1:123456789012:model-package/mlkit-models/${version}`;

beforeEach(() => {
  sagemaker.reset();
  answers.length = 0;
  jest.spyOn(globalThis, 'fetch').mockImplementation((_, init) => {
    answers.push(JSON.parse(init?.body as string) as { Status: string; Reason: string });
    return Promise.resolve(new Response());
  });
  jest.spyOn(console, 'error').mockImplementation();
  const listed = (...versions: number[]) => ({
    ModelPackageSummaryList: versions.map((version) => ({ ModelPackageArn: arn(version) })) as never,
  });
  // The second version is still being deleted when the list is looked at again.
  sagemaker.on(ListModelPackagesCommand).resolvesOnce(listed(1, 2)).resolvesOnce(listed(2)).resolves(listed());
  sagemaker.on(DeleteModelPackageCommand).resolves({});
});

const tagged = (Value?: string) =>
  sagemaker.on(ListTagsCommand).resolves({ Tags: Value === undefined ? [] : [{ Key: 'delete-versions', Value }] });
const run = async (RequestType: string) => {
  const ResourceProperties = { Group: 'mlkit-models', GroupArn: 'arn:group', ServiceToken: 'arn:function' };
  const event = { RequestType, ResourceProperties, ResponseURL: 'https://answer.invalid' };
  await handler(event as unknown as CloudFormationCustomResourceEvent, { logStreamName: 'log' } as Context);
  return sagemaker.commandCalls(DeleteModelPackageCommand).map(({ args }) => args[0].input.ModelPackageName);
};

test('versions go with the stack that says so on the group', async () => {
  tagged('true');
  expect(await run('Delete')).toEqual([arn(1), arn(2)]);
  expect(sagemaker.commandCalls(ListModelPackagesCommand)).toHaveLength(3);
  expect(answers).toMatchObject([{ Status: 'SUCCESS' }]);
});

test.each([['false'], [undefined]])('versions stay when an update has set the tag to %s', async (value) => {
  tagged(value);
  expect(await run('Delete')).toEqual([]);
  expect(answers).toMatchObject([{ Status: 'SUCCESS' }]);
});

test.each(['Create', 'Update'])('%s deletes nothing', async (type) => {
  tagged('true');
  expect(await run(type)).toEqual([]);
});

const absent = (what: string) => Object.assign(new Error(`${what} does not exist.`), { name: 'ValidationException' });

test('a group that is gone has no versions to delete: its stack can go', async () => {
  sagemaker.on(ListTagsCommand).rejects(absent('ModelPackageGroup arn:group'));
  expect(await run('Delete')).toEqual([]);
  tagged('true');
  sagemaker.on(ListModelPackagesCommand).rejects(absent('ModelPackageGroup arn:group'));
  expect(await run('Delete')).toEqual([]);
  expect(answers).toMatchObject([{ Status: 'SUCCESS' }, { Status: 'SUCCESS' }]);
});

test('a version that goes meanwhile does not keep the others', async () => {
  tagged('true');
  sagemaker
    .on(DeleteModelPackageCommand)
    .rejectsOnce(absent(`ModelPackage ${arn(1)}`))
    .resolves({});
  expect(await run('Delete')).toEqual([arn(1), arn(2)]);
  expect(answers).toMatchObject([{ Status: 'SUCCESS' }]);
});

test('a version that an earlier try is still deleting is waited for', async () => {
  tagged('true');
  const deleting = { ModelPackageArn: arn(1), ModelPackageStatus: 'Deleting' };
  sagemaker
    .on(ListModelPackagesCommand)
    .resolvesOnce({ ModelPackageSummaryList: [deleting, { ModelPackageArn: arn(2) }] as never })
    .resolvesOnce({ ModelPackageSummaryList: [deleting] as never })
    .resolves({});
  expect(await run('Delete')).toEqual([arn(2)]);
  expect(answers).toMatchObject([{ Status: 'SUCCESS' }]);
});

test('an answer is never too long for CloudFormation, which would wait an hour for another', async () => {
  tagged('true');
  sagemaker.on(DeleteModelPackageCommand).rejects(new Error('x'.repeat(10_000)));
  await run('Delete');
  expect(answers).toMatchObject([{ Status: 'FAILED', Reason: expect.stringMatching(/^Delete of .{900,990}$/) }]);
});

test('a denial is no absence, whatever else it says', async () => {
  const denied = new Error('User is not authorized to perform: sagemaker:ListTags, or the group does not exist');
  sagemaker.on(ListTagsCommand).rejects(Object.assign(denied, { name: 'AccessDeniedException' }));
  await run('Delete');
  expect(answers).toMatchObject([{ Status: 'FAILED', Reason: expect.stringContaining('not authorized') }]);
});

test('a refusal is answered, with its reason', async () => {
  tagged('true');
  sagemaker.on(DeleteModelPackageCommand).rejects(new Error('not authorized'));
  await run('Delete');
  expect(answers).toMatchObject([{ Status: 'FAILED', Reason: expect.stringContaining('not authorized') }]);
});
