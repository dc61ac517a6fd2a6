/** Judges the findings, without calls to AWS and without a clock. */
import { reservedFor } from '../../../lib/shared/names';
import type { xgboostImageIn } from '../../../lib/shared/xgboost-image';
import type { ClosedFeature } from '../facts';
import { resourceKinds } from '../../shared/resource-kinds';
import { type Json, type Placed, resources, type Templates, text } from '../../shared/templates';
import type { KitStack } from '../stacks';
import type { Need } from './needs';
import { type Check, fail, ok, type Verdict, warn } from './types';

const SEVERITY: Verdict[] = ['ok', 'warn', 'fail'];

export const worst = (checks: readonly { verdict: Verdict }[]): Verdict =>
  SEVERITY[Math.max(0, ...checks.map(({ verdict }) => SEVERITY.indexOf(verdict)))] ?? 'ok';

/** A version such as 20.11.0, or null when the tool is missing. */
export interface Tool {
  name: string;
  found: string | null;
  wanted: string;
  /** Whether `wanted` is the only permitted version or the minimum. */
  exactly: boolean;
  /** Verdict when the tool is missing. */
  verdict: Exclude<Verdict, 'ok'>;
  fix: string;
}

export function judgeTool({ name, found, wanted, exactly, verdict, fix }: Tool): Check {
  // Compares 3.9 and 3.11 as versions, not as decimals.
  const isAtLeast = found !== null && found.localeCompare(wanted, 'en', { numeric: true }) >= 0;
  const enough = exactly ? found === wanted : isAtLeast;
  const asked = exactly ? `${wanted} is pinned` : `${wanted} or newer is needed`;
  return enough
    ? ok('tool', `${name} ${found}`)
    : { ...fail('tool', `${name} ${found ?? 'is missing'}; ${asked}`, fix), verdict };
}

export function judgeRegion(region: string, offered: readonly string[]): Check {
  return offered.includes(region)
    ? ok('region', `${region} has the XGBoost image`)
    : fail('region', `SageMaker offers no XGBoost image in ${region}`, `--region with one of ${offered.join(', ')}`);
}

/** Registry and name of an image. */
export type Image = ReturnType<typeof xgboostImageIn>;

export function judgeImage({ repositoryName, imageTag, registryId }: Image, isThere: boolean): Check {
  const image = `${repositoryName}:${imageTag}`;
  return isThere
    ? ok('image', `${image} is in the registry`)
    : fail(
        'image',
        `${image} is not in the registry ${registryId}: no job and no endpoint would start`,
        '--region with another one, or a newer version of the kit',
      );
}

/** The newest bootstrap feature of the templates, the file-publishing role, came with version 6, as did the version rule. */
export const BOOTSTRAP_VERSION = 6;

export function judgeBootstrap(version: number | null, account: string, region: string): Check {
  const fix = `npx cdk bootstrap aws://${account}/${region}`;
  if (version === null) return fail('bootstrap', `${account} in ${region} is not bootstrapped for the CDK`, fix);
  return version >= BOOTSTRAP_VERSION
    ? ok('bootstrap', `version ${version}`)
    : fail('bootstrap', `version ${version} is older than ${BOOTSTRAP_VERSION}`, fix);
}

/** A quota as reported by Service Quotas; `applied` is null when it was never changed. */
export interface ToldQuota {
  code: string;
  applied: number | null;
  default: number | null;
}

export function judgeQuota(
  { service, name, least, comfortable, what }: Need,
  told: ToldQuota | null,
  region: string,
): Check {
  const list = `https://${region}.console.aws.amazon.com/servicequotas/home/services/${service}/quotas`;
  if (told === null)
    return warn(
      'quota',
      `${name}: Service Quotas has no quota of this name in ${region}; ${least} are needed for ${what}`,
      list,
      { name, code: null, needed: least },
    );
  const { code, applied, default: given } = told;
  const value = applied ?? given ?? 0;
  const evidence = { name, code, applied, default: given, needed: least, comfortable: comfortable?.value ?? least };
  const figures = `${name} (${code}): ${value}, AWS default ${given ?? 'unknown'}`;
  if (value >= (comfortable?.value ?? least)) return ok('quota', figures, evidence);
  const [verdict, wanted, why]: [Verdict, number, string] =
    value < least || comfortable === undefined
      ? ['fail', least, `${least} are needed for ${what}`]
      : ['warn', comfortable.value, comfortable.short];
  const fix = `aws service-quotas request-service-quota-increase --service-code ${service} --quota-code ${code} --desired-value ${wanted} --region ${region}`;
  return { about: 'quota', verdict, found: `${figures}; ${why}`, fix, evidence };
}

