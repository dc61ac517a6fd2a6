/** Client of the kit's REST API with IAM signatures. */
import { Sha256 } from '@aws-crypto/sha256-js';
import { SignatureV4 } from '@smithy/signature-v4';
import type { AwsCredentialIdentityProvider, Logger } from '@smithy/types';
import { jsonOrText } from '../shared/json-file';

export interface ApiAnswer {
  status: number;
  /** Parsed JSON, or the text when it is not JSON. */
  body: unknown;
  /** Absent when there was no answer. */
  headers?: Headers;
}

export class SignedApi {
  private readonly signer: SignatureV4;

  /** @param url stage URL, ending in a slash */
  constructor(
    readonly url: URL,
    region: string,
    credentials: AwsCredentialIdentityProvider,
    private readonly logger?: Logger,
  ) {
    this.signer = new SignatureV4({ service: 'execute-api', region, credentials, sha256: Sha256 });
  }

  /** Every HTTP status is an answer. @throws Error when there is no answer */
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
    const answer = { status: response.status, body: jsonOrText(await response.text()) };
    // The logger gets the same arguments as from AWS's own clients.
    this.logger?.info({ clientName: 'Api', commandName: `POST ${path}`, input: body, output: answer });
    return { ...answer, headers: response.headers };
  }
}
