import { type IStackSynthesizer, Stack, Tags } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { names, type StackRoom } from './names';

/** What every room's stack is given. */
export interface RoomProps {
  /** Prefix of everything that has a name. */
  readonly kit: string;
  /** Of everything: kit and profile; the room is added. */
  readonly tags: Record<string, string>;
}

/** A room of the lifecycle as a stack: environment-agnostic, named and tagged after its room. */
export abstract class RoomStack extends Stack {
  constructor(
    scope: Construct,
    id: string,
    room: StackRoom,
    { kit, tags }: RoomProps,
    description: string,
    synthesizer?: IStackSynthesizer,
  ) {
    const own = { room: room === 'serving-model' ? 'serving' : room };
    // The tags of constructs do not reach their stack; its own reach what a service makes on behalf of the stack.
    super(scope, id, { stackName: names.stack(kit, room), description, synthesizer, tags: { ...tags, ...own } });
    Tags.of(this).add('room', own.room);
  }
}
