/** The HTML report of a run, from its summary and evidence alone. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { questionOf } from '../unknowns';
import type { Dataset } from '../../../lib/shared/dataset-file';
import type { Evidence } from '../evidence';
import type { Summary } from '../verify';
import { access } from './access';
import { profile, timeline } from './data';
import { read } from './files';
import { models } from './models';
import { page, type Section, section, table } from './page';
import { picture } from './picture';
import { storyOf, told } from './story';
import { drift, guard, quality, updates } from './windows';

/** What the run did with data and models, in the order of the lifecycle. */
export const lifecycle = (summary: Summary, evidence: Evidence, dataset: Dataset): Section[] => [
  timeline(evidence),
  profile(evidence),
  quality(summary, evidence, dataset),
  drift(evidence, dataset),
  ...models(summary, evidence, dataset),
  guard(summary),
];

/** Writes `report.html` into the run folder. @returns its path */
export function writeReport(runDir: string): string {
  const { summary, evidence, dataset } = read(runDir);
  const sections = [
    ...lifecycle(summary, evidence, dataset),
    ...(summary.deployments.length === 0 ? [] : [updates(summary)]),
    access(summary),
    section(
      'Assumed',
      'AWS does not document these answers; --unknown rehearses the other ones.',
      table(
        Object.entries(summary.assumed),
        ['question', ([name]) => questionOf(name)],
        ['answer', ([, answer]) => answer],
      ),
    ),
    section(
      'Not rehearsed',
      'From the templates, the integrations and the audit of this run.',
      table(summary.notRehearsed, 'what', 'why'),
    ),
    section(
      'Templates',
      'Deployed as synthesized, byte for byte.',
      table(summary.templates, 'stack', 'resources', 'sha256'),
    ),
  ];
  const story = storyOf(summary, evidence);
  const verdict = {
    lead: `${summary.status === 'passed' ? 'Passed' : 'Failed'}: ${summary.reason ?? 'without a recorded reason'}`,
    sentences: [
      ...told(story),
      `It took ${Math.round(summary.durationSeconds)} s on this machine: rehearsed, not verified on AWS.`,
    ],
    picture: picture(story) ?? '',
  };
  const file = join(runDir, 'report.html');
  writeFileSync(file, page(`Rehearsal: ${summary.scenario}, profile ${summary.profile}`, verdict, sections));
  return file;
}