/** Every closed feature that the templates use, with the resources that use it. */
export function featuresInUse(
  templates: Templates,
  features: readonly ClosedFeature[],
): { feature: ClosedFeature; where: string[] }[] {
  // A grant alone is no use of a feature.
  const all = resources(templates).filter(({ type }) => !type.startsWith('AWS::IAM::'));
  return features.flatMap((feature) => {
    const where = all.filter((resource) => meets(resource, feature.uses)).map(({ stack, id }) => `${stack}/${id}`);
    return where.length === 0 ? [] : [{ feature, where }];
  });
}

function meets({ type, properties }: Placed, uses: ClosedFeature['uses']): boolean {
  if (uses.resourceTypes?.includes(type)) return true;
  for (const { resourceType, property, values } of uses.values ?? []) {
    const value: Json = property.split('.').reduce((at: Json, key) => at?.[key], properties);
    if (resourceType === type && value !== undefined && (values.includes('*') || values.includes(String(value))))
      return true;
  }
  // API calls and request fields of a state machine are text in its definition.
  const said =
    type === 'AWS::StepFunctions::StateMachine' ? text(properties.DefinitionString) : JSON.stringify(properties);
  const named = (field: string) => new RegExp(`"${field}"\\s*:`).test(said);
  return (
    (uses.requestFields ?? []).some(named) ||
    (uses.imageRepositories ?? []).some((image) => said.includes(`/${image}`)) ||
    (uses.operations ?? []).some((operation) => {
      const [service, call] = operation.split(':') as [string, string];
      return new RegExp(`:::(?:aws-sdk:)?${service}:${call}\\b`, 'i').test(said);
    })
  );
}

/** `customer` is an account that used Model Monitor before: such accounts usually keep the features that closed with it. */
export function judgeFeatures(
  inUse: ReturnType<typeof featuresInUse>,
  { refusal, customer }: { refusal: string; customer: boolean },
): Check[] {
  if (inUse.length === 0) return [ok('services', 'nothing that is closed to new customers')];
  return inUse.map(({ feature, where }) => {
    const closed = `${feature.feature} is closed to new customers${feature.since === null ? '' : ` since ${feature.since}`}`;
    const evidence = { source: feature.source, checkedOn: feature.checkedOn };
    const refused = (found: string) => fail('services', found, feature.instead, evidence);
    if (feature.status === 'retired')
      return refused(`${feature.feature} was retired: ${where.join(', ')} would be refused`);
    if (!customer) return refused(`${closed}: ${where.join(', ')} would be refused with "${refusal}"`);
    const found = `${closed}; this account has monitoring schedules and may still use it`;
    return warn('services', found, feature.instead, evidence);
  });
}

/** A name that the template fixes, with AWS's length limit. */
interface FixedName {
  where: string;
  name: string;
  limit: number;
}

/** SageMaker's shortest limit is that for tuning jobs; a job's name is the kit's and twelve characters of a hash. */
const JOB_NAME: (kit: string) => FixedName = (kit) => ({ where: 'jobs', name: `${kit}-${'0'.repeat(12)}`, limit: 32 });

export function fixedNames(templates: Templates): FixedName[] {
  return resources(templates).flatMap(({ stack, id, type, properties }) => {
    const { property, limit } = resourceKinds[type]?.name ?? {};
    const name: Json = property && properties[property];
    return typeof name === 'string' ? [{ where: `${stack}/${id}`, name, limit: limit! }] : [];
  });
}

export function judgeNames(kit: string, fixed: readonly FixedName[]): Check {
  const reserved = reservedFor(kit);
  if (reserved !== undefined) return fail('names', reserved, '--kit with another name');
  const tooLong = [JOB_NAME(kit), ...fixed].filter(({ name, limit }) => name.length > limit);
  return tooLong.length === 0
    ? ok('names', `${fixed.length} names of ${kit} fit their services, and none is reserved`)
    : fail(
        'names',
        tooLong.map(({ where, name, limit }) => `${name} (${where}) is longer than ${limit}`).join('; '),
        '--kit with a shorter name',
      );
}

