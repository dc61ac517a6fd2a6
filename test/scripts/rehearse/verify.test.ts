import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Audit } from '../../../scripts/rehearse/engine';
import type { Evidence } from '../../../scripts/rehearse/evidence';
import { unexpected } from '../../../scripts/rehearse/rehearsal';
import { proveWinner } from '../../../scripts/rehearse/scenarios/bakeoff';
import { changedTemplates, compare, recompute } from '../../../scripts/rehearse/verify';

const ARN = 'arn:aws:sagemaker:us-east-1:123456789012:model-package/mlkit-models/1';
const audit: Audit = { allowed: 7, denied: [], unused: [], unproven: [], notRehearsed: [] };
const outcome = {
  window: { start: '2013-04-01', end: '2013-04-08' },
  champion: ARN,
  status: 'Completed',
  records: 6190,
  labelCoverage: 1,
  violations: [],
  confirmed: false,
  quality: { measure: 'AUC', score: 0.71, ruleScore: 0.68 },
};
const evidence: Evidence = {
  hashes: {},
  machines: {
    prepare: [],
    train: [],
    monitor: [],
    analyze: [],
    release: [
      {
        name: 'r',
        status: 'SUCCEEDED',
        startedAt: '',
        stoppedAt: null,
        input: { modelPackageArn: ARN },
        output: { outcome: 'released', reason: 'serves what the gate saw', modelPackageArn: ARN },
        error: null,
        cause: null,
        states: [],
      },
    ],
  },
  packages: [
    {
      arn: ARN,
      version: 1,
      approval: 'Approved',
      reason: '',
      metadata: { trigger: 'manual', trainedThrough: '2013-04-01' },
      createdAt: '',
    },
  ],
  state: [
    { pk: 'decision#2026-01-01', sk: 'b', outcome: 'skipped', reason: 'second', episode: null, attempt: 0 },
    {
      pk: 'decision#2026-01-01',
      sk: 'a',
      outcome: 'started',
      reason: 'first',
      episode: 'v1-2013-04-08',
      attempt: 1,
      evidence: { window: outcome.window },
    },
    { pk: 'lock', sk: 'lock' },
  ],
  objects: {
    'artifacts/windows/1/2013-04-08/outcome.json': outcome,
    'artifacts/windows/1/2013-04-08/analysis.json': {},
  },
  templates: [],
  clientPolicy: {},
  deployments: [
    {
      time: '2026-11-23T04:00:00.000Z',
      endpoint: 'mlkit',
      from: 'config-1',
      to: 'config-2',
      outcome: 'completed',
      stages: [
        {
          instances: 1,
          of: 2,
          seconds: 600,
          blue: { requests: 20, errors: 0 },
          green: { requests: 20, errors: 0 },
        },
      ],
    },
  ],
};

describe('recompute', () => {
  const found = recompute(evidence, audit);

  test('reads releases from executions and the registry', () => {
    expect(found.releases).toEqual([
      {
        version: 1,
        trigger: 'manual',
        trainedThrough: '2013-04-01',
        outcome: 'released',
        reason: 'serves what the gate saw',
      },
    ]);
  });

  test('reads windows from the monitor’s files', () => {
    expect(found.monitor).toMatchObject([
      { champion: 1, records: 6190, measure: 'AUC', score: 0.71, ruleScore: 0.68, confirmed: false },
    ]);
  });

  test('tells updates of the endpoint without the names that CloudFormation made up', () => {
    expect(found.deployments).toHaveLength(1);
    expect(found.deployments[0]).not.toHaveProperty('from');
    expect(found.deployments[0]).toMatchObject({ outcome: 'completed', stages: [{ green: { requests: 20 } }] });
  });

  test('orders the guard’s decisions by time', () => {
    expect(found.decisions.map(({ reason }) => reason)).toEqual(['first', 'second']);
  });

  test('takes a release that failed as failed, with its error', () => {
    const [release] = evidence.machines.release;
    const failed = { ...release!, status: 'FAILED', output: null, error: 'StackBroken', cause: 'repair it' };
    const { releases } = recompute({ ...evidence, machines: { ...evidence.machines, release: [failed] } }, audit);
    expect(releases).toMatchObject([{ outcome: 'failed', reason: 'StackBroken: repair it' }]);
  });
});

