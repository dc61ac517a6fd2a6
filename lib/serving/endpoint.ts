import { Duration } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { arn } from '../shared/arns';
import { names } from '../shared/names';

/** The one variant; capture writes its name into the key. */
export const VARIANT = 'AllTraffic';

/** What a real-time update may take: the start of a fleet (about seven minutes) and fifteen minutes under the alarms, with room. */
export const LONGEST_UPDATE = Duration.hours(1);

/** The ARN by name: the endpoint belongs to a later stack, and exists only after the first release. */
export const endpointArn = (kit: string) => arn('sagemaker', `endpoint/${names.endpoint(kit)}`);

/** CloudFormation chooses these names. */
export const modelArns = arn('sagemaker', 'model/*');
export const endpointConfigArns = arn('sagemaker', 'endpoint-config/*');

export const mayInvoke = (kit: string) =>
  new PolicyStatement({ actions: ['sagemaker:InvokeEndpoint'], resources: [endpointArn(kit)] });

/** Who looks at alarms may look at all of the account's: a request without names is authorized on them, and whether SageMaker names those that it asks for is not written down. */
export const everyAlarm = arn('cloudwatch', 'alarm:*');
