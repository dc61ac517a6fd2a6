import type { RoomContract } from '../shared/room';

export const foundation = {
  name: 'foundation',
  does: 'key, alerts topic, dead-letter queue, audit trail, budget',
  stacks: { Foundation: 'foundation' },
  env: { kit: 'KIT', alertsTopic: 'ALERTS_TOPIC_ARN' },
  // Both publish to the encrypted topic on their own behalf, and fail silently without permission.
  keyPrincipals: ['cloudwatch', 'budgets'],
  alarms: {
    deadLetters: {
      what: 'dead-letters',
      says: 'an event could not be delivered or handled and waits in the dead-letter queue',
    },
  },
} as const satisfies RoomContract;
