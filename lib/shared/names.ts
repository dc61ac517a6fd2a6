/** Names that several rooms form, and the layout of the buckets; what belongs to one room is in its `room.ts`. */
import layout from '../../schema/layout.json';

export { layout };

export const names = {
  stack: (kit: string, stack: string) => `${kit}-${stack}`,
  endpoint: (kit: string) => kit,
  modelPackageGroup: (kit: string) => `${kit}-models`,
  eventSource: (kit: string, room: string) => `${kit}.${room}`,
  alarm: (kit: string, room: string, what: string) => `${kit}/${room}/${what}`,
} as const;

/**
 * Beginnings that services keep to themselves, and what of the kit would begin with them. A kit is the beginning of its names only: reserved
 * endings such as -s3alias cannot come about, because CloudFormation ends a bucket's name with letters of its own.
 */
const RESERVED: readonly [prefix: string, why: string][] = [
  ['aws', 'Systems Manager takes no parameter, and EventBridge no source aws.<room>, of such a name'],
  ['ssm', 'Systems Manager takes no parameter of such a name'],
  ['xn--', 'S3 takes no bucket of such a name'],
  ['sthree-', 'S3 takes no bucket of such a name'],
  ['amzn-s3-demo-', 'S3 takes no bucket of such a name'],
];

/** Why a kit cannot be called so; undefined where it can. */
export function reservedFor(kit: string): string | undefined {
  const [prefix, why] = RESERVED.find(([reserved]) => names.stack(kit, '').startsWith(reserved)) ?? [];
  return prefix && `${kit} begins with ${prefix}, which is reserved: ${why}`;
}

/** Every metric of the kit is in it and carries the dimension Kit, so that two kits in one account stay apart. */
export const METRIC_NAMESPACE = 'MlLifecycleKit';

/** Header of an answer that a rehearsal's stand-in gave instead of the service; handlers pass it on to the client. */
export const STAND_IN_HEADER = 'x-rehearsed-by';

/** The folder above the first place of a layout template: `manifests/{partitions}.json` → `manifests/`. */
export function folder(template: string): string {
  const fixed = template.split('{')[0] ?? '';
  return fixed.slice(0, fixed.lastIndexOf('/') + 1);
}

/** Fills `{name}` places of a layout template. @throws Error when a place has no value */
export function fill(template: string, values: Record<string, string>): string {
  return template.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = values[name];
    if (value === undefined)
      throw new Error(`${template}: no value for {${name}}; given ${Object.keys(values).join(', ')}`);
    return value;
  });
}
