/** How often a command looks at something that takes its time: decided by whom its client calls. */
import { setTimeout as sleep } from 'node:timers/promises';

/** An emulator ends most things sooner than the pause that AWS's rate limits ask for. */
const LOCAL_MS = 200;

/** What every SDK client has; without an endpoint it calls AWS. */
interface Client {
  readonly config: { readonly endpoint?: () => Promise<{ hostname: string }> };
}

/** Waits `ms` between two looks by `client` at AWS, and less at an emulator on this machine. */
export async function pause(client: Client, ms: number): Promise<void> {
  await sleep((await isLocal(client)) ? Math.min(ms, LOCAL_MS) : ms);
}

/** An endpoint elsewhere may be AWS's own, inside a VPC. */
async function isLocal({ config }: Client): Promise<boolean> {
  // A client reads an endpoint of the environment for each request, and keeps it from its configuration.
  const url = process.env.AWS_ENDPOINT_URL;
  const { hostname } = (await config.endpoint?.()) ?? new URL(url ?? 'https://amazonaws.com');
  return /^(localhost$|127\.|\[?::1)/.test(hostname);
}
