/** Polling intervals: short for an emulator on this machine, longer for AWS. */
import { setTimeout as sleep } from 'node:timers/promises';

/** An emulator finishes most things sooner, and has no rate limits. */
const LOCAL_MS = 200;

/** The part of an SDK client that is used here; a client without an endpoint calls AWS. */
interface Client {
  readonly config: { readonly endpoint?: () => Promise<{ hostname: string }> };
}

/** Waits `ms` between two polls of AWS, and less for an emulator on this machine. */
export async function pause(client: Client, ms: number): Promise<void> {
  await sleep((await isLocal(client)) ? Math.min(ms, LOCAL_MS) : ms);
}

/** An endpoint elsewhere may be AWS's own, inside a VPC. */
async function isLocal({ config }: Client): Promise<boolean> {
  // A client reads the environment's endpoint per request, and its configured endpoint once.
  const url = process.env.AWS_ENDPOINT_URL;
  const { hostname } = (await config.endpoint?.()) ?? new URL(url ?? 'https://amazonaws.com');
  return /^(localhost$|127\.|\[?::1)/.test(hostname);
}
