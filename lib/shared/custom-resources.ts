import { CfnResource, CustomResourceProviderBase, RemovalPolicy, type Stack } from 'aws-cdk-lib';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { tagList } from './processing-job';

/**
 * Tags and log groups for the functions of the CDK's custom resources in a stack. They are plain resources, which tags do not reach, and
 * Lambda would create their log groups without retention, and leave them behind.
 */
export function adoptProviders(stack: Stack, tags: Record<string, string>, retention: RetentionDays): void {
  const providers = stack.node.children.filter((child) => child instanceof CustomResourceProviderBase);
  for (const provider of providers) {
    const { logGroupName } = new LogGroup(provider, 'Logs', { retention, removalPolicy: RemovalPolicy.DESTROY });
    const resources = provider.node.children.filter((child) => CfnResource.isCfnResource(child));
    for (const resource of resources) resource.addPropertyOverride('Tags', tagList(tags));
    const handler = resources.find(({ cfnResourceType }) => cfnResourceType === 'AWS::Lambda::Function');
    handler?.addPropertyOverride('LoggingConfig', { LogGroup: logGroupName });
  }
}
