/** The lifecycle as the README shows it: one small picture per room, so that each is a link and a narrow page breaks the row. */
import type { RoomName } from '../../lib/rooms';
import { ROOM_COLOURS } from './drawing';

interface Box {
  readonly room: RoomName;
  /** Lines of at most 20 characters; 40 beside the row. */
  readonly holds: readonly string[];
  /** What the next room gets of it. */
  readonly hands?: string;
}

/** The default rooms in the order of the data. */
const BOXES: readonly Box[] = [
  { room: 'data-lake', holds: ['S3, Glue catalog,', 'Athena, Firehose'], hands: 'raw' },
  { room: 'etl', holds: ['Glue job on Spark,', 'quality rules'], hands: 'curated' },
  { room: 'training', holds: ['SageMaker jobs,', 'gate, registry'], hands: 'approved' },
  { room: 'serving', holds: ['API, Lambda,', 'endpoint, release'], hands: 'captured' },
  { room: 'monitoring', holds: ['drift, quality, bias,', 'alarms'], hands: 'violation' },
  { room: 'retraining', holds: ['guard: at most one', 'run per episode'], hands: '↺ training' },
];
const BESIDE: Box = {
  room: 'foundation',
  holds: ['KMS key, alerts topic, dead letters,', 'audit trail, budget: for every room'],
};

/** Pixels: six boxes with their arrows fill a line of 830, which is what GitHub gives a README. */
const [WIDTH, ARROW, HEIGHT] = [138, 22, 94];

/** Path of each picture and the picture. */
export const lifecycle = (): Map<string, string> => new Map([...BOXES, BESIDE].map((box) => [pathOf(box), drawn(box)]));

/** The lines of the README: each picture a link to the page of its room. */
export function lifecycleRow(): string[] {
  const link = (box: Box) => `[![${saidBy(box)}](${pathOf(box)})](docs/rooms/${box.room}.md)`;
  return [`${BOXES.map(link).join('')}<br/>${link(BESIDE)}`];
}

/** The same as items of a list, for a page that writes live figures into it. */
export const lifecycleItems = (): string[] =>
  [...BOXES, BESIDE].map(
    ({ room, holds, hands = '' }) =>
      `<li id="${room}"><b>${room}</b><small>${holds.join(' ')}</small><output></output><i>${hands}</i></li>`,
  );

const pathOf = ({ room }: Box) => `docs/lifecycle/${room}.svg`;
const saidBy = ({ room, holds, hands }: Box) =>
  `${room}: ${holds.join(' ')}${hands === undefined ? '' : `, then ${hands.replace('↺', 'back to')}`}`;

function drawn(box: Box): string {
  const { hands } = box;
  const width = hands === undefined ? 2 * WIDTH - ARROW : WIDTH;
  const right = hands === undefined ? width : width - ARROW;
  const [middle, centre] = [HEIGHT / 2, right / 2];
  const shapes = [
    `<rect x="1" y="10" width="${right - 2}" height="${HEIGHT - 22}" rx="8"/>`,
    `<text class="name" x="${centre}" y="36">${box.room}</text>`,
    ...box.holds.map((line, i) => `<text x="${centre}" y="${53 + 13 * i}">${line}</text>`),
    ...(hands === undefined
      ? []
      : [
          `<path d="M${right} ${middle}H${width - 6}"/><path d="M${width - 10} ${middle - 4}l5 4l-5 4"/>`,
          `<text class="hands" x="${width}" y="${HEIGHT - 2}">${hands} →</text>`,
        ]),
  ];
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${HEIGHT}" viewBox="0 0 ${width} ${HEIGHT}">
<title>${saidBy(box)}</title>
<style>${ROOM_COLOURS}
  rect { fill: var(--room); stroke: var(--rim) } path { stroke: var(--line); fill: none; stroke-width: 1.5 }
  text { font: 10.5px Helvetica, Arial, sans-serif; text-anchor: middle; fill: var(--soft) }
  .name { font-size: 14px; font-weight: bold; fill: var(--ink) } .hands { text-anchor: end; fill: var(--back) }
</style>
${shapes.join('\n')}
</svg>
`;
}
