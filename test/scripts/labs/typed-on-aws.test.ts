/** Nobody ran these commands on AWS, so each is parsed, and each name looked up. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import kinds from '../../../facts/resource-kinds.json';
import { resolveConfig } from '../../../lib/config';
import { optInRooms, stacksOf } from '../../../lib/rooms';
import { afternoon, LAB_A } from '../../../scripts/docs/labs';
import { program } from '../../../scripts/cli';
import { labs } from '../../../scripts/labs/shelf';
import { blockOnAws } from '../../../scripts/labs/on-aws';
import { kitApp, synthesize } from '../../../scripts/shared/kit-app';

const page = readFileSync(join(__dirname, '../../..', LAB_A), 'utf8');
const ofLabA = [...page.matchAll(/^\$ (.*)$/gm)].map(([, text]) => text!);
const place = { account: '111122223333', region: 'us-east-1' };
const ofLabs = labs().flatMap((lab) =>
  lab.blocks.flatMap((each) => {
    const there = blockOnAws(each, place);
    return there === undefined || there.kind === 'edit' ? [] : there.commands.map(({ text }) => text);
  }),
);

/** Words as a shell makes them of a simple command. */
const words = (text: string): string[] =>
  [...text.matchAll(/'([^']*)'|"((?:\\.|[^"])*)"|(\S+)/g)].map(
    ([, single, double, plain]) => single ?? double ?? plain!,
  );

/** The commands of the kit in a line, up to what ends a command in a shell. */
const kitCommands = (line: string): string[][] =>
  [...line.matchAll(/npm run (?:--silent )?(kit|lab)((?: (?:'[^']*'|"(?:\\.|[^"])*"|[^\s|;&)<>'"])+)*)/g)].map(
    ([, name, rest = '']) => {
      const args = words(rest).filter((word) => word !== '--');
      return name === 'lab' ? ['lab', ...args] : args;
    },
  );

/** What the program does not understand of the words after its name. */
function unknown(args: readonly string[]): string[] {
  const {
    operands: [name = ''],
    unknown: rest,
  } = program.parseOptions([...args]);
  const command = program.commands.find((each) => each.name() === name);
  if (command === undefined) return [`no command ${name}`];
  return command.parseOptions(rest).unknown;
}

test('the program understands every command of the kit', () => {
  const commands = [...ofLabs, ...ofLabA].flatMap(kitCommands);
  expect(commands.length).toBeGreaterThan(40);
  expect(commands.map((args) => [args.join(' '), unknown(args)]).filter(([, rest]) => rest!.length > 0)).toEqual([]);
});

test('an option that there is not would be found', () => {
  expect(unknown(['down', '--really'])).toEqual(['--really']);
  expect(unknown(['downn'])).toEqual(['no command downn']);
});

test('stacks that the CDK CLI is given are stacks of the app', () => {
  const named = [...ofLabs, ...ofLabA].flatMap((text) =>
    [...text.matchAll(/npx cdk (?:deploy|diff) ([A-Z]\w*)/g)].map(([, id]) => id!),
  );
  const ids = kitApp('sandbox', { rooms: optInRooms }).node.children.map(({ node }) => node.id);
  expect(named.length).toBeGreaterThan(3);
  expect(named.filter((id) => !ids.includes(id))).toEqual([]);
});

test('names that the page gives are names of the templates, or log groups that sweep knows', () => {
  const known = JSON.stringify([
    synthesize(resolveConfig('sandbox')),
    stacksOf().map(({ stack }) => `mlkit-${stack}`),
    kinds,
  ]).replaceAll('/*"', '/mlkit"');
  const named = [...page.matchAll(/`((?:mlkit|\/aws)[^` ]*)`/g)].map(([, name]) => name!);
  expect(named.length).toBeGreaterThan(5);
  expect(named.filter((name) => !known.includes(`"${name}"`))).toEqual([]);
});

test('an afternoon costs less than 1.50 USD', () => {
  const { rows, usd } = afternoon();
  expect(rows).toHaveLength(7);
  expect(usd).toBeGreaterThan(0.2);
  expect(usd).toBeLessThan(1.5);
});
