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

/** One monitoring run as its event describes it and the guard records it with each decision. Days are UTC; `end` is exclusive. */
export interface Evidence {
  window: { start: string; end: string };
  /** ARN of the measured model package. */
  champion: string;
  status: string;
  confirmed: boolean;
  violations: { feature: string; check: string }[];
  /** Labelled rows newer than the champion's training data. */
  newLabelledRows: number;
  outcomeUri: string | null;
}
