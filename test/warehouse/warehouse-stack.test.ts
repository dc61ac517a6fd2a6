import { resolveConfig } from '../../lib/config';
import type { StackName } from '../../lib/rooms';
import { kit, only, resources, statements, template, templates } from '../shared/kit';

const on = { rooms: ['warehouse'] };
const assembly = kit('sandbox', on);
const namespace = (from = assembly) => only('warehouse', 'AWS::RedshiftServerless::Namespace', from).Properties;
const workgroup = () => only('warehouse', 'AWS::RedshiftServerless::Workgroup', assembly).Properties;

test('is deployed only where it is asked for, and changes of the other rooms what they export', () => {
  expect(templates()).not.toHaveProperty('warehouse');
  for (const [room, without] of Object.entries(templates()))
    expect(template(room as StackName, assembly).Resources).toEqual(without.Resources);
});

test('a query has a ceiling in RPU and in seconds, and no door to the internet', () => {
  expect(workgroup()).toMatchObject({
    BaseCapacity: 4,
    MaxCapacity: 8,
    PubliclyAccessible: false,
    EnhancedVpcRouting: false,
    ConfigParameters: expect.arrayContaining([
      { ParameterKey: 'max_query_execution_time', ParameterValue: '600' },
      { ParameterKey: 'require_ssl', ParameterValue: 'true' },
    ]),
  });
});

test('the workgroup goes before its namespace, because it refers to it', () => {
  const [id] = Object.keys(resources('warehouse', 'AWS::RedshiftServerless::Namespace', assembly));
  expect(workgroup().NamespaceName).toEqual({ Ref: id });
});

test('the password does not exist or is kept by Secrets Manager, and is in no template', () => {
  expect(namespace()).not.toHaveProperty('ManageAdminPassword');
  const administered = namespace(kit('sandbox', { ...on, warehouse: { adminSecret: true } }));
  expect(administered.ManageAdminPassword).toBe(true);
  for (const properties of [namespace(), administered]) expect(properties).not.toHaveProperty('AdminUserPassword');
});

test('a profile that keeps data leaves a snapshot, the sandbox none', () => {
  expect(namespace()).not.toHaveProperty('FinalSnapshotName');
  expect(namespace(kit('production', on)).FinalSnapshotName).toBe('mlkit-final');
});

test('its role reads the lake and writes nothing', () => {
  const actions = statements('warehouse', assembly).flatMap(({ statement }) => [statement.Action].flat() as string[]);
  expect([...new Set(actions)].sort()).toEqual([
    'glue:GetDatabase',
    'glue:GetPartition',
    'glue:GetPartitions',
    'glue:GetTable',
    'glue:GetTables',
    'kms:Decrypt',
    'kms:DescribeKey',
    's3:GetBucket*',
    's3:GetObject*',
    's3:List*',
  ]);
});

test.each([
  [{ baseRpu: 6 }, 'a workgroup has 4, 8, 16'],
  [{ baseRpu: 16, maxRpu: 8 }, 'must not be below baseRpu'],
])('%j is refused', (knobs, words) => {
  expect(() => resolveConfig('sandbox', { ...on, warehouse: knobs })).toThrow(words);
});
