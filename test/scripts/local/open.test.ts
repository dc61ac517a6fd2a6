/** The console page: what it shows of each state, who may read it, and what it does with texts. */
import { mkdtempSync, readFileSync, rmSync, appendFileSync } from 'node:fs';
import { request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lifecycleItems } from '../../../scripts/docs/lifecycle';
import { serve } from '../../../scripts/local/open';
import { denialsOf } from '../../../scripts/operate/denials';
import type { Status } from '../../../scripts/operate/status';
import { inBrowser, measured, seen } from '../../support/browser';

const PAGE = readFileSync(join(__dirname, '../../../scripts/local/console.html'), 'utf8');
const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.close();
    server.closeAllConnections();
  }
});

async function served(look: () => unknown): Promise<number> {
  const server = await serve(async () => look(), 0);
  servers.push(server);
  return (server.address() as AddressInfo).port;
}

/** Asks as a browser would that took this name for the address of the page. */
function asked(port: number, path: string, { host = `127.0.0.1:${port}`, method = 'GET' } = {}) {
  return new Promise<{ status?: number; body: string; headers: NodeJS.Dict<string | string[]> }>((resolve, reject) => {
    request({ port, path, method, host: '127.0.0.1', headers: { host } }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (more: string) => (body += more));
      response.on('end', () => resolve({ status: response.statusCode, body, headers: response.headers }));
    })
      .on('error', reject)
      .end();
  });
}

const none = (machine: Status['executions'][number]['machine']) => ({
  ...{ machine, running: 0, succeeded: 0, failed: 0, newest: [] },
});
const deployed: Status = {
  ...{ kit: 'mlkit', landed: 0, partitions: [], champion: 'none', endpoint: 'none', versions: [] },
  executions: [none('prepare'), none('train'), none('release'), none('monitor')],
  ...{ decisions: [], alarms: [], rang: [], denials: [] },
};
const model = (version: number) => `arn:aws:sagemaker:us-east-1:123456789012:model-package/mlkit-models/${version}`;
const ran = (machine: Status['executions'][number]['machine'], state: string, at: string, status = 'SUCCEEDED') => ({
  machine,
  running: status === 'RUNNING' ? 1 : 0,
  succeeded: status === 'SUCCEEDED' ? 1 : 0,
  failed: status === 'FAILED' ? 1 : 0,
  newest: [
    {
      ...{ name: `${machine}-1`, status, state, startedAt: new Date(`2026-11-27T10:${at}:00Z`) },
      ...(status !== 'RUNNING' && { stoppedAt: new Date(`2026-11-27T10:${at}:12.500Z`) }),
    },
  ],
});
const rang = (at: string) => ({
  ...{
    name: 'mlkit/monitoring/quality',
    since: new Date(`2026-11-27T${at}Z`),
    reason: 'Threshold Crossed: 1 out of 1',
  },
});
const seeded: Status = {
  ...deployed,
  ...{ landed: 1, partitions: ['2013-01', '2013-02', '2013-03'], champion: model(1), endpoint: 'InService' },
  versions: [{ version: 1, arn: model(1), approval: 'Approved' }],
  executions: [
    ran('prepare', 'Ready', '01'),
    ran('train', 'Promoted', '02'),
    ran('release', 'Finished', '03'),
    none('monitor'),
  ],
};
const episode: Status = {
  ...seeded,
  executions: [
    seeded.executions[0]!,
    ran('train', 'Evaluate', '06', 'RUNNING'),
    seeded.executions[2]!,
    { ...ran('monitor', 'Completed', '05'), succeeded: 2 },
  ],
  alarms: [rang('10:05:30.400')],
  // The history has the time of its own record of it.
  rang: [rang('10:05:31.000'), rang('09:00:00.000')],
  decisions: [
    {
      ...{ decidedAt: '2026-11-27T10:05:20.000Z', outcome: 'started', reason: 'gain_over_rule: attempt 1 of 3' },
      ...{ episode: 'v1-2013-06-24', attempt: 1, wouldChange: null },
      evidence: {
        ...{
          window: { start: '2013-06-17', end: '2013-06-24' },
          champion: model(1),
          status: 'CompletedWithViolations',
        },
        ...{ confirmed: true, violations: [{ feature: 'gain_over_rule', check: 'model_quality_check' }] },
        ...{ newLabelledRows: 6547, outcomeUri: null },
      },
    },
  ],
};

/** The texts of an element by its id, as a reader has them one after another. */
function textOf(dom: string, id: string): string {
  const [, inside = ''] =
    new RegExp(`<(\\w+)[^>]* id="${id}"[^>]*>([^]*?)</\\1>(?=\\s*<(?:li|/ol|/section|p|main))`).exec(dom)?.slice(1) ??
    [];
  return inside
    .replaceAll(/<[^>]+>/g, '|')
    .replaceAll(/\|+/g, '|')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
    .replaceAll(/^\||\|$/g, '');
}

