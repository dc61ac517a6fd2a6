import { Aws, type Duration, Fn, RemovalPolicy, Stack } from 'aws-cdk-lib';
import type { Rule, RuleTargetInput } from 'aws-cdk-lib/aws-events';
import { SfnStateMachine } from 'aws-cdk-lib/aws-events-targets';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { type IRole, Policy, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { type IScheduleTarget, type Schedule, ScheduleTargetInput } from 'aws-cdk-lib/aws-scheduler';
import { StepFunctionsStartExecution } from 'aws-cdk-lib/aws-scheduler-targets';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { DefinitionBody, type IStateMachine, LogLevel, StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { arn, mayPutEvents } from './arns';
import { jsonata, publish, type Definition, type State } from './asl';
import { forRules } from './dead-letters';
import { METRIC_NAMESPACE } from './names';

export interface LifecycleMachineProps {
  /** The machine's name in alerts, e.g. `Train`. */
  readonly title: string;
  /** States without the failure path: `Alert` and `Failed` are added, and every task without a catch-all leads there. */
  readonly definition: Definition;
  /** The topic that the failure path publishes to. */
  readonly alerts: ITopic;
  /** An execution is stopped after this time. */
  readonly timeout: Duration;
  readonly logRetention: RetentionDays;
  /** The state to which every failure goes before `Alert`. @default Alert */
  readonly onFailure?: string;
}

/** Names of the jobs that `.sync` waits for, by service. */
const jobKinds = {
  training: { noun: 'TrainingJob', resource: 'training-job', rule: 'Training' },
  tuning: { noun: 'HyperParameterTuningJob', resource: 'hyper-parameter-tuning-job', rule: 'Tuning' },
  processing: { noun: 'ProcessingJob', resource: 'processing-job', rule: 'Processing' },
} as const;

/** A state machine of the lifecycle with logs, traces and alerts of failures. Its owner grants the definition's calls by hand. */
export class LifecycleMachine extends Construct {
  readonly role: IRole;
  readonly machine: IStateMachine;
  readonly timeout: Duration;

  constructor(scope: Construct, id: string, props: LifecycleMachineProps) {
    super(scope, id);
    this.timeout = props.timeout;
    this.role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('states.amazonaws.com') });
    props.alerts.grantPublish(this.role);
    const definition = {
      QueryLanguage: 'JSONata',
      ...withFailurePath(props),
      TimeoutSeconds: props.timeout.toSeconds(),
    };
    this.machine = new StateMachine(this, 'Machine', {
      definitionBody: DefinitionBody.fromString(Stack.of(this).toJsonString(definition)),
      role: this.role,
      tracingEnabled: true,
      logs: {
        level: LogLevel.ALL,
        includeExecutionData: true,
        destination: new LogGroup(this, 'Logs', {
          retention: props.logRetention,
          removalPolicy: RemovalPolicy.DESTROY,
        }),
      },
    });
  }

  /** Starts on every event of a rule. The rule depends on the permission, because EventBridge would drop earlier matches. */
  startOn(rule: Rule, input: RuleTargetInput, deadLetters: IQueue): void {
    rule.addTarget(new SfnStateMachine(this.machine, { input, deadLetterQueue: forRules(rule, deadLetters) }));
    // The target keeps its role there.
    rule.node.addDependency(this.machine.node.findChild('EventsRole'));
  }

  /** Starts by a schedule, with the same dependency. */
  startBy(schedule: (target: IScheduleTarget) => Schedule, input: Record<string, unknown>): void {
    const role = new Role(this, 'ScheduleRole', {
      assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
      }),
    });
    const target = new StepFunctionsStartExecution(this.machine, {
      role,
      input: ScheduleTargetInput.fromObject(input),
    });
    schedule(target).node.addDependency(role);
  }

  /** Grants exactly `actions` on `resources` to the machine. */
  allow(actions: string[], resources: string[], conditions?: Record<string, Record<string, string>>): void {
    this.role.addToPrincipalPolicy(new PolicyStatement({ actions, resources, conditions }));
  }

  /** Grants reads in a bucket's folder. Without s3:ListBucket a missing object gives "access denied", which names the key as well. */
  allowRead(bucket: IBucket, folder: string): void {
    this.allow(['s3:GetObject'], [bucket.arnForObjects(`${folder}*`)]);
    bucket.encryptionKey?.grantDecrypt(this.role);
  }

  /**
   * Permits child executions of a distributed map, by a separate policy: the machine depends on the role's own policy, which therefore cannot
   * name the machine.
   */
  allowMapRuns(label: string): void {
    const policy = new Policy(this, 'MapRuns', { roles: [this.role] });
    this.machine.grantStartExecution(policy);
    this.machine.grantExecution(policy, 'states:DescribeExecution', 'states:StopExecution');
    const name = Fn.select(6, Fn.split(':', this.machine.stateMachineArn));
    const runs = arn('states', `mapRun:${name}/${label}:*`);
    policy.addStatements(new PolicyStatement({ actions: ['states:DescribeMapRun'], resources: [runs] }));
  }

  /** Metrics of the kit's own namespace. */
  allowMetrics(): void {
    this.allow(['cloudwatch:PutMetricData'], ['*'], { StringEquals: { 'cloudwatch:namespace': METRIC_NAMESPACE } });
  }

  /** Permits events with one room as the source. */
  allowEvents(source: string): void {
    this.role.addToPrincipalPolicy(mayPutEvents(source));
  }

  /**
   * SageMaker jobs named `<prefix>-…`, waited for by `.sync`: create, describe, stop, and the tags that Step Functions adds by itself
   * (the reason why machines with a narrower grant fail: aws-cdk#26012, #32294).
   */
  allowJobs(kind: keyof typeof jobKinds, prefix: string, jobRole: IRole): void {
    const { noun, resource, rule } = jobKinds[kind];
    this.allow(
      [
        `sagemaker:Create${noun}`,
        `sagemaker:Describe${noun}`,
        `sagemaker:Stop${noun}`,
        'sagemaker:AddTags',
        'sagemaker:ListTags',
      ],
      [arn('sagemaker', `${resource}/${prefix}-*`)],
    );
    this.allow(['iam:PassRole'], [jobRole.roleArn], {
      StringEquals: { 'iam:PassedToService': 'sagemaker.amazonaws.com' },
    });
    // Step Functions is notified of the job's end by a rule, which it creates with this role when the machine is created.
    this.allow(
      ['events:PutTargets', 'events:PutRule', 'events:DescribeRule'],
      [arn('events', `rule/StepFunctionsGetEventsForSageMaker${rule}JobsRule`)],
    );
  }
}

