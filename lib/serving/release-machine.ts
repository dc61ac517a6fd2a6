import { body, call, jsonata, putEvent, readJson, type Definition, type Retry } from '../shared/asl';
import { detailType, MODEL_PARAMETER, names, NO_MODEL, packageMetadata } from '../shared/names';

export interface ReleaseMachineProps {
  readonly kit: string;
  readonly stackName: string;
  readonly stackRoleArn: string;
  readonly leaseTable: string;
  readonly leaseSeconds: number;
  readonly championParameter: string;
  readonly artifacts: string;
  readonly alertsTopicArn: string;
}

/** Where failures go: the lease is given back, then people are told. */
export const RELEASE_FAILURE = 'ReturnLeaseAfterFailure';

const LEASE = { pk: { S: 'release' } };
const me = jsonata('$states.context.Execution.Id');
const version = (arn: string) => `$number($split(${arn}, '/')[-1])`;

/** Release: `{"modelPackageArn", "force"}` → that version serves and is champion, or the champion still does and the package says why not. */
export function releaseMachine(props: ReleaseMachineProps): Definition {
  return {
    Comment: 'Put an approved version behind the endpoint through a stack update, prove it, or put the champion back',
    StartAt: 'Begin',
    States: {
      Begin: {
        Type: 'Pass',
        Assign: { arn: jsonata('$states.input.modelPackageArn'), force: jsonata('$exists($states.input.force) and $states.input.force') },
        Next: 'DescribePackage',
      },
      DescribePackage: call(
        'aws-sdk:sagemaker:describeModelPackage',
        { ModelPackageName: jsonata('$arn') },
        {
          Assign: {
            approval: jsonata('$states.result.ModelApprovalStatus'),
            smokeTest: jsonata(`$substringAfter($states.result.CustomerMetadataProperties.${packageMetadata.smokeTest}, 's3://${props.artifacts}/')`),
          },
          Next: 'IsApproved',
        },
      ),
      IsApproved: { Type: 'Choice', Choices: [{ Condition: jsonata("$approval = 'Approved'"), Next: 'TakeLease' }], Default: 'NotApproved' },
      NotApproved: {
        Type: 'Pass',
        Assign: { failure: { error: 'NotApproved', cause: jsonata("$arn & ' is ' & $approval & ': only an approved version is released; npm run kit -- approve'") } },
        Next: RELEASE_FAILURE,
      },
      ...leaseStates(props),
      ...decisionStates(props),
      ...updateStates(props),
      ...proofStates(props),
      ...endStates(props),
    },
  };
}

function leaseStates({ leaseTable, leaseSeconds, championParameter }: ReleaseMachineProps): Definition['States'] {
  const now = '$floor($millis() / 1000)';
  // Longer than the lease lives, so that a holder that died cannot block its successor.
  const waitForHolder: Retry = {
    ErrorEquals: ['DynamoDB.ConditionalCheckFailedException'],
    IntervalSeconds: 30,
    MaxAttempts: Math.ceil((2 * leaseSeconds) / 30),
    BackoffRate: 1,
    JitterStrategy: 'FULL',
  };
  const returnLease = (next: string, onError: string) =>
    call(
      'dynamodb:deleteItem',
      { TableName: leaseTable, Key: LEASE, ConditionExpression: 'holder = :me', ExpressionAttributeValues: { ':me': { S: me } } },
      // Expired and taken by another, or never held: nothing to give back.
      { Next: next, Catch: [{ ErrorEquals: ['DynamoDB.ConditionalCheckFailedException'], Next: next }, { ErrorEquals: ['States.ALL'], Next: onError }] },
    );
  return {
    TakeLease: call(
      'dynamodb:putItem',
      {
        TableName: leaseTable,
        Item: { ...LEASE, holder: { S: me }, expiresAt: { N: jsonata(`$string(${now} + ${leaseSeconds})`) } },
        ConditionExpression: 'attribute_not_exists(pk) OR expiresAt < :now OR holder = :me',
        ExpressionAttributeValues: { ':now': { N: jsonata(`$string(${now})`) }, ':me': { S: me } },
      },
      { Retry: [waitForHolder], Next: 'ReadChampion' },
    ),
    ReadChampion: call(
      'aws-sdk:ssm:getParameter',
      { Name: championParameter },
      { Assign: { champion: jsonata('$states.result.Parameter.Value') }, Next: 'DescribeStack' },
    ),
    ReturnLease: returnLease('Finished', 'Finished'),
    [RELEASE_FAILURE]: returnLease('Alert', 'Alert'),
  };
}

