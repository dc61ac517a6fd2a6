/** The account's default VPC, which the warehouse uses. */
import { Sha256 } from '@aws-crypto/sha256-js';
import { STSClient } from '@aws-sdk/client-sts';
import { SignatureV4 } from '@smithy/signature-v4';
import type { Aws } from '../../operate/deployed-kit';
import { type Check, fail, ok } from './types';

/** Number of zones in which the default VPC has subnets. The request is signed by hand, because the SDK's EC2 client adds 14 MB. */
export async function defaultZones(aws: Aws): Promise<number> {
  const { config } = new STSClient(aws);
  const region = await config.region();
  const url = new URL(aws.endpoint ?? process.env.AWS_ENDPOINT_URL ?? `https://ec2.${region}.amazonaws.com`);
  const query = {
    Action: 'DescribeSubnets',
    Version: '2016-11-15',
    'Filter.1.Name': 'default-for-az',
    'Filter.1.Value.1': 'true',
  };
  url.search = new URLSearchParams(query).toString();
  const signer = new SignatureV4({ service: 'ec2', region, credentials: config.credentials, sha256: Sha256 });
  const { protocol, hostname, host, pathname: path } = url;
  const port = url.port === '' ? {} : { port: Number(url.port) };
  const request = { method: 'GET', protocol, hostname, ...port, path, query, headers: { host } };
  const response = await fetch(url, { headers: (await signer.sign(request)).headers });
  const text = await response.text();
  if (!response.ok) throw new Error(`DescribeSubnets: ${/<Message>([^<]*)/.exec(text)?.[1] ?? response.status}`);
  return new Set([...text.matchAll(/<availabilityZone>([^<]+)/g)].map(([, zone]) => zone)).size;
}

export function judgeDefaultVpc(zones: number): Check {
  const found = `zones of the default VPC: ${zones}`;
  const fix = 'aws ec2 create-default-vpc, or create-default-subnet for another zone';
  return zones < 2 ? fail('network', `${found}, and Redshift Serverless needs two`, fix) : ok('network', found);
}