/** Routes every task and map without a catch-all of its own to the failure path. */
function withFailurePath({ definition, onFailure = 'Alert', title, alerts }: LifecycleMachineProps): Definition {
  const failure = { error: jsonata('$states.errorOutput.Error'), cause: jsonata('$states.errorOutput.Cause') };
  const toFailure = { ErrorEquals: ['States.ALL'], Next: onFailure, Assign: { failure } };
  const guarded = Object.entries(definition.States).map(([name, state]): [string, State] => {
    if (state.Type !== 'Task' && state.Type !== 'Map') return [name, state];
    const own = state.Catch ?? [];
    return own.some((c) => c.ErrorEquals.includes('States.ALL'))
      ? [name, state]
      : [name, { ...state, Catch: [...own, toFailure] }];
  });
  return {
    ...definition,
    States: {
      ...Object.fromEntries(guarded),
      Alert: publish(
        alerts.topicArn,
        // SNS refuses a subject longer than 100 characters.
        `${title} failed`,
        `'${title} execution ' & $states.context.Execution.Id & ' failed with ' & $failure.error & ': ' & $substring($string($failure.cause), 0, 4000)`,
        { Next: 'Failed', Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Failed' }] },
      ),
      Failed: {
        Type: 'Fail',
        Error: jsonata('$failure.error'),
        Cause: jsonata('$substring($string($failure.cause), 0, 4000)'),
      },
    },
  };
}
