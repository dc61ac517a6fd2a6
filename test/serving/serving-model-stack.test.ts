import { kit, only, template } from '../shared/kit';

test.each(['sandbox', 'standard', 'production'])(
  'in %s everything waits for a model and nothing is about IAM',
  (profile) => {
    const { Resources, Parameters, Rules } = template('serving-model', kit(profile));
    expect(Parameters).toEqual({ ModelPackageArn: expect.objectContaining({ Default: 'none' }) });
    expect(Rules).toBeUndefined();
    for (const [, { Type, Condition }] of Object.entries<Record<string, string>>(Resources)) {
      if (Type === 'AWS::CDK::Metadata' || Type === 'AWS::CloudFormation::WaitConditionHandle') continue;
      expect(Condition).toBe('HasModel');
      expect(Type).not.toMatch(/^AWS::IAM/);
    }
  },
);

test('only the endpoint has a name: a release replaces model and configuration', () => {
  expect(only('serving-model', 'AWS::SageMaker::Endpoint').Properties.EndpointName).toBe('mlkit');
  expect(only('serving-model', 'AWS::SageMaker::Model').Properties).not.toHaveProperty('ModelName');
  expect(only('serving-model', 'AWS::SageMaker::EndpointConfig').Properties).not.toHaveProperty('EndpointConfigName');
});

test('the model is the package that the parameter names', () => {
  expect(only('serving-model', 'AWS::SageMaker::Model').Properties.Containers).toEqual([
    { ModelPackageName: { Ref: 'ModelPackageArn' } },
  ]);
});

test("the sandbox is serverless within a fresh account's concurrency", () => {
  const [variant] = only('serving-model', 'AWS::SageMaker::EndpointConfig').Properties.ProductionVariants;
  expect(variant.ServerlessConfig).toEqual({ MaxConcurrency: 5, MemorySizeInMB: 2048 });
});

test('a real-time endpoint captures, scales, and rolls back on the alarms', () => {
  const app = kit('standard');
  expect(only('serving-model', 'AWS::SageMaker::EndpointConfig', app).Properties.DataCaptureConfig).toMatchObject({
    EnableCapture: true,
    InitialSamplingPercentage: 100,
    CaptureContentTypeHeader: { JsonContentTypes: ['application/json'] },
  });
  const { DeploymentConfig } = only('serving-model', 'AWS::SageMaker::Endpoint', app).Properties;
  expect(DeploymentConfig.AutoRollbackConfiguration.Alarms).toHaveLength(2);
  expect(DeploymentConfig.BlueGreenUpdatePolicy.TrafficRoutingConfiguration).toMatchObject({
    Type: 'CANARY',
    CanarySize: { Value: 50 },
  });
  expect(only('serving-model', 'AWS::ApplicationAutoScaling::ScalableTarget', app).Properties).toMatchObject({
    MinCapacity: 2,
    MaxCapacity: 4,
  });
});

test('the second way of a new account is one burstable instance, which neither scales, shifts traffic nor captures', () => {
  const app = kit('sandbox', { serving: { mode: 'instance' } });
  const { ProductionVariants, DataCaptureConfig } = only(
    'serving-model',
    'AWS::SageMaker::EndpointConfig',
    app,
  ).Properties;
  expect(ProductionVariants).toEqual([
    expect.objectContaining({ InstanceType: 'ml.t2.medium', InitialInstanceCount: 1 }),
  ]);
  expect(DataCaptureConfig).toBeUndefined();
  const endpoint = only('serving-model', 'AWS::SageMaker::Endpoint', app).Properties;
  expect(endpoint).not.toHaveProperty('DeploymentConfig');
  expect(JSON.stringify(template('serving-model', app))).not.toContain('ScalableTarget');
  expect(JSON.stringify(template('serving', app))).toContain('CAPTURE_STREAM');
});
