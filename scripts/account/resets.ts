/** Finds changes of a deployment that would reset the released model, before anything is changed. */
import type { StackName } from '../../lib/rooms';
import { MODEL_PARAMETER } from '../../lib/serving/room';
import { names } from '../../lib/shared/names';
import { NO_MODEL } from '../../lib/training/room';
import type { Template } from '../shared/templates';
import type { KitStack } from './stacks';

export interface Deployed extends Pick<KitStack, 'room' | 'parameters'> {
  template: Template;
}

/**
 * Reasons against a deployment, one sentence each; empty when the released model stays.
 * `next` are the synthesized templates by room.
 */
export function resets(
  kit: string,
  deployed: readonly Deployed[],
  next: Partial<Record<StackName, Template>>,
): string[] {
  return [...anotherProfile(deployed, next), ...(serves(deployed) ? releasedModel(kit, deployed, next) : [])];
}

function* anotherProfile(deployed: readonly Deployed[], next: Partial<Record<StackName, Template>>): Generator<string> {
  for (const { room, template } of deployed) {
    const [is, wanted] = [tag(template, 'profile'), tag(next[room], 'profile')];
    if (is === undefined || wanted === undefined || is === wanted) continue;
    yield `the kit is deployed with profile ${is}, ${wanted} was asked for: add --profile ${is}, or run down first, or choose another --kit`;
    return;
  }
}

function serves(deployed: readonly Deployed[]): boolean {
  const model = deployed.find(({ room }) => room === 'serving-model')?.parameters[MODEL_PARAMETER];
  return model !== undefined && model !== NO_MODEL;
}

function* releasedModel(
  kit: string,
  deployed: readonly Deployed[],
  next: Partial<Record<StackName, Template>>,
): Generator<string> {
  const model = deployed.find(({ room }) => room === 'serving-model');
  for (const parameter of Object.keys(model?.parameters ?? {}))
    if (next['serving-model']?.Parameters?.[parameter] === undefined)
      yield `the new template of ${names.stack(kit, 'serving-model')} has no parameter ${parameter}: the released model would be removed`;
  if (mode(model?.template) !== mode(next['serving-model']))
    // https://docs.aws.amazon.com/sagemaker/latest/dg/serverless-endpoints-update.html: the change is possible in one direction only.
    yield `the endpoint is ${mode(model?.template)}, ${mode(next['serving-model'])} was asked for: SageMaker cannot convert an endpoint both ways; run down first`;
}

function mode(template: Template | undefined): 'serverless' | 'real-time' {
  const config = Object.values(template?.Resources ?? {}).find(({ Type }) => Type === 'AWS::SageMaker::EndpointConfig');
  return JSON.stringify(config?.Properties ?? {}).includes('ServerlessConfig') ? 'serverless' : 'real-time';
}

/** A tag that every taggable resource of the kit carries. */
function tag(template: Template | undefined, key: string): string | undefined {
  for (const { Properties } of Object.values(template?.Resources ?? {})) {
    const tags = Properties?.Tags;
    const found = Array.isArray(tags)
      ? (tags as { Key: string; Value: string }[]).find(({ Key }) => Key === key)?.Value
      : (tags as Record<string, string> | undefined)?.[key];
    if (found !== undefined) return found;
  }
  return undefined;
}
