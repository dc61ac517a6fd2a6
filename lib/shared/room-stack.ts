import { type IStackSynthesizer, Stack, Tags } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { names, type StackRoom } from './names';

/** What every room's stack is given. */
export interface RoomProps {
  /** Prefix of everything that has a name. */
  readonly kit: string;
}

/** A room of the lifecycle as a stack: environment-agnostic, named and tagged after its room. */
export abstract class RoomStack extends Stack {
  constructor(
    scope: Construct,
    id: string,
    room: StackRoom,
    { kit }: RoomProps,
    description: string,
    synthesizer?: IStackSynthesizer,
  ) {
    super(scope, id, { stackName: names.stack(kit, room), description, synthesizer });
    Tags.of(this).add('room', room === 'serving-model' ? 'serving' : room);
  }
}
