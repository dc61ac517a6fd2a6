/** The templates of a profile, with every logical ID and import resolved to a construct path. */
import { CfnResource, Stack } from 'aws-cdk-lib';
import { optInRooms, type RoomName } from '../../lib/rooms';
import { fromAssembly } from '../shared/kit-app';
import { managed } from '../shared/managed';
import { type Json, stackOf, type Templates, text } from '../shared/templates';

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
  readonly templates: Templates;
  /** An intrinsic as text: references as `${<construct path>}`, pseudo parameters as `${AWS::Region}`. */
  text(stack: string, value: Json): string;
}

/** The documents are about the kit of the default name. */
export const KIT = 'mlkit';

const everyRoom = { rooms: optInRooms };

/** What the documents describe: the three profiles, and `standard` with the managed monitor and the warehouse's admin where it differs. */
export const variants: Record<string, { profile: string; config?: Record<string, unknown> }> = {
  sandbox: { profile: 'sandbox', config: everyRoom },
  standard: { profile: 'standard', config: everyRoom },
  production: { profile: 'production', config: everyRoom },
  managed: { profile: 'standard', config: { ...managed, ...everyRoom, warehouse: { adminSecret: true } } },
};

/** @throws Error when the variants have no such name and none is given */
export function synthesize(name: string, variant = variants[name]): Synthesized {
  if (variant === undefined) throw new Error(`${name} is none of ${Object.keys(variants).join(', ')}`);
  return fromAssembly(variant.profile, variant.config ?? {}, (assembly, app) => {
    const stacks = app.node.children.filter((child): child is Stack => Stack.isStack(child));
    const templates = stacks.map((stack) => [
      stackOf(stack.node.id).stack,
      assembly.getStackArtifact(stack.artifactId).template,
    ]);
    return new Kit(name, stacks, Object.fromEntries(templates) as Templates);
  });
}

class Kit implements Synthesized {
  readonly resources: Resource[];
  private readonly paths = new Map<string, string>();
  private readonly exports = new Map<string, { stack: string; value: Json }>();

  constructor(
    readonly name: string,
    stacks: readonly Stack[],
    readonly templates: Templates,
  ) {
    this.resources = stacks.flatMap((stack) => {
      const { Resources, Outputs = {} } = templates[stackOf(stack.node.id).stack];
      for (const { Value, Export } of Object.values<Json>(Outputs))
        if (Export !== undefined) this.exports.set(Export.Name, { stack: stack.node.id, value: Value });
      const constructs = stack.node.findAll().filter((construct) => CfnResource.isCfnResource(construct));
      return constructs.map((construct) => this.read(stack, construct, Resources));
    });
  }

  private read(stack: Stack, construct: CfnResource, all: Record<string, Json>): Resource {
    const id = stack.resolve(construct.logicalId) as string;
    const { Type: type, Properties: properties = {}, DeletionPolicy: deletionPolicy, Condition: condition } = all[id];
    const path = construct.node.path.replace(/\/(Resource|Default)$/, '');
    this.paths.set(`${stack.node.id}.${id}`, path);
    return {
      room: stackOf(stack.node.id).room.name,
      stack: stack.node.id,
      ...{ path, id, type, properties, deletionPolicy, condition },
    };
  }

  text(stack: string, value: Json): string {
    return text(value, {
      resource: (id) => `\${${this.paths.get(`${stack}.${id}`) ?? id}}`,
      map: (name) => `\${${name}}`,
      imported: (name) => {
        const exported = this.exports.get(name);
        if (exported === undefined) throw new Error(`${stack} imports ${name}, which no stack exports`);
        return this.text(exported.stack, exported.value);
      },
    });
  }
}
