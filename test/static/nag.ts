/** cdk-nag's packs, and what is made of their findings. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks, NIST80053R5Checks } from 'cdk-nag';
import type { Json } from '../shared/json';
import { acknowledged, type Acknowledged } from './acknowledged';

export interface NagFinding {
  readonly rule: string;
  /** Construct path. */
  readonly path: string;
}

/** Synthesizes an app under AwsSolutions and NIST 800-53 Rev. 5. */
export function nag(app: App): NagFinding[] {
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app), new NIST80053R5Checks(app));
  quietly(() => app.synth());
  const report: Json = JSON.parse(readFileSync(join(app.outdir, 'validation-report.json'), 'utf8'));
  return (report.pluginReports as Json[]).flatMap(({ violations }) =>
    (violations as Json[]).flatMap(({ ruleName, violatingConstructs }) =>
      (violatingConstructs as Json[]).map(({ constructPath }) => ({ rule: ruleName, path: constructPath })),
    ),
  );
}

const covers = (row: Acknowledged, { rule, path }: NagFinding) => row.finding.test(rule) && (row.at ?? /^/).test(path);

export const unacknowledged = (findings: readonly NagFinding[]) =>
  findings.filter((finding) => !acknowledged.some((row) => covers(row, finding)));

/** Rows that acknowledge nothing any more. */
export const stale = (findings: readonly NagFinding[]) =>
  acknowledged.filter((row) => !findings.some((finding) => covers(row, finding)));

/** Findings end synthesis with an error and are printed, acknowledged or not; they are judged from the report. */
function quietly(synth: () => void): void {
  const { write } = process.stderr;
  process.stderr.write = () => true;
  try {
    synth();
  } catch (error) {
    if (!/AwsSolutions|NIST/.test(String(error))) throw error;
  } finally {
    process.stderr.write = write;
  }
}
