/** Finds changes of a deployment that would reset the released model, before anything is changed. */
import type { StackName } from '../../lib/rooms';
import { MODEL_PARAMETER } from '../../lib/serving/room';
import { names } from '../../lib/shared/names';
import { NO_MODEL } from '../../lib/training/room';
import type { Template } from '../shared/templates';
import type { KitStack } from './stacks';

interface Deployed extends Pick<KitStack, 'room' | 'parameters'> {
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
  const reasons: string[] = [];
  const profiles = deployed.map(({ room, template }) => [tag(template, 'profile'), tag(next[room], 'profile')]);
  const another = profiles.find(([is, wanted]) => is !== undefined && wanted !== undefined && is !== wanted);
  if (another !== undefined)
    reasons.push(
      `the kit is deployed with profile ${another[0]}, ${another[1]} was asked for: add --profile ${another[0]}, or run down first, or choose another --kit`,
    );
  const model = deployed.find(({ room }) => room === 'serving-model');
  if (model === undefined || (model.parameters[MODEL_PARAMETER] ?? NO_MODEL) === NO_MODEL) return reasons;
  for (const parameter of Object.keys(model.parameters))
    if (next['serving-model']?.Parameters?.[parameter] === undefined)
      reasons.push(
        `the new template of ${names.stack(kit, 'serving-model')} has no parameter ${parameter}: the released model would be removed`,
      );
  const [is, wanted] = [mode(model.template), mode(next['serving-model'])];
  if (is !== wanted)
    // https://docs.aws.amazon.com/sagemaker/latest/dg/serverless-endpoints-update.html: the change is possible in one direction only.
    reasons.push(
      `the endpoint is ${is}, ${wanted} was asked for: SageMaker cannot convert an endpoint both ways; run down first`,
    );
  return reasons;
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
