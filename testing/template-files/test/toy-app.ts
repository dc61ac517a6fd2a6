/** An app of somebody else: a photo album, in two stages. */
import { type App, Aws, CfnMapping, RemovalPolicy, Stack, Tags } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Code, Function, Runtime } from 'aws-cdk-lib/aws-lambda';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { DefinitionBody, StateMachine } from 'aws-cdk-lib/aws-stepfunctions';

const regions = [
  'us-east-1',
  'us-east-2',
  'us-west-2',
  'eu-west-1',
  'eu-west-2',
  'eu-west-3',
  'eu-north-1',
  'sa-east-1',
  'ap-east-1',
];

export function buildApp(app: App): App {
  const isProd = app.node.tryGetContext('stage') === 'prod';
  const album = new Stack(app, 'PhotoAlbum', { tags: { team: 'photos' } });
  Tags.of(album).add('team', 'photos');
  const accounts = new CfnMapping(album, 'Accounts', {
    mapping: Object.fromEntries(regions.map((region, i) => [region, { account: `${111111111111 + i}` }])),
  });
  const photos = new Bucket(album, 'Photos', {
    removalPolicy: isProd ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    versioned: isProd,
  });
  const resize = new Function(album, 'Resize', {
    runtime: Runtime.NODEJS_22_X,
    handler: 'index.handler',
    code: Code.fromInline('exports.handler = async () => 1'),
    environment: { PRINTER: accounts.findInMap(Aws.REGION, 'account') },
  });
  photos.grantRead(resize);
  const role = new Role(album, 'Runner', { assumedBy: new ServicePrincipal('states.amazonaws.com') });
  const definition = {
    StartAt: 'IsPicture',
    States: {
      Refuse: { Type: 'Fail' },
      Done: { Type: 'Succeed' },
      Resize: {
        Type: 'Task',
        Resource: resize.functionArn,
        TimeoutSeconds: 60,
        Next: 'Done',
        Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Tell' }],
      },
      Tell: { Type: 'Pass', Next: 'Refuse' },
      Sizes: {
        Type: 'Map',
        ItemProcessor: {
          StartAt: 'First',
          States: { Second: { Type: 'Pass', End: true }, First: { Type: 'Pass', Next: 'Second' } },
        },
        Next: 'Resize',
      },
      IsPicture: {
        Type: 'Choice',
        Choices: [{ Variable: '$.kind', StringEquals: 'picture', Next: 'Sizes' }],
        Default: 'Refuse',
      },
    },
  };
  const definitionBody = DefinitionBody.fromString(album.toJsonString(definition));
  new StateMachine(album, 'IntakeMachine', { role, definitionBody });
  if (isProd) new Bucket(new Stack(app, 'Backup'), 'Copies');
  return app;
}