function decisionStates({ stackName }: ReleaseMachineProps): Definition['States'] {
  const skip = (reason: string) => ({ outcome: { outcome: 'skipped', reason: jsonata(reason) } });
  return {
    DescribeStack: call(
      'aws-sdk:cloudformation:describeStacks',
      { StackName: stackName },
      {
        Assign: {
          status: jsonata('$states.result.Stacks[0].StackStatus'),
          parameters: jsonata('[$states.result.Stacks[0].Parameters]'),
          current: jsonata(`$states.result.Stacks[0].Parameters[ParameterKey = '${MODEL_PARAMETER}'].ParameterValue`),
        },
        Next: 'Decide',
      },
    ),
    Decide: {
      Type: 'Choice',
      Choices: [
        { Condition: jsonata("$contains($status, 'IN_PROGRESS')"), Next: 'WaitForStack' },
        {
          Condition: jsonata("$contains($status, 'FAILED') or $status = 'ROLLBACK_COMPLETE'"),
          Assign: {
            failure: { error: 'StackBroken', cause: jsonata(`'stack ${stackName} is ' & $status & ': repair it with cdk deploy, then release again'`) },
          },
          Next: RELEASE_FAILURE,
        },
        { Condition: jsonata('$champion = $arn and $current = $arn'), Assign: skip("$arn & ' serves already'"), Next: 'TellOutcome' },
        {
          Condition: jsonata(`$not($force) and $champion != '${NO_MODEL}' and ${version('$champion')} > ${version('$arn')}`),
          Assign: skip("$champion & ' is newer and serves; an older version needs force: npm run kit -- rollback'"),
          Next: 'TellOutcome',
        },
      ],
      Default: 'UpdateStack',
    },
    // Two releases that wait for the same deployment should not ask in step.
    WaitForStack: { Type: 'Wait', Seconds: jsonata('10 + $floor($random() * 20)'), Next: 'DescribeStack' },
  };
}

