import type { RoomContract } from '../shared/room';

export const retraining = {
  name: 'retraining',
  does: 'the guard `start-retraining` and its table',
  stacks: { Retraining: 'retraining' },
  outputs: { table: 'StateTableName' },
  env: {
    stateTable: 'STATE_TABLE',
    trainMachine: 'TRAIN_MACHINE_ARN',
    /** The `retraining` slice of the configuration, JSON. */
    guard: 'GUARD',
  },
} as const satisfies RoomContract;
