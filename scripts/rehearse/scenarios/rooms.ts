/** Scenario `rooms`: deploys, uses and removes every opt-in room. */
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { storyOf } from '../../../datasets/module';
import { aiServices, inputs } from '../../../lib/ai-services/room';
import { batchLimits } from '../../../lib/ai-services/limits';
import { databaseName } from '../../../lib/data-lake/room';
import { optInRooms, stacksOf } from '../../../lib/rooms';
import { eventsTable } from '../../../lib/shared/dataset';
import { names, STAND_IN_HEADER } from '../../../lib/shared/names';
import { deployKit } from '../../account/deploy';
import { deleteStack, kitStacks } from '../../account/stacks';
import { apiUrl, discoverKit } from '../../operate/deployed-kit';
import { run } from '../../operate/executions';
import { partitionOf } from '../../operate/days';
import { featuresOf } from '../../operate/features';
import { load } from '../../operate/load';
import { bodyOf, keysOf } from '../../operate/objects';
import { query } from '../../operate/query';
import { SignedApi } from '../../operate/signed-api';
import { status } from '../../operate/status';
import { assemble } from '../assembly';
import { allow } from '../client-role';
import { expect, messageOf, type Ground, type Scenario, type Stage } from '../scenario';

const DOCUMENTS = `${inputs.documents}rehearsed/`;
const PICTURE = `${inputs.images}rehearsed.png`;
const CONFIG = {
  rooms: optInRooms,
  warehouse: { adminSecret: true },
  // Athena's minimum, less than five queries of a partition's events.
  dataLake: { athenaScanLimitGb: 0.01 },
};
/** Pictures with sides of 100 and 16 pixels; Rekognition needs at least 80. */
const LARGE =
  'iVBORw0KGgoAAAANSUhEUgAAAGQAAABkAQAAAABYmaj5AAAAFElEQVR42mNgGAWjYBSMglFATwAABXgAAdgporgAAAAASUVORK5CYII=';
const SMALL = 'iVBORw0KGgoAAAANSUhEUgAAABAAAAAQAQAAAAA3iMLMAAAADElEQVR42mNgIA0AAAAwAAEodEl9AAAAAElFTkSuQmCC';

export const rooms: Scenario = {
  name: 'rooms',
  title: 'the opt-in rooms: queries by two engines, text, pictures, speech and documents, and up without the rooms',
  config: CONFIG,
  extra: [
    allow(['athena:StartQueryExecution', 'athena:GetQueryExecution', 'athena:GetQueryResults', 'glue:Get*']),
    allow(['redshift-data:*', 'redshift-serverless:Get*', 'secretsmanager:GetSecretValue']),
    allow(
      ['s3:PutObject'],
      ['athena-results/*', `${inputs.documents}*`, `${inputs.images}*`].map((keys) => `arn:aws:s3:::*/${keys}`),
    ),
    allow(['states:StartExecution'], 'arn:aws:states:*:*:stateMachine:*Analyze*'),
  ],
  async play(stage) {
    await load(
      stage.kit,
      { source: stage.source, partitions: [partitionOf(stage.kit.dataset, stage.story.history.start)] },
      stage.out,
    );
    const asked = await stage.timed('queries', () => askBoth(stage));
    const answered = await stage.timed('AI services', () => callServices(stage));
    const analyzed = await stage.timed('Analyze', () => analyze(stage));
    return `${asked}; ${answered}; ${analyzed}`;
  },
  after: withoutRooms,
  prove: ({ notRehearsed }) =>
    [
      'comprehend:DetectPiiEntities',
      'comprehend:BatchDetectEntities',
      'rekognition:DetectLabels',
      'polly:SynthesizeSpeech',
    ]
      .filter((operation) => !notRehearsed.some(({ what }) => what === `answers of ${operation}`))
      .map((operation) => `the report does not say that a stand-in answered ${operation}`),
};

async function askBoth({ kit, out, story }: Stage): Promise<string> {
  const { dataset } = kit;
  const partition = partitionOf(dataset, story.history.start);
  const segment = dataset.features.columns.find((column) => column.segment)!.name;
  const events = eventsTable(dataset);
  const lake = databaseName(kit.name);
  const count = (from: string) =>
    `select ${segment}, count(*) as events from ${from} where month = '${partition}' group by ${segment} order by ${segment}`;
  const athena = await query(kit, { sql: count('features'), engine: 'athena', grant: false }, out);
  const redshift = await query(
    kit,
    { sql: count(`awsdatacatalog.${lake}.features`), engine: 'redshift', grant: true },
    out,
  );
  const [one, other] = [athena, redshift].map(({ rows }) => JSON.stringify(rows));
  const segments = new Set((await featuresOf(kit, partition)).map((row) => row[segment])).size;
  expect(athena.rows.length === segments && one === other, `Athena counts ${one}, Redshift ${other}`);
  const text = dataset.raw[events]!.columns.find(({ type }) => type === 'string')!.name;
  const reading = `select count(${text}) from raw_${events} where load_month = '${partition}'`;
  const sql = Array<string>(5).fill(reading).join(' union all ');
  const stopped = await messageOf(query(kit, { sql, engine: 'athena', grant: false }, out), 'it was answered');
  expect(/cancelled: Bytes scanned limit.*athenaScanLimitGb/.test(stopped), `a query above the limit: ${stopped}`);
  return `Athena and Redshift count the same events in ${segments} segments, and a query above the limit is ended`;
}

