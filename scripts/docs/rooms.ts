/** The pages of the rooms, written by hand, with their blocks: excerpts, drawings, differences, and tables from the templates. */
import { rooms } from '../../lib/rooms';
import { excerpt, filledIn, type Blocks } from './blocks';
import { difference } from './difference';
import { svg } from './drawing';
import type { Idle } from './idle';
import { neededBy, whereToLook } from './look';
import { costs, reference } from './page';
import { machineSketch, stackSketch, type Sketch } from './sketches';
import { synthesize, type Synthesized } from './synthesized';

/** Pages and drawings by their paths. */
export async function roomPages(kits: readonly Synthesized[], idle: Idle): Promise<[path: string, text: string][]> {
  const byDefault = synthesize('default', { profile: 'sandbox' });
  const sketches: Sketch[] = [];
  const drawn = (sketch: Sketch): string[] => {
    sketches.push(sketch);
    return [`![${sketch.title}](${sketch.file})`];
  };
  const pages = rooms.map((room): [string, string] => {
    // The default deployment for a default room: an opt-in room changes no other page than its own.
    const kit = 'optIn' in room ? kits[0]! : byDefault;
    const blocks: Blocks = {
      excerpt,
      difference,
      costs,
      drawing: (stack) => drawn(stackSketch(stack, kit)),
      machine: (title) => drawn(machineSketch(title, kit)),
      needed: (stack) => neededBy(stack, kit),
      look: (stack) => whereToLook(stack, kit),
      reference: () => reference(room.name, kits, idle),
    };
    return [`docs/rooms/${room.name}.md`, filledIn(`docs/rooms/${room.name}.md`, blocks)];
  });
  const drawings = await Promise.all(
    sketches.map(async ({ file, source, title }): Promise<[string, string]> => [
      `docs/rooms/${file}`,
      await svg(source, title),
    ]),
  );
  return [...pages, ...drawings];
}
