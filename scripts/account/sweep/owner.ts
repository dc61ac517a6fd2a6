/** The kit that a name belongs to: two kits in one account may be called `ml` and `ml-etl`. */
import { names } from '../../../lib/shared/names';
import { rooms, stacksOf } from '../../../lib/rooms';

/** CloudFormation shortens a stack's name to this where a physical name must not be longer than 64 characters. */
const SHORTENED = 24;

/** Whether a stack of the kit, or of those that are given, has the name, or CloudFormation derived it from one: `<stack>-<LogicalId>-<hash>`. */
export function stackOwns(kit: string, name: string, of = stacksOf()): boolean {
  return of.some(({ stack: room }) => {
    const stack = names.stack(kit, room);
    if (name === stack) return true;
    const prefix = [`${stack}-`, stack.slice(0, SHORTENED)].find(
      (each, index) => name.startsWith(each) && (index === 0 || stack.length > SHORTENED),
    );
    // `ml-etl-serving-…` is of the kit `ml-etl`, not of the room `etl` of the kit `ml`.
    return prefix !== undefined && !isRoom(name.slice(prefix.length));
  });
}

const isRoom = (rest: string): boolean => rooms.some(({ name }) => rest === name || rest.startsWith(`${name}-`));

/** A job that a machine of the kit started (lib/shared/asl.ts, `attemptName`), or a trial of such a tuning job. */
export function jobOwns(kit: string, name: string): boolean {
  return name.startsWith(`${kit}-`) && /^[0-9a-f]{12}(-|$)/.test(name.slice(kit.length + 1));
}

/** A path, one part of which is a stack's or a name derived from one: log groups of functions, machines and streams. */
export const pathOwns = (kit: string, path: string): boolean => path.split('/').some((part) => stackOwns(kit, part));
