/** What the static proof is about. */
import { optInRooms } from '../../lib/rooms';
import { kitApp } from '../../scripts/shared/kit-app';
import { kit, managed, templates } from '../shared/kit';
import { modelOf, type Model } from '../../scripts/shared/model';
import { readKit, type Templates } from '../../scripts/shared/templates';
import { nag, type NagFinding } from './nag';

export interface Variant {
  readonly name: string;
  readonly profile: string;
  readonly config?: Record<string, unknown>;
}

export const variants: readonly Variant[] = [
  { name: 'sandbox', profile: 'sandbox' },
  { name: 'standard', profile: 'standard' },
  { name: 'production', profile: 'production' },
  // For accounts that still have Model Monitor; with the resources and rooms that no profile asks for.
  {
    name: 'managed',
    profile: 'standard',
    config: {
      ...managed,
      rooms: optInRooms,
      foundation: { alertEmail: 'people@example.com' },
      serving: { ...managed.serving, expireAfterHours: 24 },
    },
  },
];

/** The longest name that lib/config.ts permits. */
export const LONGEST_KIT = 'abcdefghijk-xyz';

export interface Subject {
  readonly variant: Variant;
  readonly templates: Templates;
  readonly twin: Templates;
  readonly nag: readonly NagFinding[];
}

/** Synthesizes a variant twice: as `mlkit`, judged by cdk-nag, and under the longest name. */
export function synthesize(variant: Variant): Subject {
  const app = kitApp(variant.profile, variant.config);
  const found = nag(app);
  return {
    variant,
    templates: readKit(app.outdir).templates,
    twin: templates(kit(variant.profile, { ...variant.config, kit: LONGEST_KIT })),
    nag: found,
  };
}

/** The model of a subject, and of its second copy, after a change of both. */
export function models({ variant, templates: own, twin }: Subject, change = (t: Templates) => t): [Model, Model] {
  const { name, profile } = variant;
  return [
    modelOf(change(own), { variant: name, profile, kit: 'mlkit' }),
    modelOf(change(twin), { variant: name, profile, kit: LONGEST_KIT }),
  ];
}
