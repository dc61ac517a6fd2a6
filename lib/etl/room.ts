import type { RoomContract } from '../shared/room';

export const etl = {
  name: 'etl',
  does: 'state machine *Prepare*, Glue job, a lease for each partition',
  stacks: { Etl: 'etl' },
  machines: ['Prepare'],
  events: { partitionReady: 'Curated Partition Ready' },
  metrics: { quarantineRatio: 'QuarantineRatio' },
  alarms: {
    quarantineShare: {
      what: 'quarantine-share',
      says: 'a partition was prepared, or a window monitored, in which more of what came was refused than configured',
      threshold: 'config',
    },
  },
} as const satisfies RoomContract;
