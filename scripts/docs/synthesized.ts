/** The templates of a profile, with every logical ID and import resolved to a construct path. */
import { CfnResource, Stack } from 'aws-cdk-lib';
import { optInRooms, type RoomName, stacksOf } from '../../lib/rooms';
import { fromAssembly } from '../shared/kit-app';
import { managed } from '../shared/managed';
import { type Model, modelOf } from '../shared/model';
import { type Json, stackOf, type Template, type Templates, text } from '../shared/templates';

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
    const templates = Object.fromEntries(
      stacks.map(({ node, artifactId }) => [stackOf(node.id).stack, assembly.getStackArtifact(artifactId).template]),
    ) as Templates;
    const resources = stacks.flatMap((stack) => resourcesOf(stack, templates[stackOf(stack.node.id).stack]));
    return { name, resources, templates, text: naming(resources, templates) };
  });
}

/** The same templates as one graph, by the names of stacks and logical IDs. */
export const modelIn = ({ name, templates }: Synthesized): Model =>
  modelOf(templates, { variant: name, kit: KIT, profile: name });

function resourcesOf(stack: Stack, { Resources }: Template): Resource[] {
  const constructs = stack.node.findAll().filter((construct) => CfnResource.isCfnResource(construct));
  return constructs.map((construct) => {
    const id = stack.resolve(construct.logicalId) as string;
    const { Type: type, Properties: properties = {}, DeletionPolicy: deletionPolicy } = Resources[id]!;
    const path = construct.node.path.replace(/\/(Resource|Default)$/, '');
    return { room: stackOf(stack.node.id).room.name, stack: stack.node.id, path, id, type, properties, deletionPolicy };
  });
}

function naming(resources: readonly Resource[], templates: Templates): Synthesized['text'] {
  const paths = new Map(resources.map(({ stack, id, path }) => [`${stack}.${id}`, path]));
  const exported = new Map(
    stacksOf().flatMap(({ id, stack }) =>
      Object.values<Json>(templates[stack]?.Outputs ?? {}).map(({ Export, Value }) => [Export?.Name, [id, Value]]),
    ) as [string, [stack: string, value: Json]][],
  );
  const textOf = (stack: string, value: Json): string =>
    text(value, {
      resource: (id) => `\${${paths.get(`${stack}.${id}`) ?? id}}`,
      map: (name) => `\${${name}}`,
      imported: (name) => {
        const found = exported.get(name);
        if (found === undefined) throw new Error(`${stack} imports ${name}, which no stack exports`);
        return textOf(...found);
      },
    });
  return textOf;
}
