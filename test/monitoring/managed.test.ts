/** `monitoring.engine: managed`: what is added beside the endpoint and behind it, and that the rest stays. */
import { biasAnalysis, explainabilityAnalysis } from '../../lib/serving/managed/clarify';
import { preprocessor } from '../../lib/serving/managed/access';
import { monitoring } from '../../lib/monitoring/room';
import { managedMonitors } from '../../lib/serving/room';
import { dataset, kit, managed, only, readable, resources, statements } from '../shared/kit';

const app = kit('standard', managed);
const kinds = ['DataQuality', 'ModelQuality', 'ModelBias', 'ModelExplainability'];
const definition = (kind: string) => only('serving-model', `AWS::SageMaker::${kind}JobDefinition`, app);
const schedules = () => Object.values(resources('serving-model', 'AWS::SageMaker::MonitoringSchedule', app));

test.each(kinds)('%s waits for a model, and has no name that its replacement would collide with', (kind) => {
  const { Condition, DependsOn, Properties } = definition(kind);
  expect(Condition).toBe('HasModel');
  expect(DependsOn).toEqual(['Endpoint']);
  expect(Properties).not.toHaveProperty('JobDefinitionName');
});

test('every definition has a schedule of a form that Model Monitor takes, under the name that events carry', () => {
  expect(schedules().map(({ Properties }) => Properties.MonitoringScheduleName)).toEqual(
    managedMonitors.map((monitor) => `mlkit-${monitor}`),
  );
  for (const { Condition, DependsOn, Properties } of schedules()) {
    expect(Condition).toBe('HasModel');
    expect(DependsOn).toContain('Endpoint');
    const { ScheduleConfig, MonitoringType, MonitoringJobDefinitionName } = Properties.MonitoringScheduleConfig;
    expect(ScheduleConfig.ScheduleExpression).toMatch(/^cron\(0 (\?|\d+|\d+\/\d+) \? \* \* \*\)$/);
    const [id] = Object.keys(resources('serving-model', `AWS::SageMaker::${MonitoringType}JobDefinition`, app));
    expect(JSON.stringify(MonitoringJobDefinitionName)).toContain(`"${id}","JobDefinitionArn"`);
  }
});

test('all four look at the newest day whose labels have been delivered', () => {
  const days = (text: string) => (text.startsWith('-PT') ? Number(/\d+/.exec(text)) / 24 : Number(/\d+/.exec(text)));
  const looked = kinds.map((kind, i) => {
    const { EndpointInput: input } = definition(kind).Properties[`${kind}JobInput`];
    const { ScheduleConfig: own } = schedules()[i]!.Properties.MonitoringScheduleConfig;
    return [
      days(own.DataAnalysisStartTime ?? input.StartTimeOffset),
      days(own.DataAnalysisEndTime ?? input.EndTimeOffset),
    ];
  });
  // labels.delayDays is 2.
  expect(looked).toEqual(kinds.map(() => [3, 2]));
});

test('without the schedule there are definitions and no runs', () => {
  const quiet = kit('standard', { ...managed, monitoring: { ...managed.monitoring, schedule: false } });
  expect(resources('serving-model', 'AWS::SageMaker::MonitoringSchedule', quiet)).toEqual({});
  only('serving-model', 'AWS::SageMaker::ModelBiasJobDefinition', quiet);
});

test('baselines are read where the function puts them, and labels where they are delivered', () => {
  const data = definition('DataQuality').Properties.DataQualityBaselineConfig;
  expect(readable(data.ConstraintsResource.S3Uri)).toMatch(/\/managed\/baselines\/constraints.json$/);
  const quality = definition('ModelQuality').Properties;
  expect(readable(quality.ModelQualityJobInput.GroundTruthS3Input.S3Uri)).toMatch(/\/ground-truth\/$/);
  expect(readable(definition('ModelBias').Properties.ModelBiasAppSpecification.ConfigUri)).toMatch(
    /\/managed\/model-bias\/analysis_config.json$/,
  );
});

