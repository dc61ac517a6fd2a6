import {
  CloudFormationClient,
  DeleteStackCommand,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
  type ResourceStatus,
} from '@aws-sdk/client-cloudformation';
import { mockClient } from 'aws-sdk-client-mock';
import { kept } from '../../../scripts/account/down';
import { deleteStack, firstFailure, inProgress } from '../../../scripts/account/stacks';

const event = (LogicalResourceId: string, ResourceStatus: ResourceStatus, ResourceStatusReason = '') => ({
  StackId: 'id',
  EventId: LogicalResourceId,
  StackName: 'mlkit-etl',
  Timestamp: new Date(0),
  ResourceType: LogicalResourceId === 'mlkit-etl' ? 'AWS::CloudFormation::Stack' : 'AWS::Glue::Job',
  LogicalResourceId,
  ResourceStatus,
  ResourceStatusReason,
});

test('the first failure is the one that was not caused by another', () => {
  expect(
    firstFailure([
      event('Features', 'CREATE_IN_PROGRESS'),
      event('Other', 'CREATE_FAILED', 'Resource creation cancelled'),
      event('Features', 'CREATE_FAILED', 'already exists'),
      event('mlkit-etl', 'ROLLBACK_IN_PROGRESS', 'The following resource(s) failed to create: [Features].'),
      event('Late', 'CREATE_FAILED', 'also'),
    ]),
  ).toBe('Features (AWS::Glue::Job): already exists');
  expect(firstFailure([event('Features', 'CREATE_COMPLETE')])).toBeUndefined();
});

test('a stack whose exports are imported is what it was before, and the reason is told', async () => {
  const reason = 'Delete canceled. Cannot delete export mlkit-etl:Job as it is in use by mlkit-training.';
  const cancelled = { ...event('mlkit-etl', 'UPDATE_COMPLETE', reason), Timestamp: new Date() };
  mockClient(CloudFormationClient)
    .on(DeleteStackCommand)
    .resolves({})
    .on(DescribeStacksCommand)
    .resolves({ Stacks: [{ StackName: 'mlkit-etl', StackStatus: 'UPDATE_COMPLETE', CreationTime: new Date(0) }] })
    .on(DescribeStackEventsCommand)
    .resolves({ StackEvents: [cancelled, event('mlkit-etl', 'DELETE_IN_PROGRESS')] });
  expect(await deleteStack(new CloudFormationClient({}), 'mlkit-etl')).toBe(`the stack is UPDATE_COMPLETE: ${reason}`);
});

test('a stack that only a change set named is not in progress', () => {
  expect(['UPDATE_IN_PROGRESS', 'REVIEW_IN_PROGRESS', 'CREATE_COMPLETE'].map(inProgress)).toEqual([true, false, false]);
});

test('what stays is what the template keeps and exists', () => {
  const resource = (logicalId: string, type: string) => ({
    logicalId,
    type,
    physicalId: `p-${logicalId}`,
    status: 'CREATE_COMPLETE',
  });
  const template = {
    Resources: {
      Raw: { Type: 'AWS::S3::Bucket', DeletionPolicy: 'Retain' },
      Key: { Type: 'AWS::KMS::Key', DeletionPolicy: 'RetainExceptOnCreate' },
      Job: { Type: 'AWS::Glue::Job' },
      Never: { Type: 'AWS::S3::Bucket', DeletionPolicy: 'Retain' },
      Stream: { Type: 'AWS::Logs::LogStream', DeletionPolicy: 'Retain' },
    },
  };
  const resources = [
    resource('Raw', 'AWS::S3::Bucket'),
    resource('Key', 'AWS::KMS::Key'),
    resource('Job', 'AWS::Glue::Job'),
    resource('Stream', 'AWS::Logs::LogStream'),
  ];
  expect(kept(template, resources).map(({ logicalId }) => logicalId)).toEqual(['Raw', 'Key']);
});
