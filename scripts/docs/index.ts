/** `npm run docs`: writes what the templates and their notes say into docs/. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { roomNames, stacksOf } from '../../lib/rooms';
import { names } from '../../lib/shared/names';
import { ROOT } from '../shared/cdk';
import { filled, proofPage, TAUGHT } from '../bench/prove/page';
import { picture } from '../rehearse/report/picture';
import { STORY, type Story } from '../rehearse/report/story';
import { ofTypes } from './annotations';
import { idleOf } from './idle';
import { code, pageOf, table } from './markdown';
import { dot, mermaid, svg } from './drawing';
import { configurationPage } from './configuration';
import { datasetFilePage, datasetPages, jsonSchema } from './dataset-file';
import { graphOf } from './graph';
import { labTable } from './labs';
import { lifecycle, lifecycleRow } from './lifecycle';
import { page } from './page';
import { knobTable, replacingTable } from './upgrading';
import { KIT, synthesize, variants, type Synthesized } from './synthesized';

/** Every generated file by its path in the repository. */
export async function documents(): Promise<Map<string, string>> {
  const kits = Object.keys(variants).map((name) => synthesize(name));
  // The default profile without opt-in rooms: the others add to it, and the pages say what.
  const graph = graphOf(synthesize('default', { profile: 'sandbox' }));
  const idle = idleOf(kits);
  return new Map([
    ['docs/architecture.svg', await svg(dot(graph), 'ML lifecycle kit')],
    ['docs/architecture.mmd', mermaid(graph)],
    ['docs/story.svg', picture(JSON.parse(readFileSync(STORY, 'utf8')) as Story) ?? ''],
    ['docs/stacks/README.md', overview(kits)],
    ['docs/upgrading.md', within('docs/upgrading.md', { replacing: replacingTable(kits), knobs: knobTable(kits) })],
    ['README.md', within('README.md', { lifecycle: lifecycleRow() })],
    ['docs/labs/README.md', within('docs/labs/README.md', { labs: labTable() })],
    ...lifecycle(),
    ['docs/configuration.md', configurationPage()],
    ['docs/dataset-file.md', datasetFilePage()],
    ['schema/dataset.schema.json', `${JSON.stringify(jsonSchema(), null, 2)}\n`],
    ...datasetPages(),
    ['docs/proof/README.md', proofPage()],
    ...TAUGHT.map((path) => [path, filled(readFileSync(join(ROOT, path), 'utf8'))] as const),
    ...roomNames.map((room) => [`docs/stacks/${room}.md`, page(room, kits, idle)] as const),
  ]);
}

/** The page as it is, with its generated blocks written anew. */
function within(path: string, blocks: Record<string, readonly string[]>): string {
  return Object.entries(blocks).reduce(
    (text, [name, lines]) => {
      const between = new RegExp(`(<!-- generated: ${name} -->\\n)[^]*?(<!-- end -->)`);
      if (!between.test(text)) throw new Error(`${path} has no place for the block "${name}"`);
      return text.replace(between, (_, start: string, end: string) => `${start}${lines.join('\n')}\n\n${end}`);
    },
    readFileSync(join(ROOT, path), 'utf8'),
  );
}

/** What holds in every room, once. */
function overview(kits: readonly Synthesized[]): string {
  return pageOf([
    '# Stacks',
    '',
    '<!-- `npm run docs` writes these pages from the templates, the headers of the stacks and the notes.ts of each room. -->',
    '',
    `A page a room, in lifecycle order: ${roomNames.map((room) => `[${room}](${room}.md)`).join(', ')}. Each says of its resources why they are there, which`,
    'property is set so for a reason that it does not show, who may do what, and what differs by profile. Names are construct paths; ARNs and logical IDs are in the console.',
    `Idle costs are those of \`npm run kit -- cost\`: list prices, free tier ignored; \`--json\` shows the assumptions and the day of each price. Stacks are called \`${names.stack('<kit>', 'etl')}\`; here the kit is \`${KIT}\`.`,
    '`managed` is `standard` with `monitoring.engine` set to `managed`, for accounts that have SageMaker Model Monitor.',
    ...table(
      ['stack', ...kits.map(({ name }) => name)],
      stacksOf()
        .map(({ id }) => id)
        .map((stack) => [
          stack,
          ...kits.map(
            ({ resources }) => `${resources.filter((resource) => resource.stack === stack).length} resources`,
          ),
        ]),
    ),
    '',
    '## In every room',
    '',
    'Left out on the pages: what holds for every resource of a type.',
    ...table(
      ['type', 'property', 'why'],
      ofTypes.flatMap(({ key, reasons }) =>
        Object.entries(reasons).map(([property, why]) => [code(key), property === 'why' ? '' : code(property), why]),
      ),
    ),
  ]);
}

async function write(): Promise<void> {
  const pages = await documents();
  for (const page of readdirSync(join(ROOT, 'docs/stacks')).map((name) => `docs/stacks/${name}`))
    if (!pages.has(page)) rmSync(join(ROOT, page));
  for (const [path, text] of pages) {
    const file = join(ROOT, path);
    mkdirSync(dirname(file), { recursive: true });
    if (existsSync(file) && readFileSync(file, 'utf8') === text) continue;
    writeFileSync(file, text);
    console.log(`wrote ${path}`);
  }
}

if (require.main === module) void write();
