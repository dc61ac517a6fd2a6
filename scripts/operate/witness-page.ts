/** A transcript as a readable page. */
import type { Shape } from './redact';
import type { Transcript } from './witness';

export function page({ startedAt, commit, region, profile, steps, unknowns }: Transcript): string {
  const about = `${startedAt}, ${region}, profile ${profile}, commit ${commit.slice(0, 12)}.`;
  return [
    '# Transcript of a deployment',
    about,
    'Values are redacted: a request is shown by its members, an answer by its members with the texts of statuses and reasons. transcript.json has all of them.',
    '## Undocumented behaviour',
    table(
      ['Question', 'Answer of AWS'],
      unknowns.map(({ name, question, answer }) => [
        `${question} (\`${name}\`)`,
        answer ?? 'not tested by these commands',
      ]),
    ),
    ...steps.flatMap(({ name, outcome, seconds, said, calls }) => [
      `## ${name}: ${outcome} in ${seconds} s`,
      ['```', ...said, '```'].join('\n'),
      table(
        ['Times', 'Call', 'Request', 'Answer'],
        calls.map(({ times, call, request, answer, error }) => [
          `${times}`,
          call,
          Object.keys(request).join(', '),
          `${error === undefined ? '' : `**${error}**: `}${toldBy(answer)}`,
        ]),
      ),
    ]),
    '',
  ].join('\n\n');
}

/** The texts of an answer; without any, its members. */
function toldBy(answer: Shape): string {
  const told = Object.entries(answer).filter(([, text]) => !KIND.test(text));
  return told.length === 0
    ? Object.keys(answer).join(', ')
    : told.map((each) => each.filter(Boolean).join(': ')).join(', ');
}

/** Placeholder of a hidden value. */
const KIND = /^((string|number|boolean|date|bytes|null|undefined)?( or )?)*$/;

function table(head: string[], rows: string[][]): string {
  const line = (cells: string[]) =>
    `| ${cells.map((cell) => cell.replace(/\|/g, '\\|').replace(/\n/g, ' ')).join(' | ')} |`;
  return rows.length === 0 ? 'no call' : [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
