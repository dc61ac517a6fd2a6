/** State machine executions: start, wait, and describe failures in a sentence. */
import {
  DescribeExecutionCommand,
  type DescribeExecutionOutput,
  GetExecutionHistoryCommand,
  ListExecutionsCommand,
  paginateListExecutions,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { names } from '../../lib/shared/names';
import type { Machine } from '../../lib/rooms';
import type { DeployedKit } from './deployed-kit';
import { jsonOrText } from '../shared/json-file';
import type { Out } from '../shared/out';
import { pause } from './pace';

const SHORTEST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 5000;
/** EventBridge delivers within seconds; a longer silence means a missing connection. */
const APPEARS_WITHIN_MS = 120_000;

interface Finished {
  executionArn: string;
  output: unknown;
}

/** Starts a machine and waits for its end. @throws Error with the failure's cause */
export async function run(kit: DeployedKit, machine: Machine, input: unknown, out: Out): Promise<Finished> {
  const { executionArn } = await new SFNClient(kit.aws).send(
    new StartExecutionCommand({ stateMachineArn: kit.machines[machine], input: JSON.stringify(input) }),
  );
  return finished(kit, machine, executionArn!, out);
}

/** Waits for the end of an execution. @throws Error with the failure's cause */
export async function finished(kit: DeployedKit, machine: Machine, executionArn: string, out: Out): Promise<Finished> {
  const client = new SFNClient(kit.aws);
  const started = Date.now();
  for (let ms = SHORTEST_PAUSE_MS; ; ms = Math.min(1.5 * ms, LONGEST_PAUSE_MS)) {
    const execution = await client.send(new DescribeExecutionCommand({ executionArn }));
    if (execution.status === 'SUCCEEDED') return { executionArn, output: JSON.parse(execution.output ?? 'null') };
    if (execution.status !== 'RUNNING') throw new Error(failure(machine, execution));
    out.progress(
      `${machine}: ${await currentState(client, executionArn)} (${Math.round((Date.now() - started) / 1000)} s)`,
    );
    await pause(client, ms);
  }
}

/** The moment after the newest execution began, by AWS's clock; it separates later executions from earlier ones. */
export async function afterNewest(kit: DeployedKit, machine: Machine): Promise<Date> {
  const { executions } = await new SFNClient(kit.aws).send(
    new ListExecutionsCommand({ stateMachineArn: kit.machines[machine], maxResults: 1 }),
  );
  return new Date((executions?.[0]?.startDate?.getTime() ?? 0) + 1);
}

/**
 * The execution that an event started: the first since `since`, a time of AWS's clock, whose input fulfils `isIt`.
 * @throws Error when none appears within two minutes; `cause` names the expected trigger
 */
export async function appeared(
  kit: DeployedKit,
  machine: Machine,
  since: Date,
  isIt: (input: Record<string, unknown>) => boolean,
  cause: string,
): Promise<string> {
  const client = new SFNClient(kit.aws);
  const seen = new Set<string>();
  for (const giveUp = Date.now() + APPEARS_WITHIN_MS; Date.now() < giveUp; await pause(client, SHORTEST_PAUSE_MS)) {
    for await (const executionArn of newExecutions(client, kit.machines[machine], since)) {
      if (seen.has(executionArn)) continue;
      seen.add(executionArn);
      const { input } = await client.send(new DescribeExecutionCommand({ executionArn }));
      if (isIt(JSON.parse(input ?? '{}') as Record<string, unknown>)) return executionArn;
    }
  }
  throw new Error(
    `no execution of ${machine} appeared within ${APPEARS_WITHIN_MS / 1000} s after ${cause}: check the failed invocations of its EventBridge rule, and the dead-letter queue of stack ${names.stack(kit.name, 'foundation')}`,
  );
}

/** Every execution of a machine that Step Functions still keeps, newest first. */
export async function* past(kit: DeployedKit, machine: Machine): AsyncGenerator<DescribeExecutionOutput> {
  const client = new SFNClient(kit.aws);
  for await (const executionArn of newExecutions(client, kit.machines[machine], new Date(0)))
    yield client.send(new DescribeExecutionCommand({ executionArn }));
}

async function* newExecutions(client: SFNClient, stateMachineArn: string, since: Date): AsyncGenerator<string> {
  for await (const { executions } of paginateListExecutions({ client }, { stateMachineArn })) {
    for (const { executionArn, startDate } of executions ?? []) {
      // Newest first.
      if (startDate! < since) return;
      yield executionArn!;
    }
  }
}

/** The state that an execution entered last. */
export async function currentState(client: SFNClient, executionArn: string): Promise<string> {
  const { events } = await client.send(
    new GetExecutionHistoryCommand({ executionArn, reverseOrder: true, maxResults: 20 }),
  );
  return (
    events?.find((event) => event.stateEnteredEventDetails !== undefined)?.stateEnteredEventDetails?.name ?? 'starting'
  );
}

function failure(machine: Machine, { name, status, error, cause }: DescribeExecutionOutput): string {
  const why = [error, reason(cause)].filter((part) => part !== undefined && part !== '').join(': ');
  return `${machine} execution ${name} ended ${status}${why === '' ? ' and gave no cause' : `: ${why}`}`;
}

/** A job's failure arrives as the JSON of its description, of which only the message is useful. */
function reason(cause: string | undefined): string | undefined {
  const description = cause === undefined ? undefined : jsonOrText(cause);
  if (typeof description !== 'object' || description === null) return cause;
  const members = description as Record<string, unknown>;
  return (
    ['FailureReason', 'ErrorMessage', 'errorMessage', 'ExitMessage', 'reason']
      .map((key) => members[key])
      .find((value) => typeof value === 'string') ?? cause
  );
}
