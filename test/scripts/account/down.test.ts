import {
  CloudFormationClient,
  DeleteStackCommand,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
  ListStackResourcesCommand,
} from '@aws-sdk/client-cloudformation';
import { CloudTrailClient, StopLoggingCommand } from '@aws-sdk/client-cloudtrail';
import { CloudWatchLogsClient, DeleteLogGroupCommand, DescribeLogGroupsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { DisableRuleCommand, EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { BatchStopJobRunCommand, GetJobRunsCommand, GlueClient } from '@aws-sdk/client-glue';
import { DeleteObjectsCommand, ListObjectVersionsCommand, S3Client } from '@aws-sdk/client-s3';
import {
  ListHyperParameterTuningJobsCommand,
  ListProcessingJobsCommand,
  ListTrainingJobsCommand,
  SageMakerClient,
  StopTrainingJobCommand,
} from '@aws-sdk/client-sagemaker';
import { ListExecutionsCommand, SFNClient, StopExecutionCommand } from '@aws-sdk/client-sfn';
import { GetScheduleCommand, SchedulerClient, UpdateScheduleCommand } from '@aws-sdk/client-scheduler';
import { mockClient } from 'aws-sdk-client-mock';
import { unblock } from '../../../scripts/account/blockers';
import { down, type Plan } from '../../../scripts/account/down';
import { stopProducers } from '../../../scripts/account/producers';

const aws = {
  region: 'us-east-1',
  endpoint: 'http://127.0.0.1:1',
  credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
};
const silent = { line: () => {}, progress: () => {} };
const resource = (type: string, physicalId: string) => ({
  logicalId: physicalId,
  type,
  physicalId,
  status: 'CREATE_COMPLETE',
});
const stack = (room: 'etl' | 'data-lake', resources: Plan['stacks'][number]['resources']): Plan['stacks'][number] => ({
  room,
  name: `mlkit-${room}`,
  status: 'CREATE_COMPLETE',
  parameters: {},
  updatedAt: new Date(0),
  resources,
});

test('what works is stopped before anything is deleted, and a bucket that filled again is emptied once more', async () => {
  const calls: string[] = [];
  const said =
    <T>(what: string, answer: T) =>
    () => {
      calls.push(what);
      return answer;
    };
  mockClient(EventBridgeClient).on(DisableRuleCommand).callsFake(said('rule', {}));
  mockClient(SFNClient)
    .on(ListExecutionsCommand)
    .resolves({
      executions: [
        { executionArn: 'execution', stateMachineArn: 'm', name: 'x', status: 'RUNNING', startDate: new Date() },
      ],
    })
    .on(StopExecutionCommand)
    .callsFake(said('execution', {}));
  mockClient(GlueClient)
    .on(GetJobRunsCommand)
    .resolves({
      JobRuns: [
        { Id: 'run', JobRunState: 'RUNNING' },
        { Id: 'old', JobRunState: 'SUCCEEDED' },
      ],
    })
    .on(BatchStopJobRunCommand)
    .callsFake(said('glue', {}));
  mockClient(CloudTrailClient).on(StopLoggingCommand).callsFake(said('trail', {}));
  let running = ['mlkit-0123456789ab', 'mlkit-etl-0123456789ab'];
  const jobs = () =>
    running.map((TrainingJobName) => ({
      TrainingJobName,
      TrainingJobArn: '',
      CreationTime: new Date(),
      TrainingJobStatus: 'InProgress' as const,
    }));
  mockClient(SageMakerClient)
    .on(ListHyperParameterTuningJobsCommand)
    .resolves({ HyperParameterTuningJobSummaries: [] })
    .on(ListProcessingJobsCommand)
    .resolves({ ProcessingJobSummaries: [] })
    .on(ListTrainingJobsCommand)
    .callsFake(({ StatusEquals }) => ({ TrainingJobSummaries: StatusEquals === 'InProgress' ? jobs() : [] }))
    .on(StopTrainingJobCommand)
    .callsFake(({ TrainingJobName }: { TrainingJobName: string }) => {
      calls.push(`job ${TrainingJobName}`);
      running = running.filter((name) => name !== TrainingJobName);
      return {};
    });
  let versions = [{ Key: 'late', VersionId: '1' }];
  mockClient(S3Client)
    .on(ListObjectVersionsCommand)
    .callsFake(() => ({ Versions: versions }))
    .on(DeleteObjectsCommand)
    .callsFake(() => {
      calls.push('emptied');
      versions = [];
      return {};
    });
  mockClient(CloudWatchLogsClient).on(DescribeLogGroupsCommand).resolves({ logGroups: [] });
  const standing = new Set(['mlkit-data-lake', 'mlkit-etl']);
  mockClient(CloudFormationClient)
    .on(DescribeStacksCommand)
    .callsFake(() => ({
      Stacks: [...standing].map((StackName) => ({ StackName, StackStatus: 'DELETE_FAILED', CreationTime: new Date() })),
    }))
    .on(DescribeStackEventsCommand)
    .resolves({ StackEvents: [] })
    .on(ListStackResourcesCommand)
    .resolves({
      StackResourceSummaries: [
        {
          LogicalResourceId: 'Raw',
          PhysicalResourceId: 'raw',
          ResourceType: 'AWS::S3::Bucket',
          ResourceStatus: 'DELETE_FAILED',
          LastUpdatedTimestamp: new Date(),
        },
      ],
    })
    .on(DeleteStackCommand)
    .callsFake(({ StackName }: { StackName: string }) => {
      calls.push(`delete ${StackName}`);
      if (StackName === 'mlkit-etl' || versions.length === 0) standing.delete(StackName);
      return {};
    });

  const taken = await down(
    aws,
    {
      kit: 'mlkit',
      whole: true,
      stacks: [
        stack('data-lake', [resource('AWS::S3::Bucket', 'raw'), resource('AWS::CloudTrail::Trail', 'trail')]),
        stack('etl', [
          resource('AWS::Events::Rule', 'rule'),
          resource('AWS::StepFunctions::StateMachine', 'machine'),
          resource('AWS::Glue::Job', 'features'),
        ]),
      ],
      retained: [],
    },
    silent,
  );
  // The job of the kit `mlkit-etl` is somebody else's.
  expect(calls).toEqual([
    'rule',
    'execution',
    'glue',
    'job mlkit-0123456789ab',
    'trail',
    'delete mlkit-etl',
    'delete mlkit-data-lake',
    'emptied',
    'delete mlkit-data-lake',
  ]);
  expect(taken.deleted.map((each) => each.stack)).toEqual(['mlkit-etl', 'mlkit-data-lake']);
});

test('log groups that came back go too, and one that went meanwhile is no failure', async () => {
  const deleted: unknown[] = [];
  mockClient(CloudWatchLogsClient)
    .on(DescribeLogGroupsCommand)
    .callsFake(({ logGroupNamePrefix }: { logGroupNamePrefix: string }) => ({
      logGroups: [
        { logGroupName: `${logGroupNamePrefix}training-DeleteModelPackagesLogs-1` },
        { logGroupName: `${logGroupNamePrefix}of-somebody-else` },
      ],
    }))
    .on(DeleteLogGroupCommand)
    .callsFake(({ logGroupName }: { logGroupName: string }) => {
      deleted.push(logGroupName);
      throw Object.assign(new Error('gone'), { name: 'ResourceNotFoundException' });
    });
  const taken = await down(aws, { kit: 'mlkit', whole: true, stacks: [], retained: [] }, silent);
  expect(deleted).toEqual(taken.logGroups);
  expect(deleted).toEqual([
    '/aws/lambda/mlkit-training-DeleteModelPackagesLogs-1',
    'mlkit-training-DeleteModelPackagesLogs-1',
  ]);
});

test.each([
  ['a schedule that refuses to be disabled ends down', 'Invalid Schedule Expression cron(x).', true],
  ['a schedule that is gone already does not', 'Schedule mlkit-daily does not exist.', false],
])('%s', async (_, message, ends) => {
  mockClient(CloudWatchLogsClient).on(DescribeLogGroupsCommand).resolves({ logGroups: [] });
  mockClient(SchedulerClient)
    .on(GetScheduleCommand)
    .resolves({})
    .on(UpdateScheduleCommand)
    .rejects(Object.assign(new Error(message), { name: 'ValidationException' }));
  mockClient(SageMakerClient).resolves({});
  mockClient(CloudFormationClient).on(DescribeStacksCommand).resolves({ Stacks: [] });
  const stacks = [stack('etl', [resource('AWS::Scheduler::Schedule', 'mlkit-daily')])];
  const taken = down(aws, { kit: 'mlkit', whole: true, stacks, retained: [] }, silent);
  if (ends) await expect(taken).rejects.toThrow(message);
  else await expect(taken).resolves.toMatchObject({ stopped: [] });
});

test('what was deleted by hand has nothing left to stop or to empty', async () => {
  const absent = (name: string) => Object.assign(new Error('does not exist'), { name });
  mockClient(SFNClient).on(ListExecutionsCommand).rejects(absent('StateMachineDoesNotExist'));
  mockClient(GlueClient).on(GetJobRunsCommand).rejects(absent('EntityNotFoundException'));
  const machines = [resource('AWS::StepFunctions::StateMachine', 'machine'), resource('AWS::Glue::Job', 'job')];
  expect(await stopProducers(aws, undefined, machines, silent)).toEqual([]);

  mockClient(S3Client).on(ListObjectVersionsCommand).rejects(absent('NoSuchBucket'));
  expect(await unblock(aws, [resource('AWS::S3::Bucket', 'bucket')])).toEqual([]);
});
