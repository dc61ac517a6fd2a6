/** Kinds of SageMaker. */
import {
  paginateListDataQualityJobDefinitions,
  paginateListEndpointConfigs,
  paginateListEndpoints,
  paginateListHyperParameterTuningJobs,
  paginateListModelBiasJobDefinitions,
  paginateListModelExplainabilityJobDefinitions,
  paginateListModelPackageGroups,
  paginateListModelPackages,
  paginateListModelQualityJobDefinitions,
  paginateListModels,
  paginateListMonitoringSchedules,
  paginateListProcessingJobs,
  paginateListTrainingJobs,
  paginateListTransformJobs,
  SageMakerClient,
} from '@aws-sdk/client-sagemaker';
import type { Aws } from '../../operate/deployed-kit';
import { all, type Kind, type Thing, things } from './kind';
import { jobOwns, stackOwns } from './owner';
import { names } from '../../../lib/shared/names';

type Pages<Page> = (config: { client: SageMakerClient }, input: { NameContains?: string }) => AsyncIterable<Page>;

const list =
  <Page>(pages: Pages<Page>, pick: (page: Page) => readonly (string | undefined)[] | undefined) =>
  async (aws: Aws): Promise<Thing[]> =>
    things(await all(pages({ client: new SageMakerClient(aws) }, {}), pick));

/** Jobs cannot be deleted and cost nothing; an account may hold thousands. */
const jobs =
  <Page>(pages: Pages<Page>, pick: (page: Page) => readonly (string | undefined)[] | undefined) =>
  async (aws: Aws, kit: string): Promise<Thing[]> =>
    (await all(pages({ client: new SageMakerClient(aws) }, { NameContains: `${kit}-` }), pick)).map((name) => ({
      name: name!,
      apart: 'history',
    }));

const history = (kind: string, resource: string, listed: Kind['list']): Kind => ({
  kind,
  arn: ['sagemaker', resource],
  list: listed,
  named: (kit, { name }) => jobOwns(kit, name),
  remove: () => 'nothing to do: a record, which costs nothing',
});

/** CloudFormation names models and configurations after their logical ids alone: only the tag tells whose they are. */
const byTagAlone = (): boolean => false;
const ofKit = (kit: string, { name }: Thing) => name === kit || name.startsWith(`${kit}-`) || stackOwns(kit, name);

const jobDefinition = (
  what: 'data-quality' | 'model-quality' | 'model-bias' | 'model-explainability',
  pages: Pages<{ JobDefinitionSummaries?: { MonitoringJobDefinitionName: string | undefined }[] }>,
): Kind => ({
  kind: `${what} job definition`,
  arn: ['sagemaker', `${what}-job-definition/`],
  list: list(pages, (page) => page.JobDefinitionSummaries?.map((d) => d.MonitoringJobDefinitionName)),
  named: ofKit,
  remove: ({ name }) => `aws sagemaker delete-${what}-job-definition --job-definition-name ${name}`,
});

export const machineLearningKinds: readonly Kind[] = [
  {
    kind: 'endpoint',
    arn: ['sagemaker', 'endpoint/'],
    list: list(paginateListEndpoints, (page) => page.Endpoints?.map((e) => e.EndpointName)),
    named: (kit, { name }) => name === names.endpoint(kit),
    remove: ({ name }) => `aws sagemaker delete-endpoint --endpoint-name ${name}`,
  },
  {
    kind: 'endpoint configuration',
    arn: ['sagemaker', 'endpoint-config/'],
    list: list(paginateListEndpointConfigs, (page) => page.EndpointConfigs?.map((c) => c.EndpointConfigName)),
    named: byTagAlone,
    remove: ({ name }) => `aws sagemaker delete-endpoint-config --endpoint-config-name ${name}`,
  },
  {
    kind: 'model',
    arn: ['sagemaker', 'model/'],
    list: list(paginateListModels, (page) => page.Models?.map((m) => m.ModelName)),
    named: byTagAlone,
    remove: ({ name }) => `aws sagemaker delete-model --model-name ${name}`,
  },
  {
    kind: 'model package',
    arn: ['sagemaker', 'model-package/'],
    list: async (aws, kit) => {
      const client = new SageMakerClient(aws);
      const ModelPackageGroupName = names.modelPackageGroup(kit);
      const groups = await all(
        paginateListModelPackageGroups({ client }, {}),
        (page) => page.ModelPackageGroupSummaryList,
      );
      if (!groups.some((group) => group.ModelPackageGroupName === ModelPackageGroupName)) return [];
      return things(
        (
          await all(
            paginateListModelPackages({ client }, { ModelPackageGroupName }),
            (page) => page.ModelPackageSummaryList,
          )
        ).map((p) => p.ModelPackageArn),
      );
    },
    named: () => true,
    remove: ({ name }) => `aws sagemaker delete-model-package --model-package-name ${name}`,
  },
  {
    kind: 'model package group',
    arn: ['sagemaker', 'model-package-group/'],
    list: list(paginateListModelPackageGroups, (page) =>
      page.ModelPackageGroupSummaryList?.map((g) => g.ModelPackageGroupName),
    ),
    named: (kit, { name }) => name === names.modelPackageGroup(kit),
    remove: ({ name }) => `aws sagemaker delete-model-package-group --model-package-group-name ${name}`,
  },
  {
    kind: 'monitoring schedule',
    arn: ['sagemaker', 'monitoring-schedule/'],
    list: list(paginateListMonitoringSchedules, (page) =>
      page.MonitoringScheduleSummaries?.map((s) => s.MonitoringScheduleName),
    ),
    named: ofKit,
    remove: ({ name }) => `aws sagemaker delete-monitoring-schedule --monitoring-schedule-name ${name}`,
  },
  jobDefinition('data-quality', paginateListDataQualityJobDefinitions),
  jobDefinition('model-quality', paginateListModelQualityJobDefinitions),
  jobDefinition('model-bias', paginateListModelBiasJobDefinitions),
  jobDefinition('model-explainability', paginateListModelExplainabilityJobDefinitions),
  history(
    'training job',
    'training-job/',
    jobs(paginateListTrainingJobs, (page) => page.TrainingJobSummaries?.map((j) => j.TrainingJobName)),
  ),
  history(
    'tuning job',
    'hyper-parameter-tuning-job/',
    jobs(paginateListHyperParameterTuningJobs, (page) =>
      page.HyperParameterTuningJobSummaries?.map((j) => j.HyperParameterTuningJobName),
    ),
  ),
  history(
    'processing job',
    'processing-job/',
    jobs(paginateListProcessingJobs, (page) => page.ProcessingJobSummaries?.map((j) => j.ProcessingJobName)),
  ),
  history(
    'transform job',
    'transform-job/',
    jobs(paginateListTransformJobs, (page) => page.TransformJobSummaries?.map((j) => j.TransformJobName)),
  ),
];
