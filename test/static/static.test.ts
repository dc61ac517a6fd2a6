/** The static proof: every check is green on every variant of the kit, and was seen red on every mutation of it. */
import { App, Stack } from 'aws-cdk-lib';
import { CfnBucket } from 'aws-cdk-lib/aws-s3';
import { checks } from './checks';
import { lint } from './lint';
import { nag, stale, unacknowledged } from './nag';
import { models, synthesize, variants } from './variants';

const subjects = variants.map(synthesize);

const told = (findings: { at: string; problem: string }[]) => findings.map(({ at, problem }) => `${at}: ${problem}`);

test('every check has a mutation, and a sentence of its own', () => {
  expect(checks.filter(({ mutations }) => mutations.length === 0)).toEqual([]);
  expect(new Set(checks.map(({ holds }) => holds)).size).toBe(checks.length);
});

describe.each(subjects.map((subject) => [subject.variant.name, subject] as const))('%s', (name, subject) => {
  const [model, twin] = models(subject);

  test.each(checks.map((check) => [check.holds, check] as const))('%s', (_, { find }) => {
    expect(told(find(model, twin))).toEqual([]);
  });

  test.each(
    checks.flatMap(({ holds, find, mutations }) =>
      mutations
        .filter(({ only = [name] }) => only.includes(name))
        .map(({ breaks, finds }) => [`${finds}`, { holds, find, breaks, finds }] as const),
    ),
  )('broken: %s', (_, { find, breaks, finds }) => {
    const found = told(find(...models(subject, breaks)));
    expect(found).not.toEqual([]);
    expect(found.filter((finding) => !finds.test(finding))).toEqual([]);
  });
});

test('every mutation is made in some variant', () => {
  const names = variants.map(({ name }) => name);
  const unmade = checks.flatMap(({ holds, mutations }) =>
    mutations.filter(({ only = names }) => !only.some((name) => names.includes(name))).map(() => holds),
  );
  expect(unmade).toEqual([]);
});

describe('cdk-nag, AwsSolutions and NIST 800-53', () => {
  test.each(subjects.map(({ variant, nag: findings }) => [variant.name, findings] as const))(
    'finds nothing in %s but what is acknowledged',
    (_, findings) => expect(unacknowledged(findings)).toEqual([]),
  );

  test('every acknowledgement is still needed', () => {
    expect(stale(subjects.flatMap(({ nag: findings }) => findings)).map(({ finding }) => finding)).toEqual([]);
    expect(stale([]).length).toBeGreaterThan(0);
  });

  test('both packs find a planted bucket', () => {
    const app = new App({ builtinCloudFormationValidation: false });
    new CfnBucket(new Stack(app, 'Planted'), 'Open');
    const rules = unacknowledged(nag(app)).map(({ rule }) => rule);
    expect(rules).toEqual(expect.arrayContaining(['AwsSolutions-S10', 'NIST.800.53.R5-S3BucketSSLRequestsOnly']));
  });
});

describe('cfn-lint', () => {
  const planted = (Type: string, Properties?: object) => ({ Resources: { Planted: { Type, Properties } } });
  const findings = lint({
    ...Object.fromEntries(
      subjects.flatMap(({ variant, templates }) =>
        Object.entries(templates).map(([stack, template]) => [`${variant.name}-${stack}`, template]),
      ),
    ),
    // The rules that AWS's lists of maintenance, sunset and shutdown stand behind, and one for the shape of a resource.
    shutDown: planted('AWS::QLDB::Ledger', { PermissionsMode: 'STANDARD' }),
    sunset: planted('AWS::FraudDetector::Label', { Name: 'late' }),
    maintenance: planted('AWS::Timestream::Database'),
    misspelt: planted('AWS::S3::Bucket', { BucketNam: 'raw' }),
    outdated: planted('AWS::Lambda::Function', {
      Code: { ZipFile: ' ' },
      Role: 'r',
      Handler: 'h',
      Runtime: 'nodejs16.x',
    }),
  });

  test.each(variants.map(({ name }) => [name]))('finds nothing in %s', (name) => {
    expect(findings.filter((finding) => finding.startsWith(`${name}-`))).toEqual([]);
  });

  test.each([
    ['shutDown', 'E3710'],
    ['sunset', 'W3696'],
    ['maintenance', 'W3697'],
    ['misspelt', 'E3002'],
    ['outdated', 'W2531'],
  ])('finds what is %s, by rule %s', (name, rule) => {
    expect(findings.some((finding) => finding.startsWith(`${name}: ${rule} `))).toBe(true);
  });
});
