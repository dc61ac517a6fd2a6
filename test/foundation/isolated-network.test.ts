/** The network of `production`: what is called from inside has a door, and every door has a caller. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Json } from '../shared/json';
import { definition, kit, managed, only, readable, resources } from '../shared/kit';

const engines = { open: kit('production'), managed: kit('production', managed) };
const endpoints = (app = engines.open) =>
  Object.values(resources('foundation', 'AWS::EC2::VPCEndpoint', app)).map(({ Properties }) => ({
    ...Properties,
    service: readable(Properties.ServiceName).split('>.').at(-1)!,
  })) as Json[];

/** AWS services that programs inside the network call by themselves; Glue's run outside it. */
function calledByPrograms(): string[] {
  const jobs = join(__dirname, '../../jobs');
  const programs = ['training', 'serving', 'monitoring', 'common'].flatMap((room) =>
    readdirSync(join(jobs, room))
      .filter((name) => name.endsWith('.py'))
      .map((name) => readFileSync(join(jobs, room, name), 'utf8')),
  );
  return [
    ...new Set(
      programs.flatMap((text) =>
        [...text.matchAll(/(?:boto3\.client|create_client)\("(\w+)"/g)].map(([, name]) => name!),
      ),
    ),
  ];
}

test('under the open engine the programs of the jobs are the only callers', () => {
  expect(calledByPrograms()).toEqual(['s3']);
  expect(endpoints().map(({ service }) => service)).toEqual(calledByPrograms());
});

test('Clarify, which serves a copy of the model and asks it, adds two', () => {
  expect(endpoints(engines.managed).map(({ service }) => service)).toEqual([
    's3',
    'sagemaker.api',
    'sagemaker.runtime',
  ]);
});

test.each(Object.entries(engines))('%s: no door leads to another account', (_, app) => {
  for (const { PolicyDocument } of endpoints(app))
    for (const { Action, Condition } of PolicyDocument.Statement) {
      expect(Condition).toEqual({ StringEquals: { 'aws:ResourceAccount': { Ref: 'AWS::AccountId' } } });
      for (const action of [Action].flat()) expect(action).not.toContain('*');
    }
});

test('interface endpoints answer under the usual names, to the VPC, by HTTPS; the gateway is in every route table', () => {
  const [gateway, ...doors] = endpoints(engines.managed);
  const tables = Object.keys(resources('foundation', 'AWS::EC2::RouteTable', engines.managed));
  expect(gateway.RouteTableIds.map(({ Ref }: Json) => Ref).sort()).toEqual(tables.sort());
  for (const { PrivateDnsEnabled, SecurityGroupIds } of doors) {
    expect(PrivateDnsEnabled).toBe(true);
    const id = SecurityGroupIds[0]['Fn::GetAtt'][0];
    const { SecurityGroupIngress } = resources('foundation', 'AWS::EC2::SecurityGroup', engines.managed)[id]!
      .Properties;
    expect(SecurityGroupIngress).toMatchObject([{ IpProtocol: 'tcp', FromPort: 443, ToPort: 443 }]);
  }
});

test('the jobs may leave by HTTPS only', () => {
  const groups = Object.values(resources('foundation', 'AWS::EC2::SecurityGroup', engines.open));
  expect(groups.map(({ Properties }) => Properties.SecurityGroupEgress)).toMatchObject([
    [{ IpProtocol: 'tcp', FromPort: 443, ToPort: 443 }],
  ]);
});

const states = (room: 'training' | 'monitoring') => definition(room, engines.open).States;

test('training, evaluation and the model have no network at all; the monitor reads S3 by itself', () => {
  const { Train, Tune, Evaluate } = states('training');
  expect(Train.Arguments.EnableNetworkIsolation).toBe(true);
  expect(Tune.Arguments.TrainingJobDefinition.EnableNetworkIsolation).toBe(true);
  expect(Evaluate.Arguments.NetworkConfig.EnableNetworkIsolation).toBe(true);
  expect(states('monitoring').RunMonitor.Arguments.NetworkConfig).not.toHaveProperty('EnableNetworkIsolation');
  expect(only('serving-model', 'AWS::SageMaker::Model', engines.open).Properties.EnableNetworkIsolation).toBe(true);
});

test('every job and the model are in the network', () => {
  const { Train, Tune, Evaluate } = states('training');
  const inside = [
    Train.Arguments.VpcConfig,
    Tune.Arguments.TrainingJobDefinition.VpcConfig,
    Evaluate.Arguments.NetworkConfig.VpcConfig,
    states('monitoring').RunMonitor.Arguments.NetworkConfig.VpcConfig,
    only('serving-model', 'AWS::SageMaker::Model', engines.open).Properties.VpcConfig,
  ];
  for (const { Subnets, SecurityGroupIds } of inside) {
    expect(Subnets).toHaveLength(2);
    expect(SecurityGroupIds).toHaveLength(1);
  }
});

test('a job without a network gets its code as a channel', () => {
  for (const { InputDataConfig } of [
    states('training').Train.Arguments,
    states('training').Tune.Arguments.TrainingJobDefinition,
  ])
    expect(InputDataConfig.map(({ ChannelName }: Json) => ChannelName)).toEqual(['features', 'labels', 'code']);
});
