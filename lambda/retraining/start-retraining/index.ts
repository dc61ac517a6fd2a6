import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { ExecutionAlreadyExists, SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { EventBridgeEvent } from 'aws-lambda';
import { monitoring } from '../../../lib/monitoring/room';
import { retraining } from '../../../lib/retraining/room';
import { requireEnv } from '../../shared/env';
import type { GuardConfig, Signal } from './decide';
import { consider, type StartTrain } from './guard';
import { StateTable } from './state';

type MonitorCompleted = EventBridgeEvent<typeof monitoring.events.completed, Omit<Signal, 'id' | 'time'>>;
type TrainEnded = EventBridgeEvent<'Step Functions Execution Status Change', { name: string; status: string }>;

const trainMachine = requireEnv(retraining.env.trainMachine);
const config = JSON.parse(requireEnv(retraining.env.guard)) as GuardConfig;
const table = new StateTable(
  DynamoDBDocumentClient.from(new DynamoDBClient({}), { marshallOptions: { removeUndefinedValues: true } }),
  requireEnv(retraining.env.stateTable),
);
const sfn = new SFNClient({});

export async function handler(event: MonitorCompleted | TrainEnded): Promise<void> {
  if (event['detail-type'] === 'Step Functions Execution Status Change') {
    const { name, status } = event.detail;
    console.info({ execution: name, status, lockReleased: status !== 'RUNNING' && (await table.release(name)) });
    return;
  }
  const { window, champion, status, confirmed, violations, newLabelledRows, outcomeUri } = event.detail;
  const signal = {
    id: event.id,
    time: event.time,
    window,
    champion,
    status,
    confirmed,
    violations,
    newLabelledRows,
    outcomeUri,
  };
  console.info({
    signal: event.id,
    window,
    outcome: await consider(signal, config, table, startTrain, () => new Date()),
  });
}

const startTrain: StartTrain = async ({ name, input }) => {
  try {
    await sfn.send(new StartExecutionCommand({ stateMachineArn: trainMachine, name, input: JSON.stringify(input) }));
  } catch (error) {
    // Its name says for which attempt it was started: this one.
    if (!(error instanceof ExecutionAlreadyExists)) throw error;
  }
};
