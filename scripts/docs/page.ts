/** The reference at the end of a room's page: what its stacks hold, who may do what, and what differs by profile. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { names } from '../../lib/shared/names';
import type { RoomName } from '../../lib/rooms';
import { ROOT } from '../shared/cdk';
import { differing, document, isSet, plain, under, type Documented } from './documented';
import { principals, resourcePolicies, summarized, type Grant } from './grants';
import { idleTable, type Idle } from './idle';
import { code, grouped, table } from './markdown';
import { type Json, stackOf } from '../shared/templates';
import { KIT, type Synthesized } from './synthesized';

/** Markdown of a room. @param kits the variants, the default profile first */
export function reference(room: RoomName, kits: readonly Synthesized[], idle: Idle): string[] {
  const all = kits.map(({ name }) => name);
  const resources = document(kits).filter((resource) => resource.room === room);
  return [...grouped(resources, ({ stack }) => stack)].flatMap(([stack, own]) => [
    '',
    `## ${names.stack(KIT, stackOf(stack).stack)}`,
    ...idleTable(stack, kits, idle),
    ...described(own, all),
    ...alarms(stack, kits),
    ...grants(stack, kits, all),
    ...interfaceOf(stack, kits),
    ...differences(own, all),
  ]);
}

/** What a stack costs and what fails in it first, from the header of its file. */
export function costs(stack: string): string[] {
  const { room, stack: name } = stackOf(stack);
  const file = `lib/${room.name}/${name}-stack.ts`;
  const header = (readFileSync(join(ROOT, file), 'utf8').split('*/')[0] ?? '').replaceAll(/\n \* ?/g, ' ');
  const [, idle = '', fails = ''] = /Idle cost: (.+?) Fails first: (.+)/s.exec(header) ?? [];
  return [`**Idle cost:** ${idle}`, '', `**Fails first:** ${fails.trim()}`, '', `Source: [${file}](../../${file}).`];
}

/** Below its stack; names that the CDK derives for permissions end where they only repeat both ends. */
const inside = ({ path, stack }: { path: string; stack: string }) =>
  path
    .slice(stack.length + 1)
    .replace(/(ApiPermission|AllowEventRule).*$/, '$1')
    .replace(/\w+(Validator)[0-9A-F]{8}$/, '$1');
const listed = (of: readonly Documented[], all?: readonly string[]) =>
  [...new Set(of.map((one) => `${inside(one)}${all === undefined ? '' : only(one.in, all)}`))].join(', ');
const only = (has: readonly string[], all: readonly string[]) =>
  has.length === all.length ? '' : ` (${has.join(', ')})`;

const isAlarm = (type: string) => type === 'AWS::CloudWatch::Alarm';

/** AWS's page of a type; a custom resource has none. */
const linked = (type: string) => {
  const [, service = '', kind = ''] = type.split('::');
  const page = `aws-resource-${service}-${kind}`.toLowerCase();
  return type.startsWith('AWS::')
    ? `[${code(type)}](https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/${page}.html)`
    : code(type);
};

/** Every resource, those of a type and a reason together; then why their properties are as they are. */
function described(resources: readonly Documented[], all: readonly string[]): string[] {
  const shown = resources.filter(
    ({ type }) => !['AWS::IAM::Role', 'AWS::IAM::Policy'].includes(type) && !isAlarm(type),
  );
  const silent = ([one]: readonly Documented[]) => Number(Object.keys(one!.reasons).length === 0);
  const groups = [...grouped(shown, ({ type, reasons }) => JSON.stringify([type, reasons])).values()].sort(
    (a, b) => silent(a) - silent(b),
  );
  return [
    '',
    '### Resources',
    ...table(
      ['resource', 'type', 'why it is there'],
      groups.map((group) => [listed(group, all), linked(group[0]!.type), group[0]!.reasons.why ?? '']),
    ),
    ...table(
      ['resource', 'property', 'set to', 'why'],
      groups.flatMap((group) =>
        Object.entries(group[0]!.reasons)
          .filter(([property]) => under(group[0]!.values, property).length > 0)
          .map(([property, reason]) => [listed(group), code(property), isSet(group, property), reason]),
      ),
    ),
  ];
}

