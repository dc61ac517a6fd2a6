import type { Notes } from '../shared/notes';

export const notes: Notes = {
  Serving: { without: 'No client reaches the model, and an approved model never serves' },
  ServingModel: { without: 'The API answers 503: there is no endpoint behind it' },

  'Serving/Predict': {
    why: 'Checks a request against the columns, asks the endpoint, keeps the exchange: a serverless endpoint captures nothing by itself',
    without: 'Clients would need to know the endpoint and its format',
    properties: {
      Timeout: 'API Gateway gives up at 29 s: an answer after that reaches nobody',
      'Environment.Variables.ENDPOINT_NAME':
        'The endpoint by its fixed name: it belongs to a later stack and may not exist yet',
      'Environment.Variables.MAX_INSTANCES':
        '`serving.maxInstancesPerRequest`: what fits into the time and a record of 1 MB',
      'Environment.Variables.CAPTURE_STREAM': 'Where the exchange goes; absent where the endpoint captures natively',
    },
  },
  'Serving/Predict/ServiceRole': {
    why: 'Invokes the one endpoint, reads the champion, and where it captures puts records into the one stream',
    without: 'The function cannot run',
  },
  'Serving/Predictions/Api': {
    why: 'The door: callers sign with IAM, the request model refuses what the schema does not know, throttling caps the cost',
    without: 'Callers would need permission on the function or the endpoint itself',
  },
  'Serving/Predictions/Api/DeploymentStage.live': {
    properties: {
      'MethodSettings.ThrottlingRateLimit': '`serving.throttle.ratePerSecond`: a loop in a client costs money here',
      'MethodSettings.ThrottlingBurstLimit': '`serving.throttle.burst`',
    },
  },
  'Serving/Predictions/Api/Default/predictions': { why: '`/predictions`', without: 'The method has no path' },
  'Serving/Predictions/Api/Default/predictions/POST': {
    why: 'A batch of instances in, a score for each out',
    without: 'Nothing can be asked',
    properties: {
      'Integration.TimeoutInMillis':
        'The longest that API Gateway gives: a cold serverless endpoint needs many of these seconds',
      RequestModels: 'The columns of schema/dataset.json, before the function is paid for',
    },
  },
  'Serving/Predictions/Api/Request': {
    why: 'What a request must look like, derived from schema/dataset.json',
  },

  'Serving/Release/Machine/Machine': {
    why: 'The only way to the endpoint: updates the one stack, believes nothing until the endpoint answers like the gate, puts the old model back otherwise',
    without: 'Approving a package changes nothing',
  },
  'Serving/Release/Machine/Role': {
    why: 'What Release runs as: updates one stack under one role, writes the champion',
    without: 'The machine cannot be created',
  },
  'Serving/Release/StackRole': {
    why: 'What CloudFormation assumes during a release: the types of ServingModel and nothing else, so that Release could not submit another template',
    without: 'Release would need the rights to everything that a template may contain',
  },
  'Serving/Release/Explain': {
    why: 'Says why an update failed: a page of stack events may be larger than a state of the machine, which could not even catch that',
    without: 'A failed release cannot tell the fault of the model from that of the account',
    properties: { Timeout: 'Some pages of events, at a second each' },
  },
  'Serving/Release/Explain/ServiceRole': {
    why: 'Reads the events of the one stack',
    without: 'The function cannot run',
  },
  'Serving/Release/Leases': {
    why: 'One release at a time: a conditional item that expires',
    without: 'Two approvals within minutes update the same stack, and one of them fails',
  },
  'Serving/Release/PackageApproved': {
    why: 'Approval, by the gate or by a person, is the signal',
    without: 'Somebody starts Release by hand',
  },
  'Serving/ModelRole': {
    why: 'What the model container runs as: reads model artefacts; writes captured records where the endpoint captures',
    without: 'The container does not start',
  },
  'Serving/Managed/Role': {
    why: 'What the jobs of the managed monitors run as; here and not beside them, because ServingModel has no IAM resources',
    without: 'SageMaker refuses the definitions',
  },
  'Serving/EndpointErrors': { why: 'The container answers with 5xx; rolls a real-time update back too' },
  'Serving/EndpointLatency': {
    why: 'The container is slow; rolls a real-time update back too',
    properties: { ExtendedStatistic: 'The median: the slowest call after a release is always slow' },
  },
  'Serving/PredictErrors': { why: 'What clients see, whatever the cause' },
  'Serving/CaptureFailures': { why: 'A prediction that was served and not kept biases every window without a sound' },

  'ServingModel/Always': {
    why: 'The one resource without a condition, free and without effect',
    without: 'Before the first release the stack has no resource, and its deployment may stay in review',
  },
  'ServingModel/Model': {
    why: 'The package as something that can be served; a package cannot change inside a model, so each release replaces it',
    without: 'There is nothing to serve',
    properties: {
      Containers: 'By package: image, artefact and environment are those that passed the gate',
      ExecutionRoleArn:
        'The model role of Serving: this stack has no IAM resources, so its updater needs no IAM rights',
      EnableNetworkIsolation:
        'The code is inside the artefact: the container needs no network; serverless cannot be isolated',
      VpcConfig: 'The isolated network, where the profile has one',
    },
  },
  'ServingModel/EndpointConfig': {
    why: 'How it is served; immutable like the model, and replaced with it',
    without: 'The endpoint cannot be created',
    properties: {
      'ProductionVariants.ServerlessConfig.MemorySizeInMB': '`serving.memoryMb`: memory also buys CPU',
      'ProductionVariants.ServerlessConfig.MaxConcurrency':
        '`serving.maxConcurrency`: a new account has 10 in all its endpoints',
      'ProductionVariants.InstanceType': '`serving.instanceType`: burstable types cannot be scaled',
      'ProductionVariants.InitialInstanceCount': '`serving.minInstances`: with one there is no half for a canary',
      'ProductionVariants.InitialVariantWeight': 'One variant takes everything',
      'DataCaptureConfig.EnableCapture': 'The endpoint captures itself; serverless ones cannot',
      'DataCaptureConfig.InitialSamplingPercentage': 'All of it: quality needs every prediction that gets a label',
      'DataCaptureConfig.DestinationS3Uri': 'captured',
      'DataCaptureConfig.KmsKeyId': "The kit's key: SageMaker would take the account's S3 key in spite of the bucket's",
      KmsKeyId: "The volumes of the instances are under the kit's key, like those of jobs",
      'DataCaptureConfig.CaptureOptions': 'Request and answer',
      'DataCaptureConfig.CaptureContentTypeHeader': 'A type that is not listed is captured as base64',
    },
  },
  'ServingModel/Endpoint': {
    why: 'What answers; its name is fixed, so that alarms, capture and handler find it before it exists',
    without: 'Nothing answers',
    properties: {
      EndpointName: 'The name of the kit',
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
  },
  'ServingModel/Scaling': {
    why: 'Between `serving.minInstances` and `serving.maxInstances`',
    without: 'A busy hour queues, a quiet night is paid for',
  },
  'ServingModel/ScalingPolicy': {
    why: 'Follows the invocations of an instance',
    without: 'The bounds exist and nothing moves between them',
    properties: {
      'TargetTrackingScalingPolicyConfiguration.PredefinedMetricSpecification':
        'Traffic, not CPU: it rises before latency does',
      'TargetTrackingScalingPolicyConfiguration.TargetValue': 'Invocations a minute and instance',
      'TargetTrackingScalingPolicyConfiguration.ScaleInCooldown':
        'Five minutes: a gap in the traffic is not the end of it',
      'TargetTrackingScalingPolicyConfiguration.ScaleOutCooldown':
        'One minute: an instance takes longer to come than to be missed',
    },
  },

  'ServingModel/Monitors/DataQuality': {
    why: 'What Model Monitor runs to compare captured features with the baseline; beside the endpoint, which a schedule needs in service',
    without: 'Drift is not seen',
    properties: {
      DataQualityBaselineConfig: 'Constraints and statistics of the champion, put there at its release',
      StoppingCondition: 'Two hours, the same for all four',
    },
  },
  'ServingModel/Monitors/ModelQuality': {
    why: 'Joins captured predictions with delivered labels and compares the quality with that of the gate',
    without: 'A model that ranks worse is not seen',
    properties: {
      ModelQualityBaselineConfig: 'The quality on the gate, put there at the release',
      StoppingCondition: 'Two hours: the service divides them between joining labels and the analysis',
    },
  },
  'ServingModel/Monitors/ModelBias': {
    why: 'Clarify: how differently the facets are treated, on delivered labels',
    without: 'Bias drift is not reported',
    properties: {
      ModelBiasBaselineConfig: 'The analysis of the gate, put there at the release',
      StoppingCondition: 'Two hours, the same for all four',
    },
  },
  'ServingModel/Monitors/ModelExplainability': {
    why: 'Clarify: how the ranking of the features moves',
    without: 'Attribution drift is not reported',
    properties: {
      ModelExplainabilityBaselineConfig: 'The analysis of the gate, put there at the release',
      StoppingCondition: 'Two hours, the same for all four',
    },
  },
  'ServingModel/Monitors/*Schedule': {
    why: 'Runs it daily on the newest day whose labels have been delivered; with `monitoring.schedule`',
    without: 'The definition is there and never runs',
    properties: {
      'MonitoringScheduleConfig.ScheduleConfig':
        'Midnight UTC: Model Monitor knows hours and days only, and starts up to 20 minutes late',
    },
  },
};
