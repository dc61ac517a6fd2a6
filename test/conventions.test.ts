/** Habits of the repository that a reviewer would otherwise have to remember. */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runbookAnchor } from '../lib/shared/alarms';
import { alarmRows, optInRooms, type Room, roomNames, rooms, stacksOf } from '../lib/rooms';
import { kit, managed, templates } from './shared/kit';

const root = join(__dirname, '..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const folders = (path: string) =>
  readdirSync(join(root, path), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('__') && !entry.name.startsWith('.'))
    .map(({ name }) => name);

describe('rooms', () => {
  test.each([
    ['lib', ['shared']],
    ['lambda', ['shared']],
    ['jobs', ['common', 'experiments']],
    [
      'test',
      [
        'shared',
        'shared-lambda',
        'static',
        'support',
        'fixtures',
        'support',
        'datasets',
        'jobs',
        'scripts',
        'bootstrap',
      ],
    ],
  ])('%s has the rooms of the lifecycle and nothing else', (kind, others) => {
    expect(
      folders(kind).filter((name) => !(roomNames as readonly string[]).includes(name) && !others.includes(name)),
    ).toEqual([]);
  });

  test('every room has a stack and a test of it', () => {
    for (const room of roomNames) {
      expect(existsSync(join(root, `lib/${room}/${room}-stack.ts`))).toBe(true);
      expect(existsSync(join(root, `test/${room}/${room}-stack.test.ts`))).toBe(true);
    }
  });

  test('every handler folder is named as a verb and what it acts on, and has an index', () => {
    for (const room of folders('lambda').filter((name) => name !== 'shared'))
      for (const handler of folders(`lambda/${room}`))
        expect(existsSync(join(root, 'lambda', room, handler, 'index.ts'))).toBe(true);
  });
});

describe('files', () => {
  const sources = execFileSync(
    'git',
    [
      'ls-files',
      '--cached',
      '--others',
      '--exclude-standard',
      '--',
      'bin',
      'lib',
      'lambda',
      'jobs',
      'engine',
      'scripts',
      'test',
    ],
    {
      cwd: root,
      encoding: 'utf8',
    },
  )
    .split('\n')
    .filter((path) => /\.(ts|mjs|py)$/.test(path) && existsSync(join(root, path)));

  // About 300; a list of cases may be somewhat longer than code that must be understood as a whole.
  test.each([
    ['product', (path: string) => !path.startsWith('test/'), 320],
    ['test', (path: string) => path.startsWith('test/'), 350],
  ])('of the %s stay short enough to be read at once', (_, belongs, limit) => {
    const long = sources.filter(belongs).map((path) => `${path}: ${read(path).split('\n').length} lines`);
    expect(long.filter((line) => Number(/: (\d+)/.exec(line)?.[1]) > limit)).toEqual([]);
  });

  test('bin/app.ts only wires: what depends on the configuration is decided in a room', () => {
    expect(read('bin/app.ts').replace('if (require.main === module)', '')).not.toMatch(/\b(if|switch)\b| \? /);
  });

  test.each(stacksOf().map(({ room, stack }) => `lib/${room.name}/${stack}-stack.ts`))(
    '%s says what it is for, costs and fails of',
    (path) => {
      const header = read(path).split('*/')[0] ?? '';
      expect(header.startsWith('/**')).toBe(true);
      expect(header.split('\n').length).toBeLessThanOrEqual(13);
      for (const part of ['Idle cost:', 'Fails first:']) expect(header).toContain(part);
    },
  );
});

describe('alarms', () => {
  const headings = [...alarmRows().keys()];
  const chapters = Object.fromEntries(
    roomNames
      .map((room) => `lib/${room}/runbook.md`)
      .filter((path) => existsSync(join(root, path)))
      .flatMap((path) => read(path).split(/^## /m).slice(1))
      .map((chapter) => [chapter.split('\n')[0] ?? '', chapter]),
  );
  const deployedIn = (profile: string, config = {}) =>
    Object.values(templates(kit(profile, config))).flatMap(({ Resources }) =>
      Object.values<{ Type: string; Properties: Record<string, string> }>(Resources).filter(
        ({ Type }) => Type === 'AWS::CloudWatch::Alarm',
      ),
    );
  // The sandbox has no schedule, and no alarm that waits for it.
  const deployed = deployedIn('standard', { rooms: optInRooms });

  test('and chapters of the runbook are the same list', () => {
    expect(Object.keys(chapters).sort()).toEqual(headings.sort());
  });

  test.each(headings)('%s: the runbook says what it means, how to look, what to do', (heading) => {
    for (const part of ['### Description', '### Investigation', '### Resolution'])
      expect(chapters[heading]).toContain(part);
  });

  test('every row is deployed, and leads to its chapter', () => {
    expect(deployed.map(({ Properties }) => Properties.AlarmName).sort()).toEqual(
      headings.map((heading) => `mlkit/${heading}`).sort(),
    );
    for (const heading of headings)
      expect(
        deployed.find(({ Properties }) => Properties.AlarmName === `mlkit/${heading}`)?.Properties.AlarmDescription,
      ).toContain(runbookAnchor(...(heading.split('/') as [string, string])));
  });

  // CloudWatch bills 0.10 USD per month for each metric that an alarm watches.
  test('are at most 12, and two more in an opt-in room', () => {
    expect(deployedIn('standard').length).toBeLessThanOrEqual(12);
    for (const { name, alarms = {}, optIn } of rooms)
      if (optIn) expect([name, Object.keys(alarms).length <= 2]).toEqual([name, true]);
  });

  test('the README has the rooms, in the words of their contracts', () => {
    const row = ({ name, optIn, stacks, does }: Room) =>
      `| \`${name}\`${optIn ? ' (opt-in)' : ''} | ${Object.values(stacks).join(', ')} | ${does} |`;
    const section = read('README.md').split('\n## The rooms\n')[1]?.split('\n## ')[0] ?? '';
    const table = section.split('\n').filter((line) => line.startsWith('| `'));
    expect(table).toEqual(rooms.map(row));
  });
});

test('every environment variable that a handler requires is set by its stack', () => {
  const set = new Set(
    [kit('sandbox', { rooms: optInRooms }), kit('standard', managed)]
      .flatMap((app) => Object.values(templates(app)))
      .flatMap(({ Resources }) =>
        Object.values<{ Properties?: { Environment?: { Variables?: object } } }>(Resources).flatMap(({ Properties }) =>
          Object.keys(Properties?.Environment?.Variables ?? {}),
        ),
      ),
  );
  const variables: Record<string, string> = Object.assign({}, ...rooms.map((room) => room.env ?? {}));
  const required = execFileSync('git', ['grep', '-hoE', 'requireEnv\\(\\w+\\.env\\.\\w+\\)', '--', 'lambda'], {
    cwd: root,
    encoding: 'utf8',
  })
    .trim()
    .split('\n')
    .map((call) => variables[/env\.(\w+)/.exec(call)?.[1] ?? ''] ?? call);
  expect(required.length).toBeGreaterThan(4);
  expect(required.filter((name) => !set.has(name))).toEqual([]);
});

describe('decisions', () => {
  const pages = readdirSync(join(root, 'docs/decisions')).filter((name) => /^\d{4}-.*\.md$/.test(name));

  test('are listed, each with one line', () => {
    const rows = read('docs/decisions/README.md').match(/^\| \[\d+\]\(.+\) \| .+ \|$/gm) ?? [];
    expect(rows.map((row) => /\]\((.+?)\)/.exec(row)?.[1])).toEqual(pages);
  });

  test.each(pages)('%s has context, options, decision, consequences and the way back', (name) => {
    const page = read(`docs/decisions/${name}`);
    expect(page).toMatch(new RegExp(`^# ${Number(name.slice(0, 4))}\\. `));
    expect(page.match(/^## .+/gm)).toEqual(
      ['Context', 'Options', 'Decision', 'Consequences', 'How to reverse it'].map((heading) => `## ${heading}`),
    );
  });
});

describe('what people are told to run', () => {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
  const documents = [
    'README.md',
    '.github/workflows/ci.yml',
    '.github/workflows/templates.yml',
    ...readdirSync(join(root, 'docs')).map((f) => `docs/${f}`),
  ];
  const text = documents
    .filter((path) => /\.(md|yml)$/.test(path))
    .map(read)
    .join('\n');
  const named = (pattern: RegExp) => [...new Set([...text.matchAll(pattern)].map(([, name]) => name ?? ''))];

  test('every npm script exists', () => {
    const asked = named(/npm run ([a-z:]+)/g);
    expect(asked.length).toBeGreaterThan(3);
    expect(asked.filter((name) => !(name in scripts))).toEqual([]);
  });

  test('every test step exists', () => {
    const steps = read('scripts/bootstrap/test-steps.mjs');
    const asked = named(/--only ([a-z:-]+)/g);
    expect(asked.length).toBeGreaterThan(3);
    expect(asked.filter((name) => !steps.includes(`'${name}'`))).toEqual([]);
  });
});
