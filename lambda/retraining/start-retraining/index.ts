import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { ExecutionAlreadyExists, SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { EventBridgeEvent } from 'aws-lambda';
import { foundation } from '../../../lib/foundation/room';
import { retraining } from '../../../lib/retraining/room';
import { requireEnv } from '../../shared/env';
import { fieldsAt, textAt } from '../../shared/event';
import type { GuardConfig } from './decide';
import { consider, type StartTrain } from './guard';
import { signalOf } from './signal';
import { StateTable } from './state';

const kit = requireEnv(foundation.env.kit);
const trainMachine = requireEnv(retraining.env.trainMachine);
const config = JSON.parse(requireEnv(retraining.env.guard)) as GuardConfig;
const table = new StateTable(
  DynamoDBDocumentClient.from(new DynamoDBClient({}), { marshallOptions: { removeUndefinedValues: true } }),
  requireEnv(retraining.env.stateTable),
);
const sfn = new SFNClient({});

/** @throws Refusal for a malformed event, before anything is written; the event ends in the dead-letter queue with the reason */
export async function handler(event: EventBridgeEvent<string, unknown>): Promise<void> {
  if (event['detail-type'] === 'Step Functions Execution Status Change') return freeLock(event);
  const signal = signalOf(event, kit, new Date());
  if ('ignored' in signal) return console.info({ signal: event.id, ...signal });
  const outcome = await consider(signal, config, table, startTrain, () => new Date());
  console.info({ signal: signal.id, window: signal.window, outcome });
}

async function freeLock({ id, detail }: EventBridgeEvent<string, unknown>): Promise<void> {
  const fields = fieldsAt('detail', detail);
  const name = textAt('detail.name', fields.name);
  const status = textAt('detail.status', fields.status);
  const machine = textAt('detail.stateMachineArn', fields.stateMachineArn);
  if (machine !== trainMachine)
    return console.info({ signal: id, ignored: `${machine} is not the machine that trains` });
  console.info({ execution: name, status, lockReleased: status !== 'RUNNING' && (await table.freeLock(name)) });
}

const startTrain: StartTrain = async ({ name, input }) => {
  try {
    await sfn.send(new StartExecutionCommand({ stateMachineArn: trainMachine, name, input: JSON.stringify(input) }));
  } catch (error) {
    // The name identifies the attempt, so an existing execution is this one.
    if (!(error instanceof ExecutionAlreadyExists)) throw error;
  }
};
