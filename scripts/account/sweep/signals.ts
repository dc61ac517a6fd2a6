/** Kinds that tell and are told: logs, rules, schedules, topics, queues, parameters, alarms. */
import { CloudWatchClient, paginateDescribeAlarms, paginateListDashboards } from '@aws-sdk/client-cloudwatch';
import { CloudWatchLogsClient, paginateDescribeLogGroups } from '@aws-sdk/client-cloudwatch-logs';
import { EventBridgeClient, ListRulesCommand, type ListRulesCommandOutput } from '@aws-sdk/client-eventbridge';
import { paginateListSchedules, SchedulerClient } from '@aws-sdk/client-scheduler';
import { paginateListTopics, SNSClient } from '@aws-sdk/client-sns';
import { paginateListQueues, SQSClient } from '@aws-sdk/client-sqs';
import { paginateDescribeParameters, SSMClient } from '@aws-sdk/client-ssm';
import { all, type Kind, type Thing, things } from './kind';
import { pathOwns, stackOwns } from './owner';

const generated = (kit: string, { name }: Thing) => stackOwns(kit, name);

/** Log groups that services write for everybody in the account. */
const SHARED_LOGS = /^\/aws\/sagemaker\/|^\/aws-glue\//;
/** A rule that Step Functions keeps for all machines that wait for SageMaker jobs. */
const SHARED_RULE = /^StepFunctionsGetEventsFor/;

export const signalKinds: readonly Kind[] = [
  {
    kind: 'log group',
    arn: ['logs', 'log-group:'],
    list: async (aws) =>
      (
        await all(paginateDescribeLogGroups({ client: new CloudWatchLogsClient(aws) }, {}), (page) => page.logGroups)
      ).map(({ logGroupName }) => ({
        name: logGroupName!,
        ...(SHARED_LOGS.test(logGroupName!) ? { apart: 'shared' } : {}),
      })),
    named: (kit, { name, apart }) => apart === 'shared' || pathOwns(kit, name),
    remove: ({ name }) => `aws logs delete-log-group --log-group-name ${name}`,
  },
  {
    kind: 'EventBridge rule',
    arn: ['events', 'rule/'],
    list: async (aws) => {
      const client = new EventBridgeClient(aws);
      const rules: Thing[] = [];
      for (let NextToken: string | undefined, first = true; first || NextToken !== undefined; first = false) {
        const page: ListRulesCommandOutput = await client.send(new ListRulesCommand({ NextToken }));
        for (const { Name } of page.Rules ?? [])
          rules.push({ name: Name!, ...(SHARED_RULE.test(Name!) ? { apart: 'shared' } : {}) });
        NextToken = page.NextToken;
      }
      return rules;
    },
    named: (kit, thing) => thing.apart === 'shared' || generated(kit, thing),
    remove: ({ name }) => `aws events remove-targets --rule ${name} --ids … && aws events delete-rule --name ${name}`,
  },
  {
    kind: 'schedule',
    list: async (aws) =>
      (await all(paginateListSchedules({ client: new SchedulerClient(aws) }, {}), (page) => page.Schedules)).map(
        (s) => ({
          name: s.Name!,
          id: s.GroupName!,
        }),
      ),
    named: generated,
    remove: ({ name, id }) => `aws scheduler delete-schedule --name ${name} --group-name ${id}`,
  },
  {
    kind: 'SNS topic',
    arn: ['sns', ''],
    list: async (aws) =>
      (await all(paginateListTopics({ client: new SNSClient(aws) }, {}), (page) => page.Topics)).map(
        ({ TopicArn }) => ({
          name: TopicArn!.split(':').at(-1)!,
          id: TopicArn!,
        }),
      ),
    named: generated,
    remove: ({ id }) => `aws sns delete-topic --topic-arn ${id}`,
  },
  {
    kind: 'SQS queue',
    arn: ['sqs', ''],
    list: async (aws) =>
      (await all(paginateListQueues({ client: new SQSClient(aws) }, {}), (page) => page.QueueUrls)).map((url) => ({
        name: url.split('/').at(-1)!,
        id: url,
      })),
    named: generated,
    remove: ({ id }) => `aws sqs delete-queue --queue-url ${id}`,
  },
  {
    kind: 'SSM parameter',
    arn: ['ssm', 'parameter/'],
    list: async (aws) =>
      things(
        (await all(paginateDescribeParameters({ client: new SSMClient(aws) }, {}), (page) => page.Parameters)).map(
          (p) => p.Name,
        ),
      ),
    named: (kit, { name }) => name.startsWith(`/${kit}/`),
    remove: ({ name }) => `aws ssm delete-parameter --name ${name}`,
  },
  {
    kind: 'alarm',
    arn: ['cloudwatch', 'alarm:'],
    list: async (aws) =>
      (
        await all(
          paginateDescribeAlarms(
            { client: new CloudWatchClient(aws) },
            { AlarmTypes: ['MetricAlarm', 'CompositeAlarm'] },
          ),
          (page) => [...(page.MetricAlarms ?? []), ...(page.CompositeAlarms ?? [])],
        )
      ).map(({ AlarmName }) => ({ name: AlarmName! })),
    // Target tracking makes alarms of its own beside the kit's.
    named: (kit, { name }) =>
      name.startsWith(`${kit}/`) || name.startsWith(`TargetTracking-endpoint/${kit}/`) || stackOwns(kit, name),
    remove: ({ name }) => `aws cloudwatch delete-alarms --alarm-names ${name}`,
  },
  {
    kind: 'dashboard',
    arn: ['cloudwatch', 'dashboard/'],
    list: async (aws) =>
      things(
        (
          await all(paginateListDashboards({ client: new CloudWatchClient(aws) }, {}), (page) => page.DashboardEntries)
        ).map((d) => d.DashboardName),
      ),
    named: (kit, { name }) => name === kit,
    remove: ({ name }) => `aws cloudwatch delete-dashboards --dashboard-names ${name}`,
  },
];
