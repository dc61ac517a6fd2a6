/** A client of the API in TypeScript: `npx ts-node docs/labs/12-client.ts request.json`. */
import { readFileSync } from 'node:fs';
import { Sha256 } from '@aws-crypto/sha256-js';
import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { SignatureV4 } from '@smithy/signature-v4';

async function predict(body: string): Promise<string> {
  const client = new CloudFormationClient();
  const { Stacks } = await client.send(new DescribeStacksCommand({ StackName: 'mlkit-serving' }));
  const output = (key: string) => Stacks![0]!.Outputs!.find(({ OutputKey }) => OutputKey === key)!.OutputValue!;
  const [region, local] = [await client.config.region(), process.env.AWS_ENDPOINT_URL];
  const [id, stage] = [output('ApiId'), output('ApiStage')];
  const base = local
    ? `${local}/restapis/${id}/${stage}/_user_request_`
    : `https://${id}.execute-api.${region}.amazonaws.com/${stage}`;
  const { protocol, hostname, host, port, pathname: path } = new URL(`${base}/predictions`);
  const { credentials } = client.config;
  const signer = new SignatureV4({ service: 'execute-api', region, credentials, sha256: Sha256 });
  const headers = { host, 'content-type': 'application/json' };
  const request = { method: 'POST', protocol, hostname, path, headers, body, ...(port && { port: Number(port) }) };
  const answer = await fetch(`${base}/predictions`, { ...(await signer.sign(request)), body });
  return `${answer.status} ${await answer.text()}`;
}

void predict(readFileSync(process.argv[2]!, 'utf8')).then(console.log);
