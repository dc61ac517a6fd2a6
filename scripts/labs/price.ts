/** What a lab would cost on AWS: its own commands, by the prices of `npm run kit -- cost`. */
import { resolveConfig } from '../../lib/config';
import { estimate } from '../account/cost';
import { assumed } from '../account/cost/assumptions';
import { redshiftUsd } from '../operate/query';
import { synthesize } from '../shared/kit-app';
import type { Command, Lab, State } from './lab';

/** The runs that a command of the kit, or a script of a lab, causes, by the names that the cost code gives them. */
const RUNS: Record<string, readonly string[]> = {
  load: ['prepare'],
  land: ['prepare'],
  train: ['train', 'release'],
  replay: [`${assumed('requests')} requests`],
  monitor: ['monitor a window', 'an hour of metrics'],
  release: ['release'],
  rollback: ['release'],
  expire: ['release'],
};

/** Prices of runs in USD, and of a day at rest; the profile is that of the labs. */
export function prices(profile: string): { day: number; runs: Map<string, number> } {
  const config = resolveConfig(profile);
  const { idle, runs } = estimate(config, synthesize(config));
  const minute = redshiftUsd(60, config.warehouse.baseRpu);
  return {
    day: idle.usdPerDay,
    runs: new Map([['a minute of the warehouse', minute], ...runs.map(({ run, usd }) => [run, usd] as const)]),
  };
}

/** What commands run, a kit at rest aside. */
const ofCommands = (commands: readonly Command[], runs: Map<string, number>): number =>
  commands
    .flatMap(({ text }) => [
      ...[...text.matchAll(/(?:npm run kit -- |docs\/labs\/\d+-)(\w+)/g)].flatMap(([, name]) => RUNS[name!] ?? []),
      ...(text.includes('--engine redshift') ? ['a minute of the warehouse'] : []),
    ])
    .reduce((sum, run) => sum + runs.get(run)!, 0);

/** The parts of a price: a day at rest, what makes the lab's state on AWS, and what the lab itself runs. */
export function priceParts(lab: Lab, state: State, { day, runs }: ReturnType<typeof prices>) {
  const own = lab.blocks.flatMap((block) => (block.kind === 'edit' ? [] : block.commands));
  return { day, state: ofCommands(state.seedOnAws, runs), lab: ofCommands(own, runs) };
}

export function priceOf(...of: Parameters<typeof priceParts>): number {
  const parts = priceParts(...of);
  return parts.day + parts.state + parts.lab;
}
