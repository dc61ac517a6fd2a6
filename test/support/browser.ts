/** Pages in a real browser, where the machine has one: Chromium without a window, which prints what it made of a page. */
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'];
const chromium = [
  ...(process.env.PATH ?? '').split(':').flatMap((folder) => NAMES.map((name) => join(folder, name))),
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
].find((file) => existsSync(file));

/** A test that looks at pages; a machine without a browser says that it was left out. */
export function inBrowser(name: string, body: () => Promise<void>): void {
  if (chromium === undefined) console.warn(`NOT LOOKED AT, no Chromium or Chrome is on PATH: ${name}`);
  (chromium === undefined ? test.skip : test)(name, body, 120_000);
}

interface Look {
  /** Milliseconds that the page's own clock runs before its elements are read. */
  readonly after?: number;
  readonly dark?: boolean;
}

/** The page's elements as HTML, and what it wrote to its console. */
export async function seen(
  url: string,
  { after = 2000, dark = false }: Look = {},
): Promise<{ dom: string; console: string[] }> {
  const profile = mkdtempSync(join(tmpdir(), 'browser-'));
  try {
    const { stdout, stderr } = await promisify(execFile)(
      chromium!,
      [
        ...[
          '--headless',
          '--disable-gpu',
          '--hide-scrollbars',
          '--disable-background-networking',
          '--allow-file-access-from-files',
        ],
        // Chromium refuses to run as root inside its own sandbox.
        ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
        ...[`--user-data-dir=${profile}`, '--enable-logging=stderr', `--virtual-time-budget=${after}`],
        ...[`--blink-settings=preferredColorScheme=${dark ? 0 : 1}`, '--window-size=1400,1000', '--dump-dom', url],
      ],
      { maxBuffer: 64 * 1024 * 1024 },
    );
    return { dom: stdout, console: stderr.split('\n').filter((line) => /CONSOLE/.test(line)) };
  } finally {
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

/**
 * What an expression says of a page in a frame of some width.
 * @param expression of JavaScript or a promise of it, with `page` for the window of the page
 */
export async function measured<T>(
  html: string,
  width: number,
  expression: string,
  dark = false,
): Promise<{ found: T; console: string[] }> {
  const folder = mkdtempSync(join(tmpdir(), 'page-'));
  try {
    writeFileSync(join(folder, 'page.html'), html);
    writeFileSync(
      join(folder, 'frame.html'),
      `<iframe width="${width}" height="800" style="border:0" src="page.html" onload="const page = this.contentWindow; Promise.resolve(${expression.replaceAll('"', "'")}).then((found) => (document.title = JSON.stringify(found)))"></iframe>`,
    );
    const { dom, console } = await seen(pathToFileURL(join(folder, 'frame.html')).href, { dark });
    const [, title = ''] = /<title>(.*?)<\/title>/s.exec(dom) ?? [];
    return { found: JSON.parse(title.replaceAll('&quot;', '"').replaceAll('&amp;', '&')) as T, console };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
