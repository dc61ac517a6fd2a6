import { kit, only, readable, resources } from '../shared/kit';

test("the job is two small workers with a limit on time, not the service's ten for two days", () => {
  expect(only('etl', 'AWS::Glue::Job').Properties).toMatchObject({
    GlueVersion: '5.0',
    WorkerType: 'G.1X',
    NumberOfWorkers: 2,
    Timeout: 30,
    MaxRetries: 0,
  });
});

test('the job is told where its modules and buckets are', () => {
  const args = only('etl', 'AWS::Glue::Job').Properties.DefaultArguments;
  expect(readable(args['--extra-py-files'])).toMatch(/^s3:\/\/.*\.zip$/);
  expect(readable(args['--raw'])).toMatch(/^s3:\/\/.*\/$/);
  expect(readable(args['--curated'])).toMatch(/^s3:\/\/.*\/$/);
});

test('only a manifest starts Prepare', () => {
  const { EventPattern, Targets } = only('etl', 'AWS::Events::Rule').Properties;
  expect(EventPattern).toMatchObject({
    source: ['aws.s3'],
    'detail-type': ['Object Created'],
    detail: { object: { key: [{ prefix: 'manifests/' }] } },
  });
  expect(Targets[0].InputTransformer).toEqual({
    InputPathsMap: { 'detail-object-key': '$.detail.object.key' },
    InputTemplate: '{"manifestKey":<detail-object-key>}',
  });
});

test('the quarantine alarm has the configured share', () => {
  expect(only('etl', 'AWS::CloudWatch::Alarm').Properties).toMatchObject({
    AlarmName: 'mlkit/etl/quarantine-share',
    Threshold: 0.05,
  });
  const strict = kit('sandbox', { etl: { maxQuarantineRatio: 0.01 } });
  expect(only('etl', 'AWS::CloudWatch::Alarm', strict).Properties.Threshold).toBe(0.01);
});

test('the room owns one job, one machine and one rule', () => {
  for (const type of ['AWS::Glue::Job', 'AWS::StepFunctions::StateMachine', 'AWS::Events::Rule'])
    expect(Object.keys(resources('etl', type))).toHaveLength(1);
});
