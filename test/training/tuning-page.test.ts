/** docs/models/tuning.md tells what docs/proof/tuning.json holds. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { figures } from '../../docs/proof/tuning.json';

const page = readFileSync(join(__dirname, '../../docs/models/tuning.md'), 'utf8');
const STRATEGIES = ['Random', 'Grid', 'Bayesian', 'Hyperband', 'Evolution'] as const;
const line = (name: string, values: readonly number[]) => `line "${name}" [${values.join(', ')}]`;
const digits = (value: number) => value.toFixed(4);

test.each(['Random', 'Bayesian', 'Evolution'] as const)(
  'the curve of %s on the function is the one that was measured',
  (name) => {
    expect(page).toContain(line(name, figures[`Branin: best so far, ${name}`]));
  },
);

test.each(STRATEGIES)('curve and row of %s in the training are those that were measured', (name) => {
  const curve = figures[`training: best so far every 150 rounds, ${name}`];
  const [trials, stopped] = [figures[`training: trials, ${name}`], figures[`training: trials stopped, ${name}`]];
  const gate = figures[`training: AUC of the best, gate slice, ${name}`];
  expect(page).toContain(line(name, curve));
  expect(page).toContain(`| ${name} | ${trials} | ${stopped} | ${digits(curve.at(-1)!)} | ${digits(gate)} |`);
});

test.each(['0.1', '0.5', '1.0'] as const)(
  'with noise %s the Bayesian search beats random draws as often as the page says',
  (noise) => {
    const [bayesian, evolution] = (['Bayesian', 'Evolution'] as const).map(
      (name) => figures[`Branin with noise ${noise}: ${name} beats Random, share of seeds`],
    );
    expect(bayesian).toBeGreaterThanOrEqual(0.8);
    expect(page).toContain(`| ${noise} | ${Math.round(bayesian! * 100)} % | ${Math.round(evolution! * 100)} % |`);
  },
);

test('the row without tuning is that of the defaults', () => {
  const [select, gate] = (['select', 'gate'] as const).map(
    (slice) => figures[`training: AUC of the defaults, ${slice} slice`],
  );
  expect(page).toContain(`| no tuning | 1 | 0 | ${digits(select!)} | ${digits(gate!)} |`);
});
