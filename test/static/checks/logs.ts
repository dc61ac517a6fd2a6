/** A log group that nobody declared keeps its lines for ever, and stays when the kit goes. */
import type { Json } from '../../shared/json';
import { readable } from '../../shared/kit';
import { edit, type Check } from '../check';
import { list, type Model } from '../../../scripts/shared/model';

const groups = (model: Model) => model.ofType('AWS::Logs::LogGroup');

export const logs: Check[] = [
  {
    holds: 'every log group has a retention and goes with its stack',
    find: (model) =>
      groups(model).flatMap(({ id, properties, resource }) => [
        ...(properties.RetentionInDays === undefined ? [{ at: id, problem: 'keeps its lines for ever' }] : []),
        ...(resource.DeletionPolicy === 'Delete' ? [] : [{ at: id, problem: 'stays when its stack is deleted' }]),
      ]),
    mutations: [
      { breaks: edit('AWS::Logs::LogGroup', ({ Properties }) => delete Properties.RetentionInDays), finds: /for ever/ },
      { breaks: edit('AWS::Logs::LogGroup', (resource) => (resource.DeletionPolicy = 'Retain')), finds: /stays/ },
    ],
  },
  {
    holds: 'every function writes to a declared log group',
    find: (model) =>
      model
        .ofType('AWS::Lambda::Function')
        .flatMap((node) =>
          model.references(node, node.properties.LoggingConfig?.LogGroup).some((group) => groups(model).includes(group))
            ? []
            : [{ at: node.id, problem: 'Lambda makes it a log group of its own, without retention' }],
        ),
    mutations: [
      {
        breaks: edit('AWS::Lambda::Function', ({ Properties }) => delete Properties.LoggingConfig),
        finds: /of its own/,
      },
    ],
  },
  {
    holds: 'a stage that logs executions has their log group declared, before it exists',
    find: (model) =>
      model.ofType('AWS::ApiGateway::Stage').flatMap((stage) => {
        const logsExecutions = list<Json>(stage.properties.MethodSettings).some(
          ({ LoggingLevel }) => LoggingLevel !== undefined && LoggingLevel !== 'OFF',
        );
        const api = model.target(stage, stage.properties.RestApiId);
        // API Gateway decides on this name, and creates the group itself where there is none.
        const name = `API-Gateway-Execution-Logs_<${api.logicalId}>/${stage.properties.StageName}`;
        const group = groups(model).find(({ properties }) => readable(properties.LogGroupName ?? '') === name);
        if (!logsExecutions) return [];
        if (group === undefined) return [{ at: stage.id, problem: `API Gateway makes the log group ${name} itself` }];
        return list(stage.resource.DependsOn).includes(group.logicalId)
          ? []
          : [{ at: stage.id, problem: `may log before ${group.logicalId} is there` }];
      }),
    mutations: [
      {
        breaks: edit(
          ({ Type, Properties }) => Type === 'AWS::Logs::LogGroup' && Properties.LogGroupName !== undefined,
          ({ Properties }) => delete Properties.LogGroupName,
        ),
        finds: /makes the log group API-Gateway-Execution-Logs_/,
      },
      {
        breaks: edit('AWS::ApiGateway::Stage', (resource) => {
          resource.DependsOn = resource.DependsOn.filter((id: string) => !/ExecutionLogs/.test(id));
        }),
        finds: /may log before/,
      },
    ],
  },
];
