import type { Notes } from '../shared/notes';

export const notes: Notes = {
  'Serving/Predict': {
    why: 'Checks a request against the columns, asks the endpoint, keeps the exchange: a serverless endpoint captures nothing by itself',
    Timeout: 'API Gateway gives up at 29 s: an answer after that reaches nobody',
    'Environment.Variables.ENDPOINT_NAME':
      'The endpoint by its fixed name: it belongs to a later stack and may not exist yet',
    'Environment.Variables.MAX_INSTANCES':
      '`serving.maxInstancesPerRequest`: what fits into the time and a record of 1 MB',
  },
  'Serving/Predictions/Api':
    'The door: callers sign with IAM, the request model refuses what the schema does not know, throttling caps the cost',
  'Serving/Predictions/Api/DeploymentStage.live': {
    'MethodSettings.ThrottlingRateLimit': '`serving.throttle.ratePerSecond`: a loop in a client costs money here',
  },
  'Serving/Predictions/Api/Default/predictions/POST': {
    'Integration.TimeoutInMillis':
      'The longest that API Gateway gives: a cold serverless endpoint needs many of these seconds',
  },

  'Serving/Release/Machine/Machine':
    'The only way to the endpoint: updates the one stack, believes nothing until the endpoint answers like the gate, puts the old model back otherwise',
  'Serving/Release/StackRole':
    'What CloudFormation assumes during a release: the types of ServingModel and nothing else, so that Release could not submit another template',
  'Serving/Release/Explain': {
    why: 'Says why an update failed, and so tells the fault of the model from that of the account: a page of stack events may be larger than a state of the machine, which could not even catch that',
    Timeout: 'Some pages of events, at a second each',
  },
  'Serving/Release/Leases':
    'One release at a time: a conditional item that expires. Two approvals within minutes would update the same stack, and one of them fail',
  'Serving/Managed/Role':
    'What the jobs of the managed monitors run as; here and not beside them, because ServingModel has no IAM resources',

  'ServingModel/Always':
    'The one resource without a condition, free and without effect: before the first release the stack would have no resource, and its deployment may stay in review',
  'ServingModel/Model': {
    why: 'The package as something that can be served; a package cannot change inside a model, so each release replaces it',
    Containers: 'The package, because its image, artefact and environment passed the gate',
    ExecutionRoleArn: 'The model role of Serving: this stack has no IAM resources, so its updater needs no IAM rights',
    EnableNetworkIsolation:
      'The code is inside the artefact: the container needs no network; serverless cannot be isolated',
  },
  'ServingModel/EndpointConfig': {
    why: 'How it is served; immutable like the model, and replaced with it',
    'ProductionVariants.ServerlessConfig.MemorySizeInMB': '`serving.memoryMb`: memory also buys CPU',
    'ProductionVariants.ServerlessConfig.MaxConcurrency':
      '`serving.maxConcurrency`: a new account has 10 in all its endpoints',
    'ProductionVariants.InstanceType': '`serving.instanceType`: burstable types cannot be scaled',
    'ProductionVariants.InitialInstanceCount': '`serving.minInstances`: with one there is no half for a canary',
    'DataCaptureConfig.EnableCapture': 'The endpoint captures itself; serverless ones cannot',
    'DataCaptureConfig.InitialSamplingPercentage': 'All of it: quality needs every prediction that gets a label',
    'DataCaptureConfig.KmsKeyId': "The kit's key: SageMaker would take the account's S3 key in spite of the bucket's",
    KmsKeyId: "The volumes of the instances are under the kit's key, like those of jobs",
    'DataCaptureConfig.CaptureContentTypeHeader': 'A type that is not listed is captured as base64',
  },
  'ServingModel/Endpoint': {
    why: 'What answers; its name is fixed, so that alarms, capture and handler find it before it exists',
    RetainAllVariantProperties: 'An update would otherwise set the scaled count back',
    'DeploymentConfig.BlueGreenUpdatePolicy.TrafficRoutingConfiguration':
      'Half of the fleet first, and ten minutes under the alarms before the rest follows',
    'DeploymentConfig.BlueGreenUpdatePolicy.TerminationWaitInSeconds':
      'The old fleet stays five minutes longer: going back is immediate',
    'DeploymentConfig.BlueGreenUpdatePolicy.MaximumExecutionTimeoutInSeconds':
      'Longer than both waits with instances that start slowly',
    'DeploymentConfig.AutoRollbackConfiguration':
      'The two alarms of the endpoint take the update back without a person',
  },
  'ServingModel/Scaling': 'A busy hour does not queue, a quiet night is not paid for',
  'ServingModel/ScalingPolicy': {
    why: 'Follows the invocations of an instance',
    'TargetTrackingScalingPolicyConfiguration.PredefinedMetricSpecification':
      'Traffic, not CPU: it rises before latency does',
    'TargetTrackingScalingPolicyConfiguration.ScaleInCooldown':
      'Five minutes: a gap in the traffic is not the end of it',
    'TargetTrackingScalingPolicyConfiguration.ScaleOutCooldown':
      'One minute: an instance takes longer to come than to be missed',
  },

  'ServingModel/Monitors/DataQuality':
    'What Model Monitor runs to compare captured features with the baseline of the champion, put there at its release; beside the endpoint, which a schedule needs in service',
  'ServingModel/Monitors/ModelQuality': {
    why: 'Joins captured predictions with delivered labels and compares the quality with that of the gate',
    StoppingCondition: 'Two hours: the service divides them between joining labels and the analysis',
  },
  'ServingModel/Monitors/ModelBias': 'Clarify: how differently the facets are treated, on delivered labels',
  'ServingModel/Monitors/ModelExplainability': 'Clarify: how the ranking of the features moves',
  'ServingModel/Monitors/*Schedule': {
    why: 'Runs it daily on the newest day whose labels have been delivered; with `monitoring.schedule`',
    'MonitoringScheduleConfig.ScheduleConfig':
      'Midnight UTC: Model Monitor supports hours and days only, and starts up to 20 minutes late',
  },
};
