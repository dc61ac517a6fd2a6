import type { DeployedKit } from './deployed-kit';

/**
 * Sends instances to the API: `{"instances": [...]}`, an array of them, or one.
 * @throws Error with the API's message and the refused values
 */
export async function predict(kit: DeployedKit, { input }: { input: unknown }): Promise<unknown> {
  const isRequest = typeof input === 'object' && input !== null && 'instances' in input;
  const instances = isRequest ? input.instances : Array.isArray(input) ? input : [input];
  const { status, body } = await kit.api.post('predictions', { instances });
  if (status === 200) return body;
  const text = typeof body === 'string' ? body : JSON.stringify(body, undefined, 2);
  throw new Error(`the API answered ${status}: ${text}`);
}
