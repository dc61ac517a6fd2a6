/** The places on AWS where the parts of a stack are seen, and the other stacks that notice when it goes. */
import { names } from '../../lib/shared/names';
import { resourceKinds } from '../shared/resource-kinds';
import { type Json, stackOf } from '../shared/templates';
import { code, grouped, table } from './markdown';
import { KIT, modelIn, type Resource, type Synthesized } from './synthesized';

/** A row per kind of resource, the jobs that its state machines start included. */
export function whereToLook(stack: string, kit: Synthesized): string[] {
  const { stack: name } = stackOf(stack);
  const own = kit.resources.filter((one) => one.stack === stack);
  const jobs = modelIn(kit)
    .tasks.filter(({ machine, integration }) => machine.stack === name && integration.startsWith('sagemaker:create'))
    .map(({ state, integration }) => ({
      type: `AWS::SageMaker::${integration.replace(/^.*create|\..*$/g, '')}`,
      called: state,
      logs: [] as string[],
    }));
  const parts = own.map((one) => ({ type: one.type, called: nameOf(one), logs: logsOf(one, own) }));
  return table(
    ['what', 'log group', 'metrics', 'console'],
    [...grouped([...parts, ...jobs], ({ type }) => type)].flatMap(([type, of]) => {
      const { label, look } = resourceKinds[type] ?? {};
      if (look === undefined) return [];
      const logs = [...new Set([...of.flatMap((one) => one.logs), ...(look.logs ?? [])])];
      return [
        [
          `${label}: ${[...new Set(of.map(({ called }) => called))].join(', ')}`,
          logs.map(code).join(', '),
          code(look.metrics ?? ''),
          look.console === undefined ? '' : `[open](https://us-east-1.console.aws.amazon.com/${look.console})`,
        ],
      ];
    }),
  );
}

/** The physical name where the kit gives one, or else the construct. */
function nameOf({ type, path, stack, properties }: Resource): string {
  const given: Json = properties[resourceKinds[type]?.name?.property ?? ''];
  return typeof given === 'string' ? code(given) : path.slice(stack.length + 1).replace(/\/Machine$/, '');
}

/** Log groups of the stack that a resource writes to; CloudFormation ends their names. */
function logsOf(
  { stack, properties: { LoggingConfig, LoggingConfiguration } }: Resource,
  own: readonly Resource[],
): string[] {
  const text = JSON.stringify([LoggingConfig, LoggingConfiguration]);
  return own
    .filter(({ type, id }) => type === 'AWS::Logs::LogGroup' && text.includes(`"${id}"`))
    .map(({ id }) => `${names.stack(KIT, stackOf(stack).stack)}-${id}-*`);
}

/** What other stacks import from it: CloudFormation refuses to delete it before them. */
export function neededBy(stack: string, kit: Synthesized): string[] {
  const { stack: name } = stackOf(stack);
  const { Outputs = {} } = kit.templates[name];
  const exported = Object.values<Json>(Outputs).filter(({ Export }) => Export !== undefined);
  const rows = Object.entries(kit.templates).flatMap(([other, template]) => {
    const text = JSON.stringify(template);
    const used = exported.filter(({ Export }) => text.includes(`{"Fn::ImportValue":"${Export.Name}"}`));
    const of = used.map(({ Value }) =>
      kit.text(stack, Value).replaceAll(/^.*\$\{[^}]*?([^/}]+?(?:\/[^/}]+?)??)(?:\.\w+)?\}.*$/g, '$1'),
    );
    return used.length === 0 ? [] : [[names.stack(KIT, other), [...new Set(of)].join(', ')]];
  });
  return rows.length === 0 ? ['No other stack imports anything from it.'] : table(['stack that imports', 'what'], rows);
}