async function callServices({ kit, out }: Stage): Promise<string> {
  const [id, stage] = [aiServices.outputs.apiId, aiServices.outputs.apiStage].map((key) =>
    kit.output('ai-services', key),
  );
  const { region, credentials, endpoint } = kit.aws;
  const api = new SignedApi(apiUrl(id!, stage!, region!, endpoint), region!, async () =>
    typeof credentials === 'function' ? credentials() : credentials!,
  );
  const text = 'My name is Ann Lee and the crew was great';
  const picture = Buffer.from(LARGE, 'base64');
  await kit.s3.send(new PutObjectCommand({ Bucket: kit.buckets.raw, Key: PICTURE, Body: picture }));
  const calls: [path: string, body: object, status: number, words: RegExp][] = [
    ['text', { text, language: 'en' }, 200, /POSITIVE.*My name is \[NAME\] and/],
    ['text', { text: 'x'.repeat(5001), language: 'en' }, 400, /5000 bytes of UTF-8 for sentiment/],
    ['image', { bytes: LARGE }, 200, /"labels":\[\{"name":"/],
    ['image', { bytes: SMALL }, 400, /InvalidParameterException/],
    ['image', { key: PICTURE }, 200, /"labels":\[\{"name":"/],
    ['image', { key: `${inputs.images}none.png` }, 400, /names no picture/],
    ['speech', { text, marks: ['word'] }, 200, /speech\/[^"]*\.mp3.*\.marks\.jsonl/],
    ['speech', { ssml: '<speak>5 < 6</speak>' }, 400, /InvalidSsmlException/],
  ];
  for (const [path, body, expected, words] of calls) {
    const answer = await api.post(path, body);
    const [found, mark] = [JSON.stringify(answer.body), answer.headers?.get(STAND_IN_HEADER)];
    out.line(`/${path} ${answer.status}${mark == null ? '' : ` by a ${mark}`}: ${found.slice(0, 100)}`);
    expect(answer.status === expected && words.test(found), `POST /${path} answers ${answer.status}: ${found}`);
    expect((mark === 'stand-in') === (expected === 200), `POST /${path} is marked ${mark}`);
  }
  return 'text, picture and speech are each answered by a marked stand-in, and refused';
}

/** A document that is too long for its batch gives a line with the reason; the others are analyzed. A prefix without documents fails. */
async function analyze({ kit, out }: Stage): Promise<string> {
  const texts = ['The crew was great', 'The bags were lost at Newark', 'x'.repeat(batchLimits.bytes + 1)];
  for (const [at, Body] of texts.entries())
    await kit.s3.send(new PutObjectCommand({ Bucket: kit.buckets.raw, Key: `${DOCUMENTS}${at}.txt`, Body }));
  const { output } = await run(kit, 'analyze', { prefix: DOCUMENTS }, out);
  const { documents, results } = output as { documents: number; results: string };
  const [, Bucket, Prefix] = /^s3:\/\/([^/]+)\/(.+)$/.exec(results)!;
  const lines: { key: string; sentiment?: string; refused?: string }[] = [];
  for (const key of await keysOf(kit, Bucket!, Prefix!)) {
    const written = (await (await bodyOf(kit, Bucket!, key)).transformToString()).trimEnd().split('\n');
    lines.push(...written.map((line) => JSON.parse(line) as (typeof lines)[number]));
  }
  const told = lines.sort((a, b) => a.key.localeCompare(b.key)).map(({ sentiment, refused }) => sentiment ?? refused);
  out.line(told.join(', '));
  expect(
    documents === 3 && told.slice(0, 2).join() === 'POSITIVE,NEGATIVE' && /has 5001 bytes/.test(told[2] ?? ''),
    `Analyze of ${documents} documents wrote ${told.join(', ')}`,
  );
  const empty = await messageOf(run(kit, 'analyze', { prefix: `${inputs.documents}none/` }, out), 'it was answered');
  expect(empty.includes('NoDocuments'), `Analyze of a prefix without documents: ${empty}`);
  return `of ${documents} documents one is refused with its reason`;
}

/** `up` with the same configuration without the rooms. */
async function withoutRooms(ground: Ground): Promise<string> {
  const { aws, kit, out, config } = ground;
  const client = new CloudFormationClient(aws);
  // Every other stack imports from it, so CloudFormation refuses and leaves it unchanged.
  const kept = await deleteStack(client, names.stack(kit, 'foundation'));
  expect(/Cannot delete export .* as it is in use by/.test(kept ?? ''), `the exporting stack is deleted: ${kept}`);
  const standing = async () => (await kitStacks(client, kit)).map(({ name }) => name);
  const before = await standing();
  const assembly = `${ground.assembly}-without`;
  await assemble(assembly, { profile: 'sandbox', config: { ...config, rooms: [] } });
  const outcomes = await deployKit({ ...ground, assembly });
  const after = await standing();
  const gone = before.filter((name) => !after.includes(name)).join(' and ');
  const own = stacksOf().filter(({ room }) => room.optIn);
  expect(
    gone === own.map(({ stack }) => names.stack(kit, stack)).join(' and '),
    `up without the rooms deleted ${gone || 'nothing'}`,
  );
  const changed = outcomes.filter((outcome) => outcome.status !== 'UNCHANGED').map(({ stack }) => stack);
  expect(changed.length === 0, `up without the rooms changed ${changed.join(', ')}`);
  const deployed = await discoverKit(kit, aws);
  const { partitions } = await status(deployed, out);
  const landed = partitionOf(deployed.dataset, storyOf(deployed.dataset.name).history.start);
  expect(partitions.join() === landed, `the kit without the rooms has ${partitions.join(', ') || 'no partition'}`);
  return `up without the rooms deletes ${gone} and changes no other stack`;
}
