/** What a stack costs while nobody uses it, by resource; the figures of `npm run kit -- cost`. */
import { resolveConfig } from '../../lib/config';
import { estimate, type CostLine } from '../account/cost';
import { usd } from '../account/cost/print';
import { stackOf } from '../shared/templates';
import { code, grouped, table } from './markdown';
import { variants, type Synthesized } from './synthesized';

export type Idle = ReadonlyMap<string, readonly CostLine[]>;

/** Lines of a day by variant. */
export function idleOf(kits: readonly Synthesized[]): Idle {
  return new Map(
    kits.map(({ name, templates }) => {
      const { profile, config } = variants[name] ?? {};
      const { idle } = estimate(resolveConfig(profile, config), templates);
      return [name, idle.lines];
    }),
  );
}

/** Cost of a stack in USD per day, one row per price; empty when nothing bills. */
export function idleTable(stack: string, kits: readonly Synthesized[], idle: Idle): string[] {
  const lines = kits.flatMap((kit) =>
    (idle.get(kit.name) ?? []).filter((line) => line.stack === stackOf(stack).stack).map((line) => ({ ...line, kit })),
  );
  const sum = (of: typeof lines) => {
    const total = of.reduce((all, line) => all + line.usd, 0);
    return of.length === 0 ? '' : usd(total);
  };
  const columns = (of: typeof lines) => kits.map((kit) => sum(of.filter((line) => line.kit === kit)));
  // A job's line names the state that starts it.
  const pathOf = ({ kit, resource }: (typeof lines)[number]) =>
    kit.resources
      .find(({ stack: own, id }) => own === stack && id === resource.split('/')[0])
      ?.path.slice(stack.length + 1) ?? resource;
  const rows = [...grouped(lines, ({ price }) => price)].map(([price, of]) => [
    code(price),
    [...new Set(of.map(pathOf))].join(', '),
    ...columns(of),
  ]);
  return lines.length === 0
    ? ['', 'Nothing in this stack is billed while nobody uses it.']
    : table(
        ['idle, USD per day', 'for', ...kits.map(({ name }) => name)],
        [...rows, ...(rows.length > 1 ? [['**together**', '', ...columns(lines)]] : [])],
      );
}
