/** `npm run local -- open`: the console page of the local account, for a browser on this machine. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Refused } from '../../lib/shared/refused';
import { denialsOf } from '../operate/denials';
import { discoverKit } from '../operate/deployed-kit';
import { statusOf } from '../operate/status';
import { up } from './start';

const PAGE = join(__dirname, 'console.html');

/** Serves the page until Ctrl-C. @param port of the page; 0 is a free one */
export async function open(port: number): Promise<void> {
  const server = await serve(statusOfAccount(), port);
  console.log(
    `the console of the local account is at http://127.0.0.1:${(server.address() as AddressInfo).port}/ until Ctrl-C; it changes nothing`,
  );
  await new Promise((resolve) => process.once('SIGINT', resolve).once('SIGTERM', resolve));
  server.close();
  server.closeAllConnections();
}

/** What `kit status --json` prints, of the account that is up when it is called. */
function statusOfAccount(): () => Promise<unknown> {
  let [run, denials] = ['', (): ReturnType<ReturnType<typeof denialsOf>> => []];
  return async () => {
    const { account, aws } = up();
    // An account that was started anew has an audit of its own.
    if (run !== account.startedAt) [run, denials] = [account.startedAt, denialsOf(account.runDir)];
    return statusOf(await discoverKit(account.asked.kit, aws), denials);
  };
}

/** A server of the page and of what `look` finds, or of the sentence that it throws; on the loopback address alone. */
export async function serve(look: () => Promise<unknown>, port: number): Promise<Server> {
  let looking: Promise<unknown> | undefined;
  // Pages that are open at the same time are given one answer.
  const shared = () => (looking ??= look().finally(() => (looking = undefined)));
  const server = createServer((request, response) => {
    const { port: own } = server.address() as AddressInfo;
    void answer(request, own, shared).then(({ status, type, body }) => send(response, status, type, body));
  });
  await new Promise<void>((resolve, reject) => {
    const refuse = ({ message }: Error) =>
      reject(new Refused(`no page can be served at port ${port} (${message}): leave --port out for a free one`));
    server.once('error', refuse).listen(port, '127.0.0.1', resolve);
  });
  return server;
}

interface Answer {
  status: number;
  type: string;
  body: string;
}

async function answer(request: IncomingMessage, port: number, look: () => Promise<unknown>): Promise<Answer> {
  const refused = (status: number, body: string): Answer => ({ status, type: 'text/plain', body });
  // A name that a foreign page had resolve to this machine is in the header: what it asks for is not given.
  if (![`127.0.0.1:${port}`, `localhost:${port}`].includes(request.headers.host ?? ''))
    return refused(403, `only http://127.0.0.1:${port}/ is answered here`);
  if (request.method !== 'GET') return refused(405, 'only GET is answered here: the page changes nothing');
  if (request.url === '/') return { status: 200, type: 'text/html', body: readFileSync(PAGE, 'utf8') };
  if (request.url !== '/status.json') return refused(404, 'there are / and /status.json');
  try {
    return { status: 200, type: 'application/json', body: JSON.stringify(await look()) };
  } catch (error) {
    return { status: 503, type: 'application/json', body: JSON.stringify({ error: (error as Error).message }) };
  }
}

function send(response: ServerResponse, status: number, type: string, body: string): void {
  const [, script = ''] = /<script>([^]*?)<\/script>/.exec(body) ?? [];
  const hash = createHash('sha256').update(script).digest('base64');
  response
    .writeHead(status, {
      'Content-Type': `${type}; charset=utf-8`,
      'Content-Security-Policy': `default-src 'none'; script-src 'sha256-${hash}'; style-src 'unsafe-inline'; img-src data:; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'`,
      'Cross-Origin-Resource-Policy': 'same-origin',
      'X-Content-Type-Options': 'nosniff',
      'Cache-Control': 'no-store',
    })
    .end(body);
}