describe('compare', () => {
  const found = recompute(evidence, audit);

  test('agrees with itself', () => expect(compare(found, found)).toEqual([]));

  test('names a release and a window that only one side knows', () => {
    const differences = compare({ releases: [], monitor: [{ ...found.monitor[0]!, records: 6191 }] }, found);
    expect(differences).toEqual([expect.stringContaining('releases'), expect.stringContaining('6191')]);
  });
});

test('refusals of the user are asked for; any other is named once', () => {
  const denial = { principal: 'mlkit-etl-PrepareRole/x', action: 's3:GetObject', resource: 'arn:aws:s3:::raw/a' };
  const denied = [
    denial,
    { ...denial, principal: 'mlkit-etl-PrepareRole/y' },
    { ...denial, principal: 'rehearsal-client/scenario' },
  ];
  expect(unexpected({ denied })).toEqual(['mlkit-etl-PrepareRole was denied s3:GetObject on arn:aws:s3:::raw/a']);
});

test('a template that was changed on its way is named', () => {
  const assembly = mkdtempSync(join(tmpdir(), 'assembly-'));
  const stack = (name: string) => ({
    type: 'aws:cloudformation:stack',
    properties: { stackName: name, templateFile: `${name}.json` },
  });
  writeFileSync(
    join(assembly, 'manifest.json'),
    JSON.stringify({ artifacts: { A: stack('a'), B: stack('b'), Tree: { type: 'cdk:tree' } } }),
  );
  for (const name of ['a', 'b']) writeFileSync(join(assembly, `${name}.json`), '{}');
  const template = (name: string, body: string) => ({
    stack: name,
    resources: 0,
    sha256: createHash('sha256').update(body).digest('hex'),
  });
  expect(changedTemplates([template('a', '{}'), template('b', '{ }')], assembly)).toEqual([
    expect.stringContaining('template of b'),
  ]);
  rmSync(assembly, { recursive: true });
});

test('what sweep found is told by name, what does not count by number', () => {
  const leftover = { kind: 'alarm', name: 'mlkit/a', by: 'name', remove: 'aws …' } as const;
  const sweep = {
    kit: 'mlkit',
    left: [leftover],
    apart: [
      { ...leftover, apart: 'history' },
      { ...leftover, apart: 'history' },
    ],
    unanswered: [{ kind: 'trail', reason: 'AccessDenied' }],
  } satisfies Evidence['sweep'];
  expect(recompute({ ...evidence, sweep }, audit).sweep).toEqual({
    left: ['alarm mlkit/a'],
    unanswered: ['trail'],
    apart: { history: 2 },
  });
  // A run that came to no sweep cannot say that nothing is left.
  expect(recompute(evidence, audit).sweep.unanswered).toEqual([expect.stringContaining('everything')]);
});

test('a bake-off is told from its table, and one that names another winner than the select slice is noticed', () => {
  const family = { score: 0.7, gain: 0, interval: [0, 0] as [number, number], rounds: 3 };
  const table = (winner: string) => ({
    winner,
    measure: 'AUC',
    families: [
      { ...family, family: 'ensemble', selectScore: 0.76 },
      { ...family, family: 'linear', selectScore: 0.75, gain: -0.01 },
    ],
    failed: [],
  });
  const told = (winner: string) =>
    recompute({ ...evidence, objects: { 'artifacts/evaluations/x/bakeoff.json': table(winner) } }, audit).bakeoffs;
  expect(told('ensemble')[0]?.families[1]).toEqual({
    ...{ family: 'linear', selectScore: 0.75, score: 0.7, gain: -0.01, interval: [0, 0] },
  });
  expect(proveWinner(told('ensemble'))).toEqual([]);
  expect(proveWinner(told('linear'))).toEqual([expect.stringContaining('linear won a bake-off')]);
});
