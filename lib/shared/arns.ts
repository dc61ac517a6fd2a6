import { Aws } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { names } from './names';

/** ARN in the stack's own partition, Region and account. */
export const arn = (service: string, resource: string) =>
  `arn:${Aws.PARTITION}:${service}:${Aws.REGION}:${Aws.ACCOUNT_ID}:${resource}`;

/** Events of one source on the default bus. */
export const mayPutEvents = (source: string) =>
  new PolicyStatement({
    actions: ['events:PutEvents'],
    resources: [arn('events', 'event-bus/default')],
    conditions: { StringEquals: { 'events:source': source } },
  });

/** Every version of the kit's models. */
export const modelPackageArns = (kit: string) => arn('sagemaker', `model-package/${names.modelPackageGroup(kit)}/*`);

/** Calls with which Clarify queries a model: it serves a copy of it for the time of a run. */
export const clarifyActions = {
  api: ['Endpoint', 'EndpointConfig']
    .flatMap((kind) => ['Create', 'Describe', 'Delete'].map((verb) => `sagemaker:${verb}${kind}`))
    .concat('sagemaker:AddTags'),
  runtime: ['sagemaker:InvokeEndpoint'],
} as const;
