/** `npm run templates`: the templates of the kit as files below templates/, and the meaning of their changes. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { enabledRooms, rooms, stacksOf } from '../../lib/rooms';
import { type Stacks, templateFiles } from '../../testing/template-files';
import { idleCharges } from '../account/cost/idle';
import { priced, total } from '../account/cost/tariff';
import { ROOT } from '../shared/cdk';
import { kitApp } from '../shared/kit-app';
import { resourceKinds } from '../shared/resource-kinds';
import type { Templates } from '../shared/templates';
import { variants } from './variants';

const byDefault = new Set<string>(stacksOf(enabledRooms({ rooms: [] })).map(({ stack }) => stack));

/** USD per day without use: of the default rooms, and of the opt-in rooms. */
function idle(stacks: Stacks): { name: string; usd: number }[] {
  const lines = priced(idleCharges(deployable(stacks)).charges);
  const of = (is: boolean) => total(lines.filter(({ stack }) => byDefault.has(stack) === is));
  return [
    { name: 'Idle cost', usd: of(true) },
    { name: 'Idle cost of the opt-in rooms', usd: of(false) },
  ];
}

/** Definitions as the text that CloudFormation takes, which the cost table reads. */
const deployable = (stacks: Stacks): Templates =>
  JSON.parse(
    JSON.stringify(stacks, (key, value: unknown) =>
      key === 'DefinitionString' && typeof value === 'object' ? JSON.stringify(value) : value,
    ),
  ) as Templates;

const alarms = (stacks: Stacks): string[] =>
  Object.values(stacks).flatMap(({ Resources }) =>
    Object.values(Resources).flatMap(({ Type, Properties }) =>
      Type === 'AWS::CloudWatch::Alarm' ? [Properties?.AlarmName as string] : [],
    ),
  );

function remarks(_: string, before: Stacks, after: Stacks): string[] {
  const rings = new Set(alarms(after));
  const then = idle(before);
  return [
    ...alarms(before)
      .filter((name) => !rings.has(name))
      .map((name) => `Alarm gone: \`${name}\``),
    ...idle(after).flatMap(({ name, usd }, i) => {
      const [from, to] = [then[i]!.usd, usd].map((each) => each.toFixed(4));
      return from === to ? [] : [`${name}: ${from} → ${to} USD per day`];
    }),
  ];
}

/** Names of rooms stand for their stacks. */
const stacks = (args: readonly string[]) =>
  args.flatMap((arg) => {
    const room = rooms.find(({ name }) => name === arg);
    return room === undefined ? [arg] : Object.values(room.stacks);
  });

function main(args: readonly string[]): number {
  const assemblies = mkdtempSync(join(tmpdir(), 'templates-'));
  try {
    return templateFiles(stacks(args), {
      folder: join(ROOT, 'templates'),
      variants: Object.fromEntries(
        Object.entries(variants).map(([name, { profile, config, of }]) => [
          name,
          { of, assembly: () => kitApp(profile, config, join(assemblies, name)).synth().directory },
        ]),
      ),
      lost: (type) => resourceKinds[type]?.lost,
      remarks,
    });
  } finally {
    rmSync(assemblies, { recursive: true });
  }
}

if (require.main === module) {
  try {
    process.exitCode = main(process.argv.slice(2));
  } catch (error) {
    console.error((error as Error).message);
    process.exitCode = 2;
  }
}
