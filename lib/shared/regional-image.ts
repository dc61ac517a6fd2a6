import { Aws, CfnMapping, CfnRule, Fn, Stack, Token } from 'aws-cdk-lib';
import type { Construct } from 'constructs';

export interface RegionalImage {
  /** For TrainingImage, AppSpecification.ImageUri and InferenceSpecification. */
  readonly uri: string;
  readonly repositoryArn: string;
}

export interface RegionalImageProps {
  /** Id of the mapping in the template. */
  readonly id: string;
  /** Name for messages. */
  readonly name: string;
  readonly repository: string;
  /** @default the repository's `latest` */
  readonly tag?: string;
  /** Registry account by Region. */
  readonly accounts: Readonly<Record<string, string>>;
}

/**
 * A container image that SageMaker publishes from another account in every Region. An environment-agnostic template selects it at deployment.
 * @throws Error at synth when the stack names a Region without the image; an agnostic stack refuses there through a template rule
 */
export function regionalImage(scope: Construct, props: RegionalImageProps): RegionalImage {
  const { name, repository, tag, accounts } = props;
  const stack = Stack.of(scope);
  const account = Token.isUnresolved(stack.region) ? lookUp(stack, props) : accounts[stack.region];
  if (account === undefined)
    throw new Error(`no ${name} image in Region ${stack.region}: choose one of ${Object.keys(accounts).join(', ')}`);
  return {
    uri: `${account}.dkr.ecr.${Aws.REGION}.${Aws.URL_SUFFIX}/${repository}${tag === undefined ? '' : `:${tag}`}`,
    repositoryArn: `arn:${Aws.PARTITION}:ecr:${Aws.REGION}:${account}:repository/${repository}`,
  };
}

function lookUp(stack: Stack, props: RegionalImageProps): string {
  const known = stack.node.tryFindChild(props.id) as CfnMapping | undefined;
  return (known ?? addMapping(stack, props)).findInMap(Aws.REGION, 'account');
}

/* eslint-disable awscdk/no-variable-construct-id -- each image names its own mapping and rule */
function addMapping(stack: Stack, { id, name, accounts }: RegionalImageProps): CfnMapping {
  new CfnRule(stack, `RegionHas${id}`, {
    assertions: [
      {
        assert: Fn.conditionContains(Object.keys(accounts), Aws.REGION),
        assertDescription: `SageMaker offers no ${name} image in this Region: deploy the kit to another one`,
      },
    ],
  });
  const byRegion = Object.entries(accounts).map(([region, account]) => [region, { account }]);
  return new CfnMapping(stack, id, { mapping: Object.fromEntries(byRegion) });
}
