import type { Notes } from '../shared/notes';

export const notes: Notes = {
  'Warehouse/Namespace': {
    why: 'The database, its users and their grants; the lake appears in it as `awsdatacatalog`',
    FinalSnapshotName: 'Only where the profile keeps data: its name is taken as long as the snapshot exists',
  },
  'Warehouse/Workgroup': {
    why: 'The compute: it starts with a query and is billed by its seconds',
    NamespaceName: 'The namespace is made before it and deleted after it',
    BaseCapacity: '`warehouse.baseRpu`: the least that a Region sells',
    MaxCapacity: '`warehouse.maxRpu`: a busy hour cannot cost more',
    PubliclyAccessible: 'Queries come through the Data API; nobody opens a connection',
    EnhancedVpcRouting: 'Needs subnets in three zones and endpoints that bill at rest',
    ConfigParameters: 'TLS only, and `warehouse.maxQuerySeconds`: a forgotten query ends',
  },
  'Warehouse/LakeReader':
    'Reads the lake for COPY and external schemas; queries of `awsdatacatalog` read as the caller. Serverless assumes roles under both names',
};
