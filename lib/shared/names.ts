/** Names that several rooms use, and the layout of the buckets; names of one room are in its `room.ts`. */
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
 * Prefixes that services reserve, with the kit's names that would have them. Reserved suffixes such as -s3alias cannot occur, because
 * CloudFormation ends a bucket's name with letters of its own.
 */
const RESERVED: readonly [prefix: string, why: string][] = [
  ['aws', 'Systems Manager takes no parameter, and EventBridge no source aws.<room>, of such a name'],
  ['ssm', 'Systems Manager takes no parameter of such a name'],
  ['xn--', 'S3 takes no bucket of such a name'],
  ['sthree-', 'S3 takes no bucket of such a name'],
  ['amzn-s3-demo-', 'S3 takes no bucket of such a name'],
];

/** The reason why a kit cannot have a name, or undefined. */
export function reservedFor(kit: string): string | undefined {
  const [prefix, why] = RESERVED.find(([reserved]) => names.stack(kit, '').startsWith(reserved)) ?? [];
  return prefix && `${kit} begins with ${prefix}, which is reserved: ${why}`;
}

/** Namespace of all metrics of the kit. They have the dimension Kit, so that two kits in one account stay separate. */
export const METRIC_NAMESPACE = 'MlLifecycleKit';

/** Header of an answer by a rehearsal's stand-in instead of the service; handlers pass it on to the client. */
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
