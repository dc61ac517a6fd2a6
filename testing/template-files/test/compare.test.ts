/** The meaning of a change of a template. */
import { rowsFor, unaccepted } from '../accepted';
import type { Template } from '../assembly';
import { compare, type Knowledge } from '../compare';
import type { Json } from '../json';
import { markdown } from '../report';

const knowledge: Knowledge = { lost: (type) => (type === 'AWS::S3::Bucket' ? 'pictures' : undefined) };
const bucket = { Type: 'AWS::S3::Bucket', Properties: { BucketName: 'a' } };
const topic = { Type: 'AWS::SNS::Topic', Properties: { DisplayName: 'a' } };
const reads = { Effect: 'Allow', Action: ['s3:GetObject', 's3:ListBucket'], Resource: ['photos', 'photos/*'] };
const policy = (...Statement: Json[]) => ({
  Type: 'AWS::IAM::Policy',
  Properties: { PolicyName: 'p', Roles: ['runner'], PolicyDocument: { Statement } },
});

const template = (resources: Record<string, Json>): Template => ({ Resources: { Topic: topic, ...resources } });
const found = (before: Record<string, Json>, after: Record<string, Json>) =>
  compare({ dev: { album: template(before) } }, { dev: { album: template(after) } }, knowledge);
const said = (before: Record<string, Json>, after: Record<string, Json>) =>
  found(before, after).map(({ kind, resource, text }) => [kind, resource, text]);

