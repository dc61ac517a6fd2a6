/** Stops rules, schedules, executions and jobs before the stacks are deleted, because they would continue to write. */
import { SageMakerClient } from '@aws-sdk/client-sagemaker';
import { isAbsent, unlessAbsent } from '../../lib/shared/absent';
import type { Aws } from '../operate/deployed-kit';
import type { Out } from '../shared/out';
import { pause } from '../operate/pace';
import { POLL_MS, type StackResource } from './stacks';
import { call, listAll } from '../shared/sdk';
import type { Json } from '../shared/templates';
import { kinds, list } from './sweep/list';
import { jobOwns } from './sweep/owner';

export interface Stopped {
  kind: string;
  name: string;
}

/** A producer that has ended counts as stopped, like one that is gone. A refused change does not: the producer continues. */
const ENDED = /rejected because the .*is in status/i;

/**
 * Stops producers in the order of cause: rules and schedules, executions, jobs; then waits for the jobs, which write last.
 * @param kit whose SageMaker jobs are stopped too; undefined when only some stacks go, because a job's name lacks its stack
 * @returns the stopped producers
 */
export async function stopProducers(
  aws: Aws,
  kit: string | undefined,
  resources: readonly StackResource[],
  out: Out,
): Promise<Stopped[]> {
  const stopped: Stopped[] = [];
  const named = (type: string) => resources.filter((r) => r.type === type).map(({ physicalId }) => physicalId);
  const attempt = async (kind: string, name: string, stop: () => Promise<unknown>) => {
    try {
      await stop();
      stopped.push({ kind, name });
      out.line(`stopped ${kind} ${name}`);
    } catch (error) {
      if (!isAbsent(error) && !ENDED.test((error as Error).message)) throw error;
    }
  };

  for (const Name of named('AWS::Events::Rule'))
    await attempt('rule', Name, () => call(aws, 'eventbridge:DisableRule', { Name: Name.split('|').at(-1) }));
  for (const Name of named('AWS::Scheduler::Schedule'))
    await attempt('schedule', Name, async () => {
      // UpdateSchedule replaces the whole schedule; the client ignores response fields that the request does not have.
      const schedule = (await call(aws, 'scheduler:GetSchedule', { Name })) as object;
      await call(aws, 'scheduler:UpdateSchedule', { ...schedule, Name, State: 'DISABLED' });
    });

  for (const stateMachineArn of named('AWS::StepFunctions::StateMachine')) {
    const running = { stateMachineArn, statusFilter: 'RUNNING' };
    const cause = 'the kit is taken down';
    for (const { executionArn } of await standing(aws, 'sfn:ListExecutions', running, ['executions']))
      await attempt('execution', executionArn, () => call(aws, 'sfn:StopExecution', { executionArn, cause }));
  }

  for (const JobName of named('AWS::Glue::Job'))
    for (const { Id, JobRunState } of await standing(aws, 'glue:GetJobRuns', { JobName }, ['JobRuns']))
      if (/^(STARTING|RUNNING|WAITING)$/.test(JobRunState))
        await attempt('Glue job run', Id, () => call(aws, 'glue:BatchStopJobRun', { JobName, JobRunIds: [Id] }));
  if (kit !== undefined) await stopJobs(aws, kit, attempt, out);

  // CloudTrail delivers minutes later, into a bucket that has been emptied.
  for (const Name of named('AWS::CloudTrail::Trail'))
    await attempt('trail', Name, () => call(aws, 'cloudtrail:StopLogging', { Name }));
  return stopped;
}

/** Items of a parent that may have been deleted by hand; none in that case. */
const standing = async (...asked: Parameters<typeof listAll>): Promise<Json[]> =>
  (await unlessAbsent(listAll(...asked))) ?? [];

type Attempt = (kind: string, name: string, stop: () => Promise<unknown>) => Promise<void>;

/** Jobs continue after the execution that started them has stopped. */
async function stopJobs(aws: Aws, kit: string, attempt: Attempt, out: Out): Promise<void> {
  for (let first = true; ; first = false) {
    const running = await runningJobs(aws, kit);
    if (running.length === 0) return;
    if (first)
      for (const { type, label, name } of running)
        await attempt(label, name, () => call(aws, `sagemaker:Stop${type}`, { [`${type}Name`]: name }));
    out.progress(`waiting for ${running.map(({ name }) => name).join(', ')} to stop`);
    await pause(new SageMakerClient(aws), POLL_MS);
  }
}

/** Tuning jobs come first, because they replace stopped trials. */
const JOBS = ['HyperParameterTuningJob', 'TrainingJob', 'ProcessingJob'];

async function runningJobs(aws: Aws, kit: string): Promise<{ type: string; label: string; name: string }[]> {
  const found: { type: string; label: string; name: string }[] = [];
  for (const StatusEquals of ['InProgress', 'Stopping'])
    for (const type of JOBS) {
      const kind = kinds.find((each) => each.type === `AWS::SageMaker::${type}`)!;
      for (const { name } of await list(aws, kit, kind, { StatusEquals }))
        if (jobOwns(kit, name)) found.push({ type, label: kind.label, name });
    }
  return found;
}
