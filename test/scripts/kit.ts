import { S3Client } from '@aws-sdk/client-s3';
import type { DeployedKit } from '../../scripts/operate/deployed-kit';
import type { Out } from '../../scripts/shared/out';
import { SignedApi } from '../../scripts/operate/signed-api';
import { dataset } from '../support/records';

const aws = { region: 'us-east-1', credentials: { accessKeyId: 'a', secretAccessKey: 'b' } };
const machine = (name: string) => `arn:aws:states:us-east-1:123456789012:stateMachine:${name}`;

/** A kit whose clients are mocked by the test. */
export const kit: DeployedKit = {
  dataset,
  name: 'mlkit',
  aws,
  buckets: { raw: 'raw', curated: 'curated', artifacts: 'artifacts', captured: 'captured' },
  settings: { delayDays: 2, maxInstances: 500 },
  machines: {
    prepare: machine('Prepare'),
    train: machine('Train'),
    release: machine('Release'),
    monitor: machine('Monitor'),
    analyze: machine('Analyze'),
  },
  stateTable: 'state',
  api: new SignedApi(new URL('http://127.0.0.1:9/'), aws.region, async () => aws.credentials),
  s3: new S3Client(aws),
  output: (room, key) => `${room}/${key}`,
};

/** What a command said. */
export function listener(): Out & { lines: string[]; steps: string[] } {
  const [lines, steps]: [string[], string[]] = [[], []];
  return { lines, steps, line: (text) => void lines.push(text), progress: (text) => void steps.push(text) };
}
