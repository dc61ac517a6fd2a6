import type { StackEvent } from '@aws-sdk/client-cloudformation';
import { begins, reasonOf } from '../../lambda/serving/explain-update/decide';

const StackId = 'arn:aws:cloudformation:us-east-1:123456789012:stack/mlkit-serving-model/1';
const event = (LogicalResourceId: string, ResourceStatus: string, ResourceStatusReason?: string) =>
  ({ StackId, LogicalResourceId, ResourceStatus, ResourceStatusReason, PhysicalResourceId: 'id' }) as StackEvent;

test('the reason is the first failure: what was cancelled for it and what failed in the rollback came later', () => {
  const events = [
    event('Model', 'DELETE_FAILED', 'in use'),
    event('Scaling', 'CREATE_FAILED', 'Resource creation cancelled'),
    event('Endpoint', 'UPDATE_FAILED', 'did not pass the ping health check'),
    event('Model', 'CREATE_COMPLETE'),
  ];
  expect(reasonOf(events)).toBe('Endpoint: did not pass the ping health check');
  expect(reasonOf([])).toBe('CloudFormation gives no reason');
});

test('an operation begins with the stack itself, not with a resource of it', () => {
  expect(begins({ ...event('mlkit-serving-model', 'UPDATE_IN_PROGRESS'), PhysicalResourceId: StackId })).toBe(true);
  expect(begins({ ...event('mlkit-serving-model', 'UPDATE_ROLLBACK_IN_PROGRESS'), PhysicalResourceId: StackId })).toBe(
    false,
  );
  expect(begins(event('Endpoint', 'UPDATE_IN_PROGRESS'))).toBe(false);
});
