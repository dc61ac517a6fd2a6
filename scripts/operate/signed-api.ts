/** The kit's REST API, called as an IAM principal. */
import { Sha256 } from '@aws-crypto/sha256-js';
import { SignatureV4 } from '@smithy/signature-v4';
import type { AwsCredentialIdentityProvider, Logger } from '@smithy/types';

export interface ApiAnswer {
  status: number;
  /** Parsed JSON; the text itself where it is none. */
  body: unknown;
  /** Absent where nothing answered. */
  headers?: Headers;
}

export class SignedApi {
  private readonly signer: SignatureV4;

  /** @param url of the stage, ending in a slash */
  constructor(
    readonly url: URL,
    region: string,
    credentials: AwsCredentialIdentityProvider,
    private readonly logger?: Logger,
  ) {
    this.signer = new SignatureV4({ service: 'execute-api', region, credentials, sha256: Sha256 });
  }

  /** Any HTTP status is an answer. @throws Error when nothing answers */
  async post(path: string, body: unknown): Promise<ApiAnswer> {
    const url = new URL(path, this.url);
    const text = JSON.stringify(body);
    const { headers } = await this.signer.sign({
      method: 'POST',
      protocol: url.protocol,
      hostname: url.hostname,
      ...(url.port === '' ? {} : { port: Number(url.port) }),
      path: url.pathname,
      headers: { host: url.host, 'content-type': 'application/json' },
      body: text,
    });
    const response = await fetch(url, { method: 'POST', headers, body: text });
    const answer = { status: response.status, body: json(await response.text()) };
    // The logger is called in the way of AWS's own clients.
    this.logger?.info({ clientName: 'Api', commandName: `POST ${path}`, input: body, output: answer });
    return { ...answer, headers: response.headers };
  }
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