/** What the page shows once it has asked. */
async function shown(look: () => unknown, dark = false) {
  const { dom, console } = await seen(`http://127.0.0.1:${await served(look)}/`, { dark });
  return { console, text: (id: string) => textOf(dom, id), dom };
}

describe('the page in a browser', () => {
  inBrowser('no account is up, or nothing is deployed: what to type', async () => {
    for (const sentence of [
      'no local account is up: npm run local starts one',
      'stack mlkit-data-lake is not deployed in us-east-1: deploy it with `npm run kit -- up`',
    ]) {
      const { text, dom } = await shown(() => {
        throw new Error(sentence);
      });
      expect(text('said')).toBe(sentence);
      expect(dom).toContain('<main class="old">');
    }
  });

  inBrowser('a kit in which nothing has run', async () => {
    const { text, console } = await shown(() => deployed);
    expect(text('etl')).toContain('0 partitions curated');
    expect(text('serving')).toContain('no model, endpoint none');
    expect(text('executions')).toBe('nothing has run: npm run kit -- load');
    expect(text('alarms')).toBe('no alarm rings');
    expect(text('denials')).toBe('every call was allowed');
    expect(text('said')).toMatch(/^as of \d{4}-/);
    expect(console).toEqual([]);
  });

  inBrowser('history is seeded: a first model serves', async () => {
    const { text } = await shown(() => seeded);
    expect(text('title')).toBe('mlkit, in the local account');
    expect(text('data-lake')).toContain('1 manifest landed');
    expect(text('etl')).toContain('3 partitions curated');
    expect(text('training')).toContain('1 version|');
    expect(text('serving')).toContain('version 1, endpoint InService');
    expect(text('executions')).toBe(
      [
        'release: Finished|release-1, 2026-11-27 10:03:00, 12.5 s',
        'train: Promoted|train-1, 2026-11-27 10:02:00, 12.5 s',
      ]
        .concat('prepare: Ready|prepare-1, 2026-11-27 10:01:00, 12.5 s')
        .map((row) => `SUCCEEDED|${row}`)
        .join('|'),
    );
  });

  inBrowser('a drift episode: a confirmed violation, the decision, the alarm and the training that runs', async () => {
    const { text, dom } = await shown(() => episode);
    expect(text('monitoring')).toContain('2 windows judged, 1 alarm');
    expect(text('retraining')).toContain('1 decision, 1 started');
    expect(text('training')).toContain('1 running');
    expect(dom).toMatch(/id="training" class="busy"/);
    expect(dom).toMatch(/id="monitoring" class="bad"/);
    expect(text('executions')).toMatch(/^RUNNING\|train: Evaluate\|train-1, 2026-11-27 10:06:00\|SUCCEEDED\|monitor/);
    expect(text('alarms')).toBe(
      ['rings since 2026-11-27 10:05:30', 'rang at 2026-11-27 09:00:00']
        .map((when) => `mlkit/monitoring/quality|Threshold Crossed: 1 out of 1|${when}`)
        .join('|'),
    );
    expect(text('decisions')).toBe(
      'started|gain_over_rule: attempt 1 of 3|2026-11-27 10:05:20, episode v1-2013-06-24; window 2013-06-17 to 2013-06-24 under version 1, confirmed|gain_over_rule: model_quality_check',
    );
  });

  inBrowser('a denial: principal, action and resource, none of them read as HTML', async () => {
    const denials = [
      {
        ...{
          time: '2026-11-27T10:07:00.000Z',
          principal: '<img src=x onerror=alert(1)>',
          action: 's3:GetObject',
          times: 2,
        },
        ...{ resource: 'arn:aws:s3:::raw/tables/<b>x</b>', reason: 'no policy allows it' },
      },
    ];
    const { text, dom, console } = await shown(() => ({ ...seeded, denials }));
    expect(text('denials')).toBe(
      '<img src=x onerror=alert(1)>|may not s3:GetObject|arn:aws:s3:::raw/tables/<b>x</b>|no policy allows it; 2026-11-27 10:07:00, 2 times',
    );
    expect(text('foundation')).toContain('1 IAM denial');
    expect(dom).not.toContain('<img');
    expect(console).toEqual([]);
  });

  inBrowser('an account that ends and comes again is followed', async () => {
    let asks = 0;
    const port = await served(() => {
      if (asks++ === 0) throw new Error('no local account is up: npm run local starts one');
      return seeded;
    });
    const { dom } = await seen(`http://127.0.0.1:${port}/`, { after: 8000 });
    expect(textOf(dom, 'serving')).toContain('version 1');
    expect(dom).toContain('<main class="">');
  });
});

