import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { xgboostImage } from '../../lib/shared/xgboost-image';

const inRegion = (region?: string) =>
  new Stack(new App({ builtinCloudFormationValidation: false }), 'Jobs', {
    env: { account: '123456789012', region },
  });

test('a stack in a Region without the image fails at synth, in a sentence', () => {
  expect(() => xgboostImage(inRegion('mx-central-1'))).toThrow(
    /no XGBoost \S+ image in Region mx-central-1: choose one of .*us-east-1/,
  );
});

test('a stack in a Region with the image names its account', () => {
  expect(xgboostImage(inRegion('eu-west-1')).uri).toMatch(/^141502667606\.dkr\.ecr\./);
});

test('a stack that does not know its Region refuses there, by a rule of its template', () => {
  const stack = inRegion();
  xgboostImage(stack);
  xgboostImage(stack);
  const { Rules, Mappings } = Template.fromStack(stack).toJSON() as {
    Rules: Record<
      string,
      { Assertions: { Assert: { 'Fn::Contains': [string[], object] }; AssertDescription: string }[] }
    >;
    Mappings: Record<string, Record<string, object>>;
  };
  const [assertion] = Rules.RegionHasXgboostImage?.Assertions ?? [];
  expect(assertion?.AssertDescription).toMatch(/no XGBoost .* in this Region: deploy the kit to another one/);
  expect(assertion?.Assert['Fn::Contains']).toEqual([Object.keys(Mappings.XgboostImage ?? {}), { Ref: 'AWS::Region' }]);
});
