import { type IStackSynthesizer, Stack, Tags } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { names } from './names';
import type { RoomContract } from './room';

/** Properties of every room's stack. */
export interface RoomProps {
  /** Prefix of all names. */
  readonly kit: string;
  /** Tags of every resource: kit and profile; the room is added. */
  readonly tags: Record<string, string>;
}

/** A room of the lifecycle as a stack: environment-agnostic, named and tagged after its room. */
export abstract class RoomStack extends Stack {
  /** The tags of its resources, for those that the CDK does not tag. */
  protected readonly roomTags: Record<string, string>;

  constructor(
    scope: Construct,
    id: string,
    room: RoomContract,
    { kit, tags }: RoomProps,
    description: string,
    synthesizer?: IStackSynthesizer,
  ) {
    const stack = room.stacks[id];
    if (stack === undefined) throw new Error(`room ${room.name} declares no stack ${id}`);
    const roomTags = { ...tags, room: room.name };
    // Tags of constructs do not reach their stack; the stack's own tags reach resources that a service creates on its behalf.
    super(scope, id, { stackName: names.stack(kit, stack), description, synthesizer, tags: roomTags });
    this.roomTags = roomTags;
    Tags.of(this).add('room', room.name);
  }
}
