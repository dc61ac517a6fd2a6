/** The templates of a profile, with every logical ID and import resolved to a construct path. */
import { CfnResource, Stack } from 'aws-cdk-lib';
import { optInRooms, type RoomName, stacksOf } from '../../lib/rooms';
import { fromAssembly } from '../shared/kit-app';
import { managed } from '../shared/managed';

/** JSON of templates: whoever reads a property states the shape that it needs. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Json = any;

export interface Resource {
  readonly room: RoomName;
  /** Construct ID of its stack. */
  readonly stack: string;
  /** Construct path without the trailing `Resource`, e.g. `Serving/Predict`. */
  readonly path: string;
  /** Logical ID. */
  readonly id: string;
  readonly type: string;
  readonly properties: Record<string, Json>;
  readonly deletionPolicy?: string;
  readonly condition?: string;
}

export interface Synthesized {
  readonly name: string;
  readonly resources: readonly Resource[];
  /** Templates by construct ID of their stack, in lifecycle order. */
  readonly templates: Readonly<Record<string, Json>>;
  /** An intrinsic as text: references as `${<construct path>}`, pseudo parameters as `${AWS::Region}`. */
  text(stack: string, value: Json): string;
}

/** The documents are about the kit of the default name. */
export const KIT = 'mlkit';

const everyRoom = { rooms: optInRooms };

/** What the documents describe: the three profiles, and `standard` with the managed monitor where it differs. */
export const variants: Record<string, { profile: string; config?: Record<string, unknown> }> = {
  sandbox: { profile: 'sandbox', config: everyRoom },
  standard: { profile: 'standard', config: everyRoom },
  production: { profile: 'production', config: everyRoom },
  managed: { profile: 'standard', config: { ...managed, ...everyRoom } },
};

/** @throws Error when the variants have no such name and none is given */
export function synthesize(name: string, variant = variants[name]): Synthesized {
  if (variant === undefined) throw new Error(`${name} is none of ${Object.keys(variants).join(', ')}`);
  return fromAssembly(variant.profile, variant.config ?? {}, (assembly, app) => {
    const stacks = app.node.children.filter((child): child is Stack => Stack.isStack(child));
    return new Kit(name, stacks, (stack) => assembly.getStackArtifact(stack.artifactId).template);
  });
}

class Kit implements Synthesized {
  readonly resources: Resource[] = [];
  readonly templates: Record<string, Json> = {};
  private readonly paths = new Map<string, string>();
  private readonly exports = new Map<string, { stack: string; value: Json }>();

  constructor(
    readonly name: string,
    stacks: readonly Stack[],
    templateOf: (stack: Stack) => Json,
  ) {
    for (const stack of stacks) {
      const template = (this.templates[stack.node.id] = templateOf(stack));
      for (const { Value, Export } of Object.values<Json>(template.Outputs ?? {}))
        if (Export !== undefined) this.exports.set(Export.Name, { stack: stack.node.id, value: Value });
      for (const construct of stack.node.findAll())
        if (CfnResource.isCfnResource(construct)) this.add(stack, construct);
    }
  }

  private add(stack: Stack, construct: CfnResource): void {
    const id = stack.resolve(construct.logicalId) as string;
    const { Type, Properties = {}, DeletionPolicy, Condition } = this.templates[stack.node.id].Resources[id];
    const path = construct.node.path.replace(/\/(Resource|Default)$/, '');
    this.paths.set(`${stack.node.id}.${id}`, path);
    this.resources.push({
      room: roomOf(stack),
      stack: stack.node.id,
      path,
      id,
      type: Type,
      properties: Properties,
      deletionPolicy: DeletionPolicy,
      condition: Condition,
    });
  }

  text(stack: string, value: Json): string {
    if (typeof value !== 'object' || value === null) return String(value);
    const reference = (id: string) => `\${${this.paths.get(`${stack}.${id}`) ?? id}}`;
    if ('Ref' in value) return reference(value.Ref);
    if ('Fn::GetAtt' in value) return reference(value['Fn::GetAtt'][0]);
    if ('Fn::Join' in value)
      return value['Fn::Join'][1].map((part: Json) => this.text(stack, part)).join(value['Fn::Join'][0]);
    if ('Fn::Sub' in value) return value['Fn::Sub'];
    if ('Fn::FindInMap' in value) return `\${${value['Fn::FindInMap'][0]}}`;
    if ('Fn::GetAZs' in value) return 'zone';
    if ('Fn::Split' in value) return this.text(stack, value['Fn::Split'][1]);
    if ('Fn::Select' in value) {
      const [index, list] = value['Fn::Select'] as [number, Json];
      return `${this.text(stack, list)}${'Fn::GetAZs' in list ? ` ${Number(index) + 1}` : ''}`;
    }
    const exported = this.exports.get(value['Fn::ImportValue']);
    if (exported !== undefined) return this.text(exported.stack, exported.value);
    throw new Error(`${stack} has an intrinsic without a text: ${JSON.stringify(value)}`);
  }
}

const roomOf = ({ node }: Stack): RoomName => stacksOf().find(({ id }) => id === node.id)!.room.name;
