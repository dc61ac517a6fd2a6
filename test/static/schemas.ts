/** What CloudFormation's schemas say of a type that a check asks about. */
import { cfnLintData, publishedSchema, type Source } from '../../scripts/docs/schemas';
import type { Json } from '../shared/json';

const cache = new Map<string, Source | undefined>();

/** Undefined for custom resources. */
export function schemaOf(type: string): Source | undefined {
  if (!cache.has(type)) cache.set(type, publishedSchema(type));
  return cache.get(type);
}

/** Properties anywhere in a type that have to do with encryption at rest. */
export function encryptionProperties(type: string): string[] {
  const found = new Set<string>();
  const walk = (part: Json): void => {
    if (typeof part !== 'object' || part === null) return;
    for (const name of Object.keys(part.properties ?? {}))
      if (/kms|encrypt|^sse/i.test(name) && !/VpcEncryptionControl|CacheDataEncrypted/.test(name)) found.add(name);
    Object.values(part).forEach(walk);
  };
  walk(schemaOf(type));
  return [...found];
}

/** Support dates of Lambda runtimes, from AWS's runtime support policy. */
export const lambdaRuntimes = cfnLintData('AdditionalSpecs/LmbdRuntimeLifecycle.json') as Record<
  string,
  { deprecated: string }
>;
