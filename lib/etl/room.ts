import type { RoomContract } from '../shared/room';

export const etl = {
  name: 'etl',
  does: 'state machine *Prepare*, Glue job, a lease for each month',
  stacks: { Etl: 'etl' },
  machines: ['Prepare'],
  events: { partitionReady: 'Curated Partition Ready' },
  metrics: { quarantineRatio: 'QuarantineRatio' },
  alarms: {
    quarantineShare: {
      what: 'quarantine-share',
      says: 'a month was prepared in which more rows broke a row rule than configured',
      periodMinutes: 5,
      periods: 1,
      threshold: 'config',
      comparison: 'above',
    },
  },
} as const satisfies RoomContract;
