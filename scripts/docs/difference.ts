/** What `cdk diff` prints for a changed knob, by the CDK's own library and from two syntheses. */
import { Writable } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import { formatDifferences, fullDiff } from '@aws-cdk/cloudformation-diff';
import { names } from '../../lib/shared/names';
import { type Json, stackOf } from '../shared/templates';
import { plain } from './documented';
import { KIT, synthesize } from './synthesized';

/** Command and output. @param argument construct ID of the stack, and the configuration that is laid over the sandbox */
export function difference(argument: string): string[] {
  const [stack = '', change = ''] = argument.split(/ (.*)/);
  const config = JSON.parse(change) as { rooms?: string[] };
  const deployed = read(stack, { rooms: config.rooms ?? [] });
  const wanted = read(stack, config);
  let printed = '';
  const out = new Writable({ write: (chunk, _, done) => ((printed += chunk), done()) });
  formatDifferences(out, fullDiff(deployed.template, wanted.template), { ...deployed.paths, ...wanted.paths });
  if (printed.trim() === '') throw new Error(`${change} changes nothing in ${stack}: choose another knob`);
  return [
    '```console',
    `$ npx cdk diff ${stack} --exclusively -c config='${change}'`,
    `Stack ${names.stack(KIT, stackOf(stack).stack)}`,
    ...stripVTControlCharacters(printed).trimEnd().split('\n'),
    '```',
  ];
}

/** A template whose state machines are objects: the CDK would print the whole text of a definition twice. */
function read(stack: string, config: object): { template: Json; paths: Record<string, string> } {
  const kit = synthesize('sandbox', { profile: 'sandbox', config: { ...config } });
  const template = structuredClone(kit.templates[stackOf(stack).stack]) as Json;
  for (const { Type, Properties } of Object.values<Json>(template.Resources))
    if (Type === 'AWS::StepFunctions::StateMachine')
      Properties.DefinitionString = JSON.parse(plain(kit.text(stack, Properties.DefinitionString)));
  const paths = kit.resources.filter((one) => one.stack === stack).map(({ id, path }) => [id, path] as const);
  return { template, paths: Object.fromEntries(paths) };
}