/** Alarms with their condition and their chapter in the runbook. */
function alarms(stack: string, kits: readonly Synthesized[]): string[] {
  const [first] = kits;
  const rows = (first?.resources ?? [])
    .filter((resource) => resource.stack === stack && isAlarm(resource.type))
    .map(({ properties: p }) => {
      const [says = '', chapter = ''] = (p.AlarmDescription as string).split(' What to do: ');
      const minutes =
        ((p.Period ?? p.Metrics?.find((m: Json) => m.MetricStat)?.MetricStat.Period) * p.EvaluationPeriods) / 60;
      const metric = p.MetricName === undefined ? 'a sum' : `\`${p.MetricName}\` ${p.Statistic ?? p.ExtendedStatistic}`;
      const sign = /Less/.test(p.ComparisonOperator) ? '<' : '>';
      return [
        `[${p.AlarmName.split('/').slice(1).join('/')}](../../${chapter})`,
        says,
        `${metric} ${sign} ${p.Threshold} over ${minutes} min`,
      ];
    });
  return rows.length === 0 ? [] : ['', '### Alarms', ...table(['alarm', 'meaning', 'condition'], rows)];
}

/** Roles and resource policies. */
function grants(stack: string, kits: readonly Synthesized[], all: readonly string[]): string[] {
  const rows = (verb: string, given: readonly Grant[]) =>
    table(
      [verb, 'on', 'only if'],
      given.map((grant) => [`${grant.actions}${only(grant.in, all)}`, grant.on, grant.condition]),
    );
  const roles = principals(kits).filter((role) => role.stack === stack);
  const guarded = grouped(
    resourcePolicies(kits).filter((policy) => policy.stack === stack),
    ({ grants: given }) => JSON.stringify(given),
  );
  const reasons = new Map(document(kits).map((role) => [role.path, role.reasons.why]));
  if (roles.length + guarded.size === 0) return [];
  return [
    '',
    '### Permissions',
    ...roles.flatMap((role) => [
      '',
      `**${inside(role)}**, assumed by \`${role.assumedBy}\`.` +
        (reasons.get(role.path) === undefined ? '' : ` ${reasons.get(role.path)}.`) +
        (role.managed.length > 0 ? ` Managed policy: \`${role.managed.join('`, `')}\`.` : ''),
      ...rows('may', summarized(role.grants)),
    ]),
    ...[...guarded.values()].flatMap((policies) => [
      '',
      `**Policy of ${policies.map(inside).join(', ')}**`,
      ...rows('says', policies[0]?.grants ?? []),
    ]),
  ];
}

/** Parameters and outputs that people and commands use; exports are CloudFormation's own. */
function interfaceOf(stack: string, kits: readonly Synthesized[]): string[] {
  const template = kits[0]?.templates[stackOf(stack).stack] as Json;
  const parameters = Object.entries<Json>(template.Parameters ?? {}).filter(([name]) => name !== 'BootstrapVersion');
  const outputs = Object.entries<Json>(template.Outputs ?? {}).filter(([, output]) => output.Export === undefined);
  return [
    ...table(
      ['parameter', 'default', 'meaning'],
      parameters.map(([name, { Default, Description }]) => [code(name), code(Default), Description ?? '']),
    ),
    ...table(
      ['output', 'value'],
      outputs.map(([name, { Value }]) => [code(name), code(plain(kits[0]?.text(stack, Value) ?? ''))]),
    ),
  ];
}

/** Settings that are not the same everywhere; resources that not all profiles have are marked where they are described. */
function differences(resources: readonly Documented[], all: readonly string[]): string[] {
  const found = resources.flatMap((resource) =>
    differing(resource).map(({ property, values }) => ({
      name: inside(resource),
      row: [
        code(property.replace(/^DefinitionString\.States\./, '')),
        ...all.map((variant) => values.get(variant) ?? (resource.in.includes(variant) ? 'not set' : '')),
      ],
    })),
  );
  const rows = [...grouped(found, ({ row }) => row.join()).values()].map((same) => [
    same.map(({ name }) => name).join(', '),
    ...(same[0]?.row ?? []),
  ]);
  return rows.length === 0 ? [] : ['', '### What differs by profile', ...table(['resource', 'property', ...all], rows)];
}
