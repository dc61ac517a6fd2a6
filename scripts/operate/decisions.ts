/** What the guard decided, on which evidence, and what would have changed it. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, paginateScan } from '@aws-sdk/lib-dynamodb';
import type { Evidence } from '../../lib/retraining/room';
import { unlessAbsent } from '../../lib/shared/absent';
import type { DeployedKit } from './deployed-kit';
import type { WindowOutcome } from './monitor';
import { readUri } from './objects';

/** An item of the guard's table; lambda/retraining/start-retraining/state.ts writes it. */
export interface GuardDecision {
  decidedAt: string;
  outcome: string;
  reason: string;
  wouldChange?: string | null;
  episode: string | null;
  attempt: number;
  executionName?: string;
  evidence: Evidence;
}

/** Every decision in the table, newest first. */
export async function decisions({
  aws,
  stateTable,
}: Pick<DeployedKit, 'aws' | 'stateTable'>): Promise<GuardDecision[]> {
  const client = DynamoDBDocumentClient.from(new DynamoDBClient(aws));
  const found: GuardDecision[] = [];
  for await (const { Items = [] } of paginateScan({ client, pageSize: 100 }, { TableName: stateTable }))
    found.push(...(Items.filter(({ pk }) => String(pk).startsWith('decision#')) as unknown as GuardDecision[]));
  return found.sort((a, b) => (a.decidedAt < b.decidedAt ? 1 : -1));
}

type Figures = Pick<WindowOutcome['violations'][number], 'value' | 'threshold'>;

/** A decision, and the monitor's figures behind it where they still lie in the bucket. */
type Explained = GuardDecision & { figures?: Pick<WindowOutcome, 'records' | 'violations'> };

/** The newest decisions with their figures. @throws Error where the guard has decided nothing */
export async function why(kit: DeployedKit, { last }: { last: number }): Promise<Explained[]> {
  const newest = (await decisions(kit)).slice(0, last);
  if (newest.length === 0)
    throw new Error('the guard has decided nothing yet: it looks at every window that `npm run kit -- monitor` judges');
  return Promise.all(newest.map(async (decision) => ({ ...decision, figures: await figuresOf(kit, decision) })));
}

async function figuresOf(kit: DeployedKit, { evidence }: GuardDecision): Promise<Explained['figures']> {
  return evidence.outcomeUri ? unlessAbsent(readUri<WindowOutcome>(kit, evidence.outcomeUri)) : undefined;
}

/** An explained decision as a person reads it. */
export function toldWhy({
  decidedAt,
  outcome,
  reason,
  wouldChange,
  episode,
  evidence,
  figures,
  executionName,
}: Explained): string[] {
  const { window, champion, status, confirmed, newLabelledRows, outcomeUri } = evidence;
  const violations: readonly (GuardDecision['evidence']['violations'][number] & Partial<Figures>)[] =
    figures?.violations ?? evidence.violations;
  return [
    `${decidedAt} ${outcome}${episode === null ? '' : `, episode ${episode}`}: ${reason}`,
    `  window    ${window.start} to ${window.end} under version ${champion.split('/').at(-1)}: ${status}${confirmed ? ', confirmed' : ''}${figures === undefined ? '' : `, ${figures.records} records`}`,
    ...violations.map(
      (each) =>
        `  evidence  ${each.feature} ${each.check}${each.value === undefined ? '' : ` gives ${each.value.toFixed(3)}, the constraint is ${each.threshold!.toFixed(3)}`}`,
    ),
    `  labels    ${newLabelledRows} labelled rows newer than the champion's training`,
    ...(outcomeUri ? [`  file      ${outcomeUri}`] : []),
    ...(executionName === undefined ? [] : [`  started   ${executionName}`]),
    ...(wouldChange ? [`  another decision by: ${wouldChange}`] : []),
  ];
}