test('Release may change the definitions and pass their role, and only under this engine', () => {
  const allowed = (of = app) =>
    statements('serving', of)
      .filter(({ id }) => id.includes('StackRole'))
      .flatMap(({ statement }) => [statement.Action].flat() as string[]);
  for (const kind of kinds) expect(allowed()).toContain(`sagemaker:Create${kind}JobDefinition`);
  expect(allowed()).toContain('sagemaker:UpdateMonitoringSchedule');
  expect(allowed(kit('standard')).join()).not.toContain('JobDefinition');
});

test('the alarms are the same, and the pipeline alarm includes the functions, within the ten metrics it may combine', () => {
  const names = (of = app) =>
    Object.values(resources('monitoring', 'AWS::CloudWatch::Alarm', of)).map(({ Properties }) => Properties.AlarmName);
  expect(names()).toEqual(names(kit('standard')));
  expect(names()).toHaveLength(Object.keys(monitoring.alarms).length);
  const pipeline = Object.values(resources('monitoring', 'AWS::CloudWatch::Alarm', app)).find(({ Properties }) =>
    Properties.AlarmName.endsWith('pipeline-failed'),
  );
  const metrics = pipeline?.Properties.Metrics.filter((m: { MetricStat?: unknown }) => m.MetricStat !== undefined);
  expect(metrics).toHaveLength(10);
});

test('one engine watches: the schedule of the open one is gone, its machine stays for a window by hand', () => {
  expect(resources('monitoring', 'AWS::Scheduler::Schedule', app)).toEqual({});
  only('monitoring', 'AWS::StepFunctions::StateMachine', app);
});

test('the rule matches every end of the four schedules', () => {
  const rule = Object.values(resources('monitoring', 'AWS::Events::Rule', app)).find(
    ({ Properties }) => Properties.EventPattern.source[0] === 'aws.sagemaker',
  );
  const { detail } = rule!.Properties.EventPattern;
  expect(detail.ProcessingJobStatus).toEqual(['Completed', 'Failed', 'Stopped']);
  expect(detail.MonitoringScheduleArn.map(readable)).toEqual(
    managedMonitors.map((monitor) => expect.stringMatching(new RegExp(`:monitoring-schedule/mlkit-${monitor}$`))),
  );
});

test('every attribute fits the 256 characters of the service', () => {
  for (const kind of kinds) {
    const { EndpointInput } = definition(kind).Properties[`${kind}JobInput`];
    for (const value of Object.values<string>(EndpointInput)) expect(value.length).toBeLessThanOrEqual(256);
  }
});

test("Clarify's configuration names the schema's columns in the request's order", () => {
  const names = dataset.features.columns.map(({ name }) => name);
  expect(biasAnalysis(dataset)).toMatchObject({ headers: [...names, 'damaged'], label: 'damaged' });
  expect(JSON.stringify(biasAnalysis(dataset))).toContain('{"name_or_index":"age_band"}');
  const explained = explainabilityAnalysis(dataset, {
    model: 'm',
    instanceType: 'ml.m5.large',
    prefix: 'a'.repeat(15),
  });
  expect(explained).toMatchObject({ headers: names, predictor: { model_name: 'm' } });
});

test("the preprocessor is published with the schema's features, without key and time", () => {
  const text = preprocessor(dataset);
  expect(text).toContain('FEATURES = ["depot",');
  expect(text).toContain('TARGET = 0');
  const first = { name: 'days', role: 'label', type: 'int', meaning: 'days' } as const;
  const [id, ...labels] = dataset.labels.columns;
  const second = { ...dataset, labels: { columns: [id!, first, ...labels] } };
  expect(preprocessor(second)).toContain('TARGET = 1');
  expect(text).toContain('LABEL = "damaged"');
  expect(/^FEATURES = .*$/m.exec(text)?.[0]).not.toMatch(/"hire"|"hired_on"/);
});
