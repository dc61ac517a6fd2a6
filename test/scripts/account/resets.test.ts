import { NO_MODEL } from '../../../lib/training/room';
import { MODEL_PARAMETER } from '../../../lib/serving/room';
import { type StackName, stacksOf } from '../../../lib/rooms';
import { resets } from '../../../scripts/account/resets';
import type { Template } from '../../../scripts/shared/templates';
import { kit, templates } from '../../shared/kit';

const CHAMPION = 'arn:aws:sagemaker:us-east-1:123456789012:model-package/mlkit-models/3';

type Templates = Record<StackName, Template>;
const sandbox = () => structuredClone(templates()) as unknown as Templates;
const standing = (of: Templates, model: string) =>
  stacksOf().map(({ stack: room }) => ({
    room,
    template: of[room],
    parameters: room === 'serving-model' ? { [MODEL_PARAMETER]: model } : ({} as Record<string, string>),
  }));

test('the same app, or another code, goes through', () => {
  const next = sandbox();
  next.serving.Resources.Predict6CE45951!.Properties!.Timeout = 1;
  expect(resets('mlkit', standing(sandbox(), CHAMPION), next)).toEqual([]);
});

test('nothing that stands can be reset', () => {
  expect(resets('mlkit', [], sandbox())).toEqual([]);
});

test('another profile is refused even before the first release', () => {
  const standard = structuredClone(templates(kit('standard'))) as unknown as Templates;
  expect(resets('mlkit', standing(sandbox(), NO_MODEL), standard)).toEqual([
    expect.stringContaining('deployed with profile sandbox, standard was asked for'),
  ]);
});

test('another kind of endpoint is refused once a model serves', () => {
  const next = structuredClone(templates(kit('sandbox', { serving: { mode: 'real-time' } }))) as unknown as Templates;
  expect(resets('mlkit', standing(sandbox(), NO_MODEL), next)).toEqual([]);
  expect(resets('mlkit', standing(sandbox(), CHAMPION), next)).toEqual([
    expect.stringContaining('the endpoint is serverless, real-time was asked for'),
  ]);
});

test('a template that forgets the parameter is refused', () => {
  const next = sandbox();
  next['serving-model'].Parameters = {};
  expect(resets('mlkit', standing(sandbox(), CHAMPION), next)).toEqual([
    expect.stringContaining('mlkit-serving-model has no parameter ModelPackageArn'),
  ]);
});
