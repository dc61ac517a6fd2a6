/** Generates the raw tables of the tool hire; the output is deterministic. */

const DEPOTS = { harbour: 1, station: 0.6, forest: 0.4 } as const;
const KINDS = { drill: 0.9, saw: 1.5, mower: 1.2, ladder: 0.4, breaker: 2.2 } as const;
const TOOLS = 160;
const HIRES_A_DAY = 150;
/** From this day half of the tools are not hired, and the others twice as often. */
const REORGANISED = '2024-05-01';
const [FIRST, LAST] = ['2024-01-01', '2024-06-30'];
const HOLIDAYS = new Set(['2024-01-01', '2024-03-29', '2024-04-01', '2024-05-01', '2024-05-09', '2024-05-20']);
/** Odds of damage and deposits by age: customers under 30 hire for building sites, and few of them have an account. */
const AGES = {
  A: { odds: 0.9, account: 0.1, least: 50 },
  B: { odds: 0, account: 0.4, least: 20 },
  C: { odds: -0.3, account: 0.4, least: 20 },
} as const;
const NOTES = [
  '',
  'regular',
  'came with a van, two helpers',
  'said "only for the weekend"',
  'no licence shown\nasked twice',
];

/** Numbers from 0 to 1 (mulberry32), because Math.random takes no seed. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

export function generate(): Record<'hires' | 'tools', string> {
  const next = random(20240101);
  const below = (most: number) => Math.floor(next() * most);
  const one = <T>(of: readonly T[]): T => of[below(of.length)]!;

  const kinds = Object.keys(KINDS) as (keyof typeof KINDS)[];
  const tools = Array.from({ length: TOOLS }, (_, place) => ({
    tool: `T${String(place + 1).padStart(3, '0')}`,
    kind: one(kinds),
    bought: 2012 + below(13),
    price: 40 + below(800),
  }));
  const recent = new Map<string, string[]>();
  const hires: string[][] = [];
  const numbers = { harbour: 0, station: 0, forest: 0 };
  for (let time = Date.parse(FIRST); time <= Date.parse(LAST); time += 86_400_000) {
    const day = new Date(time).toISOString().slice(0, 10);
    if (new Date(time).getUTCDay() === 0 || HOLIDAYS.has(day)) continue;
    const since = new Date(time - 14 * 86_400_000).toISOString().slice(0, 10);
    for (let count = HIRES_A_DAY - 30 + below(61); count > 0; count--) {
      const depot = one(Object.keys(DEPOTS) as (keyof typeof DEPOTS)[]);
      const tool = tools[below(day < REORGANISED ? TOOLS : TOOLS / 2)]!;
      const used = (recent.get(tool.tool) ?? []).filter((before) => before >= since && before < day).length;
      const days = 1 + below(10);
      const note = one(NOTES);
      const band = one(['A', 'B', 'B', 'C'] as const);
      const { odds: young, account, least } = AGES[band];
      const wear = 0.12 * used + 0.14 * (2024 - tool.bought) + 0.16 * days + Math.log(KINDS[tool.kind]) * 1.6;
      const odds = -8.5 + wear + young + DEPOTS[depot] + (note.startsWith('no licence') ? 1.2 : 0);
      const broken = next() < 1 / (1 + Math.exp(-odds));
      const state = next() < 0.01 ? '' : broken ? one(['damaged', 'damaged', 'lost']) : 'ok';
      const deposit = next() < account ? '' : String(least + 10 * below(9));
      const age = next() < 0.1 ? '' : band;
      hires.push([
        String((numbers[depot] += 1)),
        depot,
        `${day}T00:00:00Z`,
        tool.tool,
        String(days),
        deposit,
        age,
        note,
        state,
      ]);
      recent.set(tool.tool, [...(recent.get(tool.tool) ?? []), day]);
    }
  }
  return {
    hires: csv('hire_number,depot,day,tool,days_booked,deposit,age_band,note,state_returned', hires),
    tools: csv(
      'tool,description,kind,bought,price',
      tools.map(({ tool, kind, bought, price }) => [
        tool,
        `${kind}, No. ${tool.slice(1)}`,
        kind,
        String(bought),
        String(price),
      ]),
    ),
  };
}

/** Every text is quoted, as many programs write it. */
const csv = (header: string, rows: readonly string[][]) =>
  `${[header, ...rows.map((row) => row.map((value) => `"${value.replaceAll('"', '""')}"`).join(','))].join('\n')}\n`;
