import {
  DeleteParameterCommand,
  ParameterAlreadyExists,
  ParameterNotFound,
  PutParameterCommand,
  SSMClient,
} from '@aws-sdk/client-ssm';
import type { CloudFormationCustomResourceEvent, Context } from 'aws-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import { handler } from '../../lambda/training/declare-champion';

const ssm = mockClient(SSMClient);
const NAME = '/mlkit/champion';
const Tags = [{ Key: 'kit', Value: 'mlkit' }];

beforeEach(() => {
  ssm.reset();
  jest.spyOn(console, 'error').mockImplementation();
});

/** What CloudFormation is told. */
async function run(RequestType: string, PhysicalResourceId?: string): Promise<Record<string, string>> {
  const answer = jest.spyOn(globalThis, 'fetch').mockResolvedValue(new Response());
  const ResourceProperties = { Name: NAME, Description: 'serves', Tags, ServiceToken: 'arn:function' };
  const event = {
    RequestType,
    RequestId: 'r1',
    PhysicalResourceId,
    ResourceProperties,
    ResponseURL: 'https://a.invalid',
  };
  await handler(event as unknown as CloudFormationCustomResourceEvent, { logStreamName: 'log' } as Context);
  return JSON.parse(answer.mock.lastCall?.[1]?.body as string) as Record<string, string>;
}
const written = () => ssm.commandCalls(PutParameterCommand).map(({ args }) => args[0].input);

test('the champion is created as none, and never over another value', async () => {
  expect(await run('Create')).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: NAME });
  expect(written()).toEqual([{ Name: NAME, Description: 'serves', Type: 'String', Value: 'none', Tags }]);
});

test('an update of whatever leaves the champion alone', async () => {
  expect(await run('Update', NAME)).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: NAME });
  expect(ssm.calls()).toEqual([]);
});

test('it goes with its stack, also when somebody was faster', async () => {
  ssm.on(DeleteParameterCommand).rejects(new ParameterNotFound({ message: 'gone', $metadata: {} }));
  expect(await run('Delete', NAME)).toMatchObject({ Status: 'SUCCESS' });
  expect(ssm.commandCalls(DeleteParameterCommand)).toHaveLength(1);
});

test("another's champion fails the creation, and survives its rollback", async () => {
  ssm.on(PutParameterCommand).rejects(new ParameterAlreadyExists({ message: 'taken', $metadata: {} }));
  const { Status, PhysicalResourceId, Reason } = await run('Create');
  expect([Status, Reason]).toEqual(['FAILED', expect.stringContaining(NAME)]);
  expect(await run('Delete', PhysicalResourceId)).toMatchObject({ Status: 'SUCCESS' });
  expect(ssm.commandCalls(DeleteParameterCommand)).toEqual([]);
});
