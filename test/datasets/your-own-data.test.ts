/** docs/your-own-data.md, followed word for word in a copy of the repository; test/datasets/test_your_own_data.py runs its job. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { copyOfRepository, run } from '../../scripts/shared/copy';

const page = readFileSync(join(__dirname, '../../docs/your-own-data.md'), 'utf8');
const blocks = [...page.matchAll(/```(\w+) (datasets\/\S+)\n([^]*?)```/g)].map(
  ([, , path, text]) => [path!, text!] as const,
);
const commands = [...page.matchAll(/```sh\n([^]*?)```/g)].flatMap(([, text]) => text!.trim().split('\n'));

let copy: string;
beforeAll(() => {
  copy = copyOfRepository();
  for (const [path, text] of blocks) {
    mkdirSync(dirname(join(copy, path)), { recursive: true });
    writeFileSync(join(copy, path), text);
  }
});
afterAll(() => rmSync(copy, { recursive: true, force: true }));

test('the page brings every file that a dataset has', () => {
  expect(blocks.map(([path]) => path)).toEqual(
    ['raw/orders.csv', 'dataset.json', 'features.py', 'labels.ts', 'index.ts', 'story.ts'].map(
      (file) => `datasets/orders/${file}`,
    ),
  );
});

test('its source reads the table and gives the labels that the page expects', () => {
  const program = `
    const { openSource } = require('./datasets/module');
    const source = openSource('orders');
    const days = ['2024-03-01', '2024-03-02', '2024-03-03'].map((day) => source.labels(day));
    console.log(JSON.stringify({ rows: source.tables('2024-03').get('orders').rows.length, days, remarks: source.remarks }));`;
  const { rows, days, remarks } = JSON.parse(run(copy, 'ts-node', '-e', program));
  expect([rows, remarks]).toEqual([7, []]);
  expect(days[0].labels).toContainEqual({ id: 'order-1002', values: [1] });
  expect(days[0].labels).toContainEqual({ id: 'order-1001', values: [0] });
  // 1004 costs less than nothing: the job quarantines it, so nothing waits for its label.
  expect(days[1]).toEqual({
    labels: [{ id: 'order-1005', values: [0] }],
    refused: [expect.stringContaining('price must be at least 0')],
  });
  expect(days[2]).toEqual({ labels: [], refused: [] });
});

test('its types are right, and the app synthesizes with it', () => {
  run(copy, 'tsc', '--noEmit');
  const synth = commands.find((command) => command.startsWith('npx cdk synth'))!;
  expect(synth).toBe(`npx cdk synth --quiet -c config='{"dataset":"orders"}'`);
  run(copy, 'cdk', 'synth', '--quiet', '-c', 'config={"dataset":"orders"}', '-o', join(copy, 'cdk.out'));
  const template = (name: string) => readFileSync(join(copy, `cdk.out/${name}.template.json`), 'utf8');
  expect(template('DataLake')).toContain('raw_orders');
  expect(template('Serving')).toContain('Will this order come back?');
}, 300_000);

test('a mistake in its file is refused with the key and what is right', () => {
  const file = join(copy, 'datasets/orders/dataset.json');
  const good = readFileSync(file, 'utf8');
  writeFileSync(file, good.replace('"kind": "numeric", "unit": "EUR"', '"kind": "amount", "unit": "EUR"'));
  expect(() =>
    run(copy, 'cdk', 'synth', '--quiet', '-c', 'config={"dataset":"orders"}', '-o', join(copy, 'cdk.out')),
  ).toThrow(/datasets\/orders\/dataset\.json is refused:\s+features\.price\.kind: [^]*"amount"/);
  writeFileSync(file, good);
}, 120_000);

test('every command of the page is one of the kit, and its days are those of the story', () => {
  const known = run(copy, 'ts-node', 'scripts/cli.ts', '--help');
  for (const command of commands.filter((line) => line.startsWith('npm run kit'))) {
    const [, name] = /^npm run kit -- (\w+)/.exec(command)!;
    expect(known).toContain(`\n  ${name} `);
  }
  expect(commands.filter((line) => line.startsWith('npm run rehearse'))).toEqual([
    `npm run rehearse -- --scenario loop --config '{"dataset":"orders","labels":{"delayDays":14}}'`,
  ]);
});
