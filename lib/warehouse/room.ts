import type { RoomContract } from '../shared/room';

export const warehouse = {
  name: 'warehouse',
  does: 'Redshift Serverless, which reads the lake in place by the names of its catalog',
  optIn: true,
  stacks: { Warehouse: 'warehouse' },
  outputs: { namespace: 'NamespaceName', workgroup: 'WorkgroupName' },
  lost: 'tables and grants that people made in its database; a profile that keeps data leaves a snapshot. The lake is untouched',
} as const satisfies RoomContract;

/** Every namespace has it; the lake's tables are in the database `awsdatacatalog` beside it. */
export const WAREHOUSE_DATABASE = 'dev';
