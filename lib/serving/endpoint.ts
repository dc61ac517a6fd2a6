import { Duration } from 'aws-cdk-lib';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { arn } from '../shared/arns';
import { names } from '../shared/names';

/** The one variant; capture writes its name into the key. */
export const VARIANT = 'AllTraffic';

/** Longest real-time update: the start of a fleet (about seven minutes) and fifteen minutes under the alarms, with a margin. */
export const LONGEST_UPDATE = Duration.hours(1);

/** The ARN by name: the endpoint belongs to a later stack, and exists only after the first release. */
export const endpointArn = (kit: string) => arn('sagemaker', `endpoint/${names.endpoint(kit)}`);

/** CloudFormation chooses these names. */
export const modelArns = arn('sagemaker', 'model/*');
export const endpointConfigArns = arn('sagemaker', 'endpoint-config/*');

/** A metric of the endpoint by its fixed name, because alarms must exist before the first model. */
export const endpointMetric = (kit: string, metricName: string, statistic: string) => (period: Duration) =>
  new Metric({
    namespace: 'AWS/SageMaker',
    metricName,
    dimensionsMap: { EndpointName: names.endpoint(kit), VariantName: VARIANT },
    statistic,
    period,
  });

/** DescribeAlarms without names is authorized on all of the account's alarms, and it is undocumented whether SageMaker passes names. */
export const everyAlarm = arn('cloudwatch', 'alarm:*');
