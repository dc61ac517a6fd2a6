/** `npm run docs`: writes what the templates and their notes say into docs/. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { rooms, stacksOf } from '../../lib/rooms';
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
import { filledIn } from './blocks';
import { examBlocks, studyPlan } from './exam';
import { graphOf } from './graph';
import { afternoonTable, LAB_A, labTable } from './labs';
import { lifecycle, lifecycleItems, lifecycleRow } from './lifecycle';
import { roomPages } from './rooms';
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
    ['docs/rooms/README.md', overview(kits)],
    [
      'docs/upgrading.md',
      filledIn('docs/upgrading.md', { replacing: () => replacingTable(kits), knobs: () => knobTable(kits) }),
    ],
    ['scripts/local/console.html', filledIn('scripts/local/console.html', { lifecycle: lifecycleItems })],
    ['README.md', filledIn('README.md', { lifecycle: lifecycleRow })],
    ['docs/labs/README.md', filledIn('docs/labs/README.md', { labs: labTable })],
    [LAB_A, filledIn(LAB_A, { price: afternoonTable })],
    ...lifecycle(),
    ['docs/exam.md', filledIn('docs/exam.md', examBlocks())],
    ['docs/study-plan.md', filledIn('docs/study-plan.md', { plan: studyPlan })],
    ['docs/configuration.md', configurationPage()],
    ['docs/dataset-file.md', datasetFilePage()],
    ['schema/dataset.schema.json', `${JSON.stringify(jsonSchema(), null, 2)}\n`],
    ...datasetPages(),
    ['docs/proof/README.md', proofPage()],
    ...TAUGHT.map((path) => [path, filled(readFileSync(join(ROOT, path), 'utf8'))] as const),
    ...(await roomPages(kits, idle)),
  ]);
}

/** What holds in every room, once. */
function overview(kits: readonly Synthesized[]): string {
  return pageOf([
    '# Rooms',
    '',
    '<!-- `npm run docs` writes this page. -->',
    '',
    'A page per room, in lifecycle order. Each says what the room does and why it is built so, shows the settings that matter with the reason for each, and ends in a reference of every resource.',
    ...table(
      ['room', 'what lives there'],
      rooms.map(({ name, does }) => [`[${name}](${name}.md)`, does]),
    ),
    '',
    `In the references names are construct paths, and a reason stands where the template does not show it. Idle costs are those of \`npm run kit -- cost\`: list prices, free tier ignored. Stacks are called \`${names.stack('<kit>', 'etl')}\`; here the kit is \`${KIT}\`.`,
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
  // A page whose room is gone was written by hand and is deleted by hand.
  for (const name of readdirSync(join(ROOT, 'docs/rooms')).filter((each) => each.endsWith('.svg')))
    if (!pages.has(`docs/rooms/${name}`)) rmSync(join(ROOT, 'docs/rooms', name));
  for (const [path, text] of pages) {
    const file = join(ROOT, path);
    mkdirSync(dirname(file), { recursive: true });
    if (existsSync(file) && readFileSync(file, 'utf8') === text) continue;
    writeFileSync(file, text);
    console.log(`wrote ${path}`);
  }
}

if (require.main === module) void write();
