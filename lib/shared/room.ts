/** The declaration of a room: plain data without the CDK and zod, because handlers, commands, documents and tests read it. */
export interface AlarmRow {
  /** Last part of the alarm's name; `<room>/<what>` is its heading in the room's `runbook.md`. */
  readonly what: string;
  /** The event that raises it, as a sentence. */
  readonly says: string;
  /** @default 5 */
  readonly periodMinutes?: number;
  /** @default 1 */
  readonly periods?: number;
  /** A number, or `config` when the stack passes a knob. @default 0 */
  readonly threshold?: number | 'config';
  /** @default above */
  readonly comparison?: 'above' | 'below';
  /** Treatment of missing data. @default notBreaching */
  readonly missing?: 'breaching';
}

type Names = Readonly<Record<string, string>>;

export interface RoomContract {
  readonly name: string;
  /** Content and purpose of its stacks, as shown in the tables of README and docs. */
  readonly does: string;
  /** Deployed only when the knob `rooms` names it. */
  readonly optIn?: true;
  /** Construct ids of its stacks and the end of each one's name, in order of deployment. */
  readonly stacks: Names;
  /** Titles of its state machines; each has the output `<Title>MachineArn`. */
  readonly machines?: readonly string[];
  /** Other CloudFormation outputs; commands find the deployed kit through them. */
  readonly outputs?: Names;
  /** Environment variables of handlers for what this room owns, set by the construct that grants it. */
  readonly env?: Names;
  /** Detail types of the events that it puts on the bus, from the source `<kit>.<room>`. */
  readonly events?: Names;
  /** Metrics in the kit's namespace. */
  readonly metrics?: Names;
  readonly alarms?: Readonly<Record<string, AlarmRow>>;
  /** Services that use the kit's key on their own behalf and not by a role. */
  readonly keyPrincipals?: readonly string[];
  /** What is lost with its stacks, for `up` without the room. */
  readonly lost?: string;
}

/** The output that holds the ARN of a state machine. */
export const machineOutput = (title: string) => `${title}MachineArn`;
