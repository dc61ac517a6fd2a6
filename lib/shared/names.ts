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

/** Every metric of the kit is in it and carries the dimension Kit, so that two kits in one account stay apart. */
export const METRIC_NAMESPACE = 'MlLifecycleKit';

/** Header of an answer that a rehearsal's stand-in gave instead of the service; handlers pass it on to the client. */
export const STAND_IN_HEADER = 'x-rehearsed-by';

/** The folder above the first place of a layout template: `manifests/month={month}.json` → `manifests/`. */
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