export type DeployedStack = Pick<KitStack, 'name' | 'status' | 'profile' | 'updatedAt'>;

export function judgeDeployed(stacks: readonly DeployedStack[], all: number, profile: string): Check {
  const about = 'deployed';
  if (stacks.length === 0) return ok(about, 'nothing yet');
  const broken = stacks.filter(
    ({ status }) => !/^(CREATE|UPDATE|IMPORT)_COMPLETE$|^UPDATE_ROLLBACK_COMPLETE$/.test(status),
  );
  if (broken.length > 0)
    return warn(
      about,
      broken.map(({ name, status }) => `${name} is ${status}`).join(', '),
      'npm run kit -- up, which goes on from there, or npm run kit -- down',
    );
  const changed = new Date(Math.max(...stacks.map(({ updatedAt }) => updatedAt.getTime()))).toISOString();
  const others = [...new Set(stacks.map((stack) => stack.profile))].filter((deployed) => deployed !== profile);
  if (others.length > 0)
    return warn(
      about,
      `deployed as profile ${others.join(', ')}, asked for ${profile}`,
      `--profile ${others[0] ?? profile}, or go on to change it; what is replaced: docs/upgrading.md`,
    );
  return stacks.length === all
    ? ok(about, `${stacks.length} stacks, profile ${profile}, last changed ${changed}`)
    : warn(about, `${stacks.length} of ${all} stacks`, 'npm run kit -- up');
}

/** Resources that carry the kit's tag although no stack of the kit exists; fixed names of the templates would be taken. */
export function judgeLeftovers(
  kit: string,
  tagged: readonly string[],
  stacks: number,
  fixed: readonly FixedName[],
): Check[] {
  const about = 'leftovers';
  if (stacks > 0) return [ok(about, `${tagged.length} resources carry the tag kit=${kit} of the deployed stacks`)];
  if (tagged.length === 0) return [ok(about, `nothing carries the tag kit=${kit}`)];
  const taken = fixed.flatMap(({ name, where }) =>
    // A parameter's ARN contains the leading slash of its name only once.
    tagged
      .filter((arn) => [':', '/'].some((before) => arn.endsWith(`${before}${name.replace(/^\//, '')}`)))
      .map((arn) => ({ arn, where })),
  );
  const fix = `npm run kit -- sweep --kit ${kit}`;
  return [
    warn(about, `${tagged.length} resources of an earlier ${kit} are left, e.g. ${tagged[0]}`, fix),
    ...taken.map(({ arn, where }) => fail(about, `${arn} has the name of ${where}`, fix)),
  ];
}

/** @param refusal error of DescribeBudgets; null when it succeeded */
export function judgeBudgets(refusal: string | null, monthlyBudgetUsd: number | null): Check {
  if (refusal === null) return ok('budget', 'the account may have budgets');
  const found = `the account may have no budgets: ${refusal}`;
  if (monthlyBudgetUsd === null) return ok('budget', found);
  return fail(
    'budget',
    found,
    `--config '{"foundation":{"monthlyBudgetUsd":null}}', or the payer account switches on access to billing for its members`,
  );
}

/** Share of the budget at which a notification is sent. */
const TOLD_AT = 0.8;

export function judgeBudget(firstMonthUsd: number, monthlyBudgetUsd: number | null): Check {
  const cost = `cost ${firstMonthUsd.toFixed(2)} USD`;
  if (monthlyBudgetUsd === null)
    return ok('budget', `none, so there is no warning about an expensive month; idle and a drift story ${cost}`);
  const figures = `a month idle and a drift story ${cost}, the budget is ${monthlyBudgetUsd}`;
  const evidence = { firstMonthUsd, monthlyBudgetUsd };
  if (firstMonthUsd <= monthlyBudgetUsd * TOLD_AT) return ok('budget', figures, evidence);
  const fix = `--config '{"foundation":{"monthlyBudgetUsd":${Math.ceil(firstMonthUsd / TOLD_AT)}}}', or a smaller profile: npm run kit -- cost`;
  return (firstMonthUsd > monthlyBudgetUsd ? fail : warn)('budget', figures, fix, evidence);
}
