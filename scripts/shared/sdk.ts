/** Calls of the AWS SDK by name, for calls that are data: `s3:ListBuckets` is a command of client-s3. */
import type { Aws } from '../operate/deployed-kit';
import type { Json } from './templates';

async function sdk(aws: Aws, name: string): Promise<{ client: Json; Command: Json; paginate?: Json }> {
  const [service = '', operation = ''] = name.split(':');
  const module = (await import(`@aws-sdk/client-${service}`)) as Record<string, Json>;
  const Client = Object.entries(module).find(([key]) => /^[A-Z]\w+Client$/.test(key))?.[1];
  return {
    client: new Client(aws),
    Command: module[`${operation}Command`],
    paginate: module[`paginate${operation}`],
  };
}

export async function call(aws: Aws & { forcePathStyle?: boolean }, name: string, input: object): Promise<Json> {
  const { client, Command } = await sdk(aws, name);
  return client.send(new Command(input));
}

/**
 * The items of all pages of a list.
 * @param members response members that hold items
 * @param after input that continues after the last item, for a service without a token
 */
export async function listAll(
  aws: Aws & { forcePathStyle?: boolean },
  name: string,
  input: object,
  members: readonly string[],
  after?: string,
): Promise<Json[]> {
  const { client, Command, paginate } = await sdk(aws, name);
  const items: Json[] = [];
  const keep = (page: Json): void => members.forEach((member) => items.push(...(page[member] ?? [])));
  if (paginate !== undefined) {
    for await (const page of paginate({ client }, input)) keep(page);
    return items;
  }
  const field = after ?? 'NextToken';
  for (let more: Json = {}; more !== undefined;) {
    const before = items.length;
    const page = await client.send(new Command({ ...input, ...more }));
    keep(page);
    const next = after === undefined ? page[field] : items.slice(before).at(-1);
    more = next === undefined ? undefined : { [field]: next };
  }
  return items;
}