function updateStates(props: ReleaseMachineProps): Definition['States'] {
  const { stackName } = props;
  const update = (value: string, states: { refused: string; next: string }) =>
    call(
      'aws-sdk:cloudformation:updateStack',
      {
        StackName: stackName,
        UsePreviousTemplate: true,
        RoleARN: props.stackRoleArn,
        Parameters: jsonata(
          `[$parameters.(ParameterKey = '${MODEL_PARAMETER}' ? {'ParameterKey': ParameterKey, 'ParameterValue': ${value}} : {'ParameterKey': ParameterKey, 'UsePreviousValue': true})]`,
        ),
      },
      {
        // Not repeated: a second call while the first runs would read as a failure.
        Retry: [],
        Catch: [{ ErrorEquals: ['CloudFormation.CloudFormationException'], Assign: { refusal: jsonata('$states.errorOutput.Cause') }, Next: states.refused }],
        Next: states.next,
      },
    );
  const poll = (next: string) =>
    call('aws-sdk:cloudformation:describeStacks', { StackName: stackName }, { Assign: { status: jsonata('$states.result.Stacks[0].StackStatus') }, Next: next });
  const unchanged = jsonata("$contains($refusal, 'No updates are to be performed')");
  const refusedFailure = { failure: { error: 'UpdateRefused', cause: jsonata('$refusal') } };
  return {
    UpdateStack: update('$arn', { refused: 'UpdateRefused', next: 'WaitForUpdate' }),
    UpdateRefused: {
      Type: 'Choice',
      Choices: [
        // A release that died after its update comes here when it is started again.
        { Condition: unchanged, Next: 'DescribeEndpoint' },
        { Condition: jsonata("$contains($refusal, 'IN_PROGRESS')"), Next: 'WaitForStack' },
      ],
      Default: 'TellRefusal',
    },
    TellRefusal: { Type: 'Pass', Assign: refusedFailure, Next: RELEASE_FAILURE },
    WaitForUpdate: { Type: 'Wait', Seconds: 15, Next: 'PollUpdate' },
    PollUpdate: poll('Updated'),
    Updated: {
      Type: 'Choice',
      Choices: [
        { Condition: jsonata("$contains($status, 'IN_PROGRESS')"), Next: 'WaitForUpdate' },
        { Condition: jsonata("$status = 'UPDATE_COMPLETE'"), Next: 'DescribeEndpoint' },
      ],
      Default: 'ReadStackEvents',
    },
    ReadStackEvents: call(
      'aws-sdk:cloudformation:describeStackEvents',
      { StackName: stackName },
      {
        // Newest first: the first failure of this update is the last of the leading ones.
        Assign: {
          reason: jsonata(
            "'the update of the stack ended as ' & $status & ': ' & $string($states.result.StackEvents[$contains(ResourceStatus, 'FAILED')][0].ResourceStatusReason)",
          ),
        },
        // CloudFormation has put the previous value back by itself.
        Next: 'Reject',
      },
    ),
    PutBack: update('$champion', { refused: 'PutBackRefused', next: 'WaitForPutBack' }),
    PutBackRefused: { Type: 'Choice', Choices: [{ Condition: unchanged, Next: 'Reject' }], Default: 'TellRefusal' },
    WaitForPutBack: { Type: 'Wait', Seconds: 15, Next: 'PollPutBack' },
    PollPutBack: poll('IsBack'),
    IsBack: {
      Type: 'Choice',
      Choices: [
        { Condition: jsonata("$contains($status, 'IN_PROGRESS')"), Next: 'WaitForPutBack' },
        { Condition: jsonata("$status = 'UPDATE_COMPLETE'"), Next: 'Reject' },
      ],
      Default: 'StillBroken',
    },
    StillBroken: {
      Type: 'Pass',
      Assign: { failure: { error: 'ChampionNotBack', cause: jsonata(`$reason & '; putting ' & $champion & ' back ended as ' & $status & ': repair stack ${stackName}'`) } },
      Next: RELEASE_FAILURE,
    },
  };
}

