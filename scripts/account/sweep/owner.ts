/** Assigns names to kits: two kits in one account may be called `ml` and `ml-etl`. */
import { names } from '../../../lib/shared/names';
import { rooms, stacksOf } from '../../../lib/rooms';

/** CloudFormation shortens a stack's name to this length for physical names with a limit of 64 characters. */
const SHORTENED = 24;

/** Whether the name is that of a stack of the kit, or derived from one by CloudFormation: `<stack>-<LogicalId>-<hash>`. */
export function stackOwns(kit: string, name: string, of = stacksOf()): boolean {
  return of.some(({ stack: room }) => {
    const stack = names.stack(kit, room);
    if (name === stack) return true;
    const prefix = [`${stack}-`, stack.slice(0, SHORTENED)].find(
      (each, index) => name.startsWith(each) && (index === 0 || stack.length > SHORTENED),
    );
    // `ml-etl-serving-…` belongs to the kit `ml-etl`, not to the room `etl` of the kit `ml`.
    return prefix !== undefined && !isRoom(name.slice(prefix.length));
  });
}

const isRoom = (rest: string): boolean => rooms.some(({ name }) => rest === name || rest.startsWith(`${name}-`));

/** A job started by a machine of the kit (lib/shared/asl.ts, `attemptName`), or a trial of such a tuning job. */
export function jobOwns(kit: string, name: string): boolean {
  return name.startsWith(`${kit}-`) && /^[0-9a-f]{12}(-|$)/.test(name.slice(kit.length + 1));
}

/** A path with a part that is a stack's name or derived from one: log groups of functions, machines and streams. */
export const pathOwns = (kit: string, path: string): boolean => path.split('/').some((part) => stackOwns(kit, part));
