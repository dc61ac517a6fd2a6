import { Aws } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { names } from '../shared/names';

/** The one variant; capture writes its name into the key. */
export const VARIANT = 'AllTraffic';

const arn = (resource: string) => `arn:${Aws.PARTITION}:sagemaker:${Aws.REGION}:${Aws.ACCOUNT_ID}:${resource}`;

/** By name: the endpoint belongs to a later stack, and exists only after the first release. */
export const endpointArn = (kit: string) => arn(`endpoint/${names.endpoint(kit)}`);

/** Names that CloudFormation gives to models and configurations begin with their logical id, which nobody should rely on. */
export const modelArns = arn('model/*');
export const endpointConfigArns = arn('endpoint-config/*');
export const packageArns = (kit: string) => arn(`model-package/${names.modelPackageGroup(kit)}/*`);

export const mayInvoke = (kit: string) =>
  new PolicyStatement({ actions: ['sagemaker:InvokeEndpoint'], resources: [endpointArn(kit)] });
