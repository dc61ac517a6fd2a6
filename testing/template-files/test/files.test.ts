/** The files of an app of somebody else. */
import { App } from 'aws-cdk-lib';
import { readAssembly } from '../assembly';
import { fromFiles, toFiles } from '../files';
import type { Json } from '../json';
import { buildApp } from './toy-app';

const variants = Object.fromEntries(
  ['dev', 'prod'].map((stage) => {
    const app = new App({ context: { stage }, builtinCloudFormationValidation: false });
    return [stage, readAssembly(buildApp(app).synth().directory)];
  }),
);
const files = toFiles(variants);
const json = (path: string) => JSON.parse(files.get(path)!);

test('whole templates of the first variant, differences of the other, and whole what only that has', () => {
  expect([...files.keys()].sort()).toEqual([
    'dev/photo-album.intake.asl.json',
    'dev/photo-album.template.json',
    'prod/backup.template.json',
    'prod/photo-album.diff.json',
  ]);
  for (const text of files.values()) expect(text).toMatch(/[^\n]\n$/);
  expect(json('prod/photo-album.diff.json')).toEqual({
    of: 'dev',
    changed: {
      '/Resources/PhotosB9552D0D/UpdateReplacePolicy': 'Retain',
      '/Resources/PhotosB9552D0D/DeletionPolicy': 'Retain',
    },
    added: { '/Resources/PhotosB9552D0D/Properties/VersioningConfiguration': { Status: 'Enabled' } },
  });
});

test('states stand in the order in which they run, those of a failure behind them', () => {
  const { States } = json('dev/photo-album.intake.asl.json');
  expect(Object.keys(States)).toEqual(['IsPicture', 'Sizes', 'Resize', 'Done', 'Refuse', 'Tell']);
  expect(Object.keys(States.Sizes.ItemProcessor.States)).toEqual(['First', 'Second']);
  expect(States.Resize.Resource).toMatch(/^\$\{Resize\w{8}\.Arn\}$/);
});

test('what says nothing is masked', () => {
  const { Tags, Mappings, Parameters, Rules, Resources } = json('dev/photo-album.template.json');
  expect(Tags).toEqual({ team: 'photos' });
  expect(Mappings).toEqual({ Accounts: expect.stringMatching(/^<9 Regions, sha256 [0-9a-f]{12}>$/) });
  expect([Parameters, Rules]).toEqual([undefined, undefined]);
  const machines = Object.values<Json>(Resources).filter(({ Type }) => Type === 'AWS::StepFunctions::StateMachine');
  expect(machines.map(({ Properties }) => Properties)).toMatchObject([
    { DefinitionString: 'file:photo-album.intake.asl.json', Tags: '<tags of the stack>' },
  ]);
});

test('the files stand for the templates', () => {
  expect(fromFiles(files)).toEqual(variants);
});

test.each([
  ['prod/photo-album.diff.json', '<<<<<<< HEAD', 'prod/photo-album.diff.json is not JSON: '],
  [
    'dev/photo-album.intake.asl.json',
    undefined,
    'dev/photo-album.intake.asl.json is missing, which another file names',
  ],
])('%s that cannot be read is named', (path, text, sentence) => {
  const broken = new Map(files);
  if (text === undefined) broken.delete(path);
  else broken.set(path, text);
  expect(() => fromFiles(broken)).toThrow(sentence);
});
