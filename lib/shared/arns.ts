import { Aws } from 'aws-cdk-lib';
import { names } from './names';

/** ARN in the stack's own partition, Region and account. */
export const arn = (service: string, resource: string) =>
  `arn:${Aws.PARTITION}:${service}:${Aws.REGION}:${Aws.ACCOUNT_ID}:${resource}`;

/** Every version of the kit's models. */
export const modelPackageArns = (kit: string) => arn('sagemaker', `model-package/${names.modelPackageGroup(kit)}/*`);
