/** The rooms in lifecycle order: stacks, commands, documents and tests go through this list. */
import { aiServices } from './ai-services/room';
import { dataLake } from './data-lake/room';
import { etl } from './etl/room';
import { foundation } from './foundation/room';
import { monitoring } from './monitoring/room';
import { retraining } from './retraining/room';
import { serving } from './serving/room';
import type { AlarmRow, RoomContract } from './shared/room';
import { training } from './training/room';
import { warehouse } from './warehouse/room';

const contracts = [
  foundation,
  dataLake,
  etl,
  warehouse,
  training,
  serving,
  monitoring,
  retraining,
  aiServices,
] as const;

export type RoomName = (typeof contracts)[number]['name'];
/** A room of the list. */
export type Room = RoomContract & { readonly name: RoomName };

export const rooms: readonly Room[] = contracts;
export const roomNames = rooms.map(({ name }) => name);
export const optInRooms = rooms.filter(({ optIn }) => optIn).map(({ name }) => name);

/** The rooms of a configuration: the lifecycle, and the opt-in rooms in its knob `rooms`. */
export const enabledRooms = (config: { rooms: readonly string[] }): readonly Room[] =>
  rooms.filter(({ name, optIn }) => !optIn || config.rooms.includes(name));

type Values<T> = T extends T ? T[keyof T] : never;
/** End of a stack's name: `<kit>-<stack>`. */
export type StackName = Values<(typeof contracts)[number]['stacks']>;

type Machines = Extract<(typeof contracts)[number], { machines: readonly string[] }>;
/** Title of a state machine in the spelling of commands. */
export type Machine = Lowercase<Machines['machines'][number]>;

/** A stack as the contract of its room declares it. */
export interface DeclaredStack {
  readonly room: Room;
  /** Construct id, and the name of its template file in an assembly. */
  readonly id: string;
  readonly stack: StackName;
}

/** The stacks of rooms in an order of deployment; references point back along it. */
export const stacksOf = (of: readonly Room[] = rooms): readonly DeclaredStack[] =>
  of.flatMap((room) => Object.entries(room.stacks).map(([id, stack]) => ({ room, id, stack: stack as StackName })));

/** Every alarm with its room, by `<room>/<what>`: its heading in the room's `runbook.md`. */
export const alarmRows = (of = rooms): ReadonlyMap<string, AlarmRow> =>
  new Map(of.flatMap(({ name, alarms = {} }) => Object.values(alarms).map((row) => [`${name}/${row.what}`, row])));