inBrowser('it fits 400 pixels with the longest names, in the light and in the dark', async () => {
  const long = 'mlkit-serving-PredictServiceRoleE4FB4005-7E28459BE4D8A/a-session-with-a-long-name';
  const denials = [
    { time: '2026-11-27T10:07:00Z', principal: long, action: long, resource: long, reason: long, times: 1 },
  ];
  const answer = JSON.stringify({ ...episode, denials });
  // A frame may not hold the page as it is served; its file with a fixed answer may lie in one.
  const framed = PAGE.replace(
    '<script>',
    `<script>window.fetch = async () => ({ text: async () => ${JSON.stringify(answer)} });</script><script>`,
  );
  const LOOK = `new Promise((resolve) => setTimeout(() => resolve({
    width: page.document.documentElement.scrollWidth,
    denials: page.document.querySelectorAll('#denials li').length,
    paper: page.getComputedStyle(page.document.documentElement).backgroundColor,
  }), 300))`;
  for (const [dark, paper] of [
    [false, 'rgb(255, 255, 255)'],
    [true, 'rgb(13, 17, 23)'],
  ] as const)
    expect((await measured(framed, 400, LOOK, dark)).found).toEqual({ width: 400, denials: 1, paper });
});

describe('the server', () => {
  test('answers the page and one document, and changes nothing', async () => {
    const port = await served(() => seeded);
    expect(await asked(port, '/')).toMatchObject({ status: 200, body: PAGE });
    expect(JSON.parse((await asked(port, '/status.json')).body)).toMatchObject({ champion: model(1) });
    expect(await asked(port, '/../package.json')).toMatchObject({ status: 404 });
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS'])
      expect(await asked(port, '/status.json', { method })).toMatchObject({ status: 405 });
  });

  test('gives nothing to a page of another name', async () => {
    const port = await served(() => seeded);
    for (const host of ['rebound.example', `rebound.example:${port}`, `127.0.0.1:${port + 1}`, '127.0.0.1'])
      expect(await asked(port, '/status.json', { host })).toMatchObject({
        status: 403,
        body: expect.not.stringContaining('arn:'),
      });
    expect(await asked(port, '/status.json', { host: `localhost:${port}` })).toMatchObject({ status: 200 });
    expect((await asked(port, '/')).headers).toMatchObject({
      'content-security-policy': expect.stringMatching(/^default-src 'none'; script-src 'sha256-[^']+';/),
      'cross-origin-resource-policy': 'same-origin',
    });
  });

  test('listens on this machine alone', async () => {
    await served(() => seeded);
    expect(servers[0]!.address()).toMatchObject({ address: '127.0.0.1' });
  });

  test('says what to do where its port is taken', async () => {
    const port = await served(() => seeded);
    await expect(serve(async () => seeded, port)).rejects.toThrow(
      /^no page can be served at port \d+ \(listen EADDRINUSE.*: leave --port out for a free one$/,
    );
  });

  test('looks once for pages that ask at the same time', async () => {
    let looks = 0;
    const port = await served(async () => {
      looks += 1;
      await new Promise((resolve) => setTimeout(resolve, 200));
      return seeded;
    });
    await Promise.all([asked(port, '/status.json'), asked(port, '/status.json')]);
    expect(looks).toBe(1);
    await asked(port, '/status.json');
    expect(looks).toBe(2);
  });
});

test('the page is one short file, which writes texts only and draws the lifecycle of the README', () => {
  expect(PAGE.split('\n').length).toBeLessThanOrEqual(600);
  expect(PAGE).not.toMatch(/innerHTML|outerHTML|insertAdjacent|document\.write|srcdoc|https?:/);
  for (const item of lifecycleItems()) expect(PAGE).toContain(item);
});

test('denials are read on from where the audit ended, with a half-written line left for later', () => {
  const folder = mkdtempSync(join(tmpdir(), 'audit-'));
  const line = (time: string, action: string, decision = 'Deny') =>
    JSON.stringify({
      ...{ time, principal: 'role/me', action, resource: '*', decision, reason: 'no policy allows it' },
    });
  const write = (text: string) => appendFileSync(join(folder, 'audit.jsonl'), text);
  try {
    const denials = denialsOf(folder);
    expect(denials()).toEqual([]);
    write(`${line('1', 's3:ListBucket')}\n${line('2', 'sns:Publish', 'Allow')}\n${line('3', 'sqs:é').slice(0, -20)}`);
    expect(denials().map(({ action }) => action)).toEqual(['s3:ListBucket']);
    write(`${line('3', 'sqs:é').slice(-20)}\n${line('4', 's3:ListBucket')}\n`);
    expect(denials().map(({ action, time, times }) => [action, time, times])).toEqual([
      ['s3:ListBucket', '4', 2],
      ['sqs:é', '3', 1],
    ]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