/** An update that succeeded proves nothing: a guardrail that rolled back leaves the old model in service. */
function proofStates({ kit, artifacts }: ReleaseMachineProps): Definition['States'] {
  const failed = [{ ErrorEquals: ['States.ALL'], Assign: { reason: jsonata("$states.errorOutput.Error & ': ' & $string($states.errorOutput.Cause)") }, Next: 'PutBack' }];
  const EndpointName = names.endpoint(kit);
  const closeEnough =
    '$count($scores) = $count($smoke.expectedScores) and $max($map($zip($scores, $smoke.expectedScores), function($pair) { $abs($pair[0] - $pair[1]) })) <= $smoke.tolerance';
  return {
    DescribeEndpoint: call(
      'aws-sdk:sagemaker:describeEndpoint',
      { EndpointName },
      { Assign: { endpoint: jsonata("{'status': $states.result.EndpointStatus, 'config': $states.result.EndpointConfigName}") }, Catch: failed, Next: 'InService' },
    ),
    InService: {
      Type: 'Choice',
      Choices: [{ Condition: jsonata("$endpoint.status = 'InService'"), Next: 'DescribeConfig' }],
      Default: 'NotInService',
    },
    NotInService: { Type: 'Pass', Assign: { reason: jsonata(`'endpoint ${EndpointName} is ' & $endpoint.status`) }, Next: 'PutBack' },
    DescribeConfig: call(
      'aws-sdk:sagemaker:describeEndpointConfig',
      { EndpointConfigName: jsonata('$endpoint.config') },
      { Assign: { model: jsonata('$states.result.ProductionVariants[0].ModelName') }, Catch: failed, Next: 'DescribeModel' },
    ),
    DescribeModel: call(
      'aws-sdk:sagemaker:describeModel',
      { ModelName: jsonata('$model') },
      { Assign: { served: jsonata('$states.result.Containers[0].ModelPackageName') }, Catch: failed, Next: 'ServesIt' },
    ),
    ServesIt: { Type: 'Choice', Choices: [{ Condition: jsonata('$served = $arn'), Next: 'ReadSmokeTest' }], Default: 'ServesAnother' },
    ServesAnother: {
      Type: 'Pass',
      Assign: { reason: jsonata(`'endpoint ${EndpointName} serves ' & $served & ': a guardrail rolled the update back'`) },
      Next: 'PutBack',
    },
    ReadSmokeTest: readJson(artifacts, jsonata('$smokeTest'), { Assign: { smoke: jsonata(body) }, Catch: failed, Next: 'AskEndpoint' }),
    AskEndpoint: call(
      'aws-sdk:sagemakerruntime:invokeEndpoint',
      { EndpointName, ContentType: 'application/json', Accept: 'application/json', Body: jsonata('$string($smoke.request)') },
      {
        Assign: { scores: jsonata('[$parse($states.result.Body).predictions.score]') },
        // A new serverless endpoint pulls image and model on its first call.
        Retry: [{ ErrorEquals: ['States.TaskFailed'], IntervalSeconds: 10, MaxAttempts: 3, BackoffRate: 2, JitterStrategy: 'FULL' }],
        Catch: failed,
        Next: 'AnswersAsGated',
      },
    ),
    AnswersAsGated: { Type: 'Choice', Choices: [{ Condition: jsonata(closeEnough), Next: 'WriteChampion' }], Default: 'AnswersOtherwise' },
    AnswersOtherwise: {
      Type: 'Pass',
      Assign: { reason: jsonata("'smoke test: scores ' & $string($scores) & ', the gated model gave ' & $string($smoke.expectedScores)") },
      Next: 'PutBack',
    },
  };
}

function endStates({ kit, championParameter, alertsTopicArn }: ReleaseMachineProps): Definition['States'] {
  const released = { outcome: { outcome: 'released', reason: 'serves what the gate saw' } };
  const rejected = { outcome: { outcome: 'rejected', reason: jsonata('$reason') } };
  return {
    WriteChampion: call(
      'aws-sdk:ssm:putParameter',
      { Name: championParameter, Value: jsonata('$arn'), Type: 'String', Overwrite: true },
      { Assign: released, Next: 'TellOutcome' },
    ),
    Reject: call(
      'aws-sdk:sagemaker:updateModelPackage',
      { ModelPackageArn: jsonata('$arn'), ModelApprovalStatus: 'Rejected', ApprovalDescription: jsonata("$substring('Release: ' & $reason, 0, 1024)") },
      { Assign: rejected, Next: 'TellPeople' },
    ),
    TellPeople: call(
      'sns:publish',
      { TopicArn: alertsTopicArn, Subject: 'A release was rejected', Message: jsonata("$arn & ' was rejected: ' & $reason & '. ' & $champion & ' serves.'") },
      { Next: 'TellOutcome' },
    ),
    TellOutcome: putEvent(
      names.eventSource(kit, 'serving'),
      detailType.releaseFinished,
      { modelPackageArn: jsonata('$arn'), version: jsonata(`$string(${version('$arn')})`), outcome: jsonata('$outcome.outcome'), reason: jsonata('$outcome.reason') },
      { Next: 'ReturnLease' },
    ),
    Finished: { Type: 'Succeed', Output: jsonata("$merge([$outcome, {'modelPackageArn': $arn}])") },
  };
}