describe('data', () => {
  test('is lost with a resource that is replaced or removed', () => {
    const renamed = { ...bucket, Properties: { BucketName: 'b' } };
    expect(said({ Photos: bucket }, { Photos: renamed })).toEqual([
      ['loses data', 'Photos', 'AWS::S3::Bucket is replaced, because of BucketName; lost: pictures'],
      ['changed', 'Photos', 'AWS::S3::Bucket BucketName a → b'],
    ]);
    expect(said({ Photos: bucket }, {})).toEqual([
      ['loses data', 'Photos', 'AWS::S3::Bucket is removed; lost: pictures'],
    ]);
  });

  test('stays with one that the template retains', () => {
    const kept = { ...bucket, DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' };
    expect(said({ Photos: kept }, {})).toEqual([
      ['gone', 'Photos', 'AWS::S3::Bucket, the old one stays in the account'],
    ]);
    const renamed = { ...kept, Properties: { BucketName: 'b' } };
    expect(said({ Photos: kept }, { Photos: renamed })[0]).toEqual([
      'replaced',
      'Photos',
      'AWS::S3::Bucket is replaced, because of BucketName, the old one stays in the account',
    ]);
  });
});

describe('a resource under another logical id', () => {
  const photosPolicy = { Type: 'AWS::S3::BucketPolicy', Properties: { Bucket: { Ref: 'Photos' }, PolicyDocument: {} } };
  const before = {
    Photos: bucket,
    PhotosPolicy: photosPolicy,
    Reader: policy({ ...reads, Resource: { Ref: 'Photos' } }),
  };
  const under = (name: string, resources: object) => JSON.parse(JSON.stringify(resources).replaceAll('Photos', name));

  test('is one loss, and who refers to it gets no wider grant', () => {
    expect(said(before, under('Pictures', before))).toEqual([
      ['loses data', 'Photos', 'AWS::S3::Bucket becomes Pictures; lost: pictures'],
      ['renamed', 'PhotosPolicy', 'PicturesPolicy'],
      ['follows', '', 'refers to a resource with a new name'],
    ]);
  });

  test('shows what else has changed', () => {
    const after = under('Pictures', before);
    after.Pictures.Properties.VersioningConfiguration = { Status: 'Enabled' };
    expect(said(before, after)).toContainEqual([
      'changed',
      'Pictures',
      'AWS::S3::Bucket VersioningConfiguration new: {"Status":"Enabled"}',
    ]);
  });
});

describe('a grant', () => {
  const grants = (before: Json[], after: Json[]) =>
    found({ Reader: policy(...before) }, { Reader: policy(...after) })
      .filter(({ kind }) => kind === 'wider grant')
      .map(({ text }) => text);
  const deny = {
    Effect: 'Deny',
    Action: 's3:*',
    Resource: '*',
    Condition: { Bool: { 'aws:SecureTransport': 'false' } },
  };

  test.each<[string, Json[], Json[], string[]]>([
    [
      'of another action',
      [reads],
      [{ ...reads, Action: [...reads.Action, 's3:PutObject'] }],
      ['AWS:runner may s3:PutObject on photos, photos/*'],
    ],
    [
      'on another resource',
      [reads],
      [{ ...reads, Resource: ['photos', 'others'] }],
      ['AWS:runner may s3:GetObject, s3:ListBucket on others'],
    ],
    [
      'of everything of a service',
      [reads],
      [{ ...reads, Action: 's3:*' }],
      ['AWS:runner may s3:* on photos, photos/*'],
    ],
    [
      'that loses its condition',
      [{ ...reads, Condition: { Bool: { x: 'true' } } }],
      [reads],
      ['AWS:runner may s3:GetObject, s3:ListBucket on photos, photos/*'],
    ],
    ['of all but some', [], [{ Effect: 'Allow', NotAction: 's3:*', Resource: '*' }], ['AWS:runner Allow NOT s3:* * ']],
    [
      'whose refusal goes',
      [reads, deny],
      [reads],
      ['no longer: AWS:runner must not s3:* on * if "Bool": { "aws:SecureTransport": "false" }'],
    ],
  ])('%s is wider', (_, before, after, texts) => {
    expect(grants(before, after)).toEqual(texts);
  });

  test.each<[string, Json[], Json[]]>([
    ['of less', [reads], [{ ...reads, Action: 's3:GetObject' }]],
    [
      'that two statements say apart',
      [reads],
      [
        { ...reads, Resource: 'photos' },
        { ...reads, Resource: 'photos/*' },
      ],
    ],
    ['that a wildcard held', [{ ...reads, Action: 's3:*', Resource: '*' }], [reads]],
    ['under a condition', [reads], [{ ...reads, Condition: { Bool: { x: 'true' } } }]],
    ['that is refused', [reads], [reads, deny]],
  ])('%s is not', (_, before, after) => {
    expect(grants(before, after)).toEqual([]);
  });

  test('of a role that is new is one', () => {
    const role = {
      Type: 'AWS::IAM::Role',
      Properties: { AssumeRolePolicyDocument: {}, ManagedPolicyArns: ['arn:aws:iam::aws:policy/AdministratorAccess'] },
    };
    expect(said({}, { Admin: role })).toContainEqual([
      'wider grant',
      'Admin',
      '${Admin} gets the policy arn:aws:iam::aws:policy/AdministratorAccess',
    ]);
  });

  test('to the network is one', () => {
    const group = (cidr: string) => ({
      Type: 'AWS::EC2::SecurityGroup',
      Properties: { SecurityGroupIngress: [{ CidrIp: cidr, IpProtocol: 'tcp', FromPort: 22, ToPort: 22 }] },
    });
    expect(said({ Door: group('10.0.0.0/8') }, { Door: group('0.0.0.0/0') })[0]).toEqual([
      'wider grant',
      'Door',
      '${Door.GroupId} lets TCP 22 pass, Everyone (IPv4)',
    ]);
  });
});

test('what differs in some variants names them', () => {
  const [dev, prod] = [{ album: template({ Photos: bucket }) }, { album: template({}) }];
  const after = {
    dev: { album: template({ Photos: bucket, Other: topic }) },
    prod: { album: template({ Other: topic }) },
  };
  expect(compare({ dev, prod }, after, knowledge).map(({ resource, only }) => [resource, only])).toEqual([
    ['Other', []],
  ]);
  expect(compare({ dev, prod }, { dev: after.dev, prod }, knowledge)[0]).toMatchObject({ only: ['dev'] });
});

test('a configuration that is new, or gone, is a line', () => {
  const [dev, prod] = [{ album: template({ Photos: bucket }) }, { album: template({}) }];
  const line = { kind: 'remark', only: ['prod'] };
  expect(compare({ dev }, { dev, prod }, knowledge)).toMatchObject([{ ...line, text: 'A new configuration' }]);
  expect(compare({ dev, prod }, { dev }, knowledge)).toMatchObject([
    { ...line, text: 'A configuration that is no longer kept' },
  ]);
});

describe('accepted.md', () => {
  const head = '# Accepted\n\n| date | stack | resource | what | why |\n| --- | --- | --- | --- | --- |\n';
  const row = '| 2026-11-26 | album | Photos, `Other` | loses data | nobody uses it |';
  const loss = found({ Photos: bucket }, {});

  test('a row that names the resource accepts its loss', () => {
    expect(unaccepted(loss, head + row, head)).toEqual([]);
    expect(unaccepted(loss, undefined, undefined)).toHaveLength(1);
  });

  test.each([
    ['another resource', row.replace('Photos', 'Photo')],
    ['another stack', row.replace('album', 'albums')],
    ['another kind', row.replace('loses data', 'wider grant')],
  ])('a row of %s does not', (_, other) => {
    expect(unaccepted(loss, head + other, head)).toHaveLength(1);
  });

  test('a row that was there before accepts nothing more', () => {
    expect(unaccepted(loss, head + row, head + row)).toHaveLength(1);
  });

  test.each([
    [rowsFor(loss)[0]!, 'the date must be a day such as 2026-11-26; received "YYYY-MM-DD"'],
    [row.replace('nobody uses it', 'why'), 'the reason is missing'],
    [row.replace('loses data', 'deleted'), 'what must be one of loses data, wider grant; received "deleted"'],
  ])('the row %s is refused', (wrong, why) => {
    expect(() => unaccepted(loss, head + wrong, head)).toThrow(`accepted.md: ${why}, in the row ${wrong}`);
  });
});

test('a value of several lines is one line of the comment', () => {
  const named = (name: string) => ({ ...topic, Properties: { DisplayName: name } });
  expect(said({ Other: named('a\nb') }, { Other: named('a\n  c') })).toEqual([
    ['changed', 'Other', 'AWS::SNS::Topic DisplayName a b → a c'],
  ]);
});

test('a comment has at most fifteen lines, whatever changes', () => {
  const many = (name: string) =>
    Object.fromEntries(
      Array.from({ length: 40 }, (_, i) => [`Photos${i}`, { ...bucket, Properties: { BucketName: `${name}${i}` } }]),
    );
  const report = found(many('a'), many('b'));
  const text = markdown(report, report.slice(0, 1), 'templates', true);
  expect(text.trimEnd().split('\n')).toHaveLength(15);
  expect(text).toContain('more: the log has them');
  expect(text).toContain('- `| YYYY-MM-DD | album | Photos0 | loses data | why |`');
  expect(markdown([], [], 'templates', true)).toBe('');
});
