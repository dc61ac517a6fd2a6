#!/usr/bin/env node
import { App, Tags } from 'aws-cdk-lib';
import { AiServicesStack } from '../lib/ai-services/ai-services-stack';
import { loadConfig } from '../lib/config';
import { DataLakeStack } from '../lib/data-lake/data-lake-stack';
import { EtlStack } from '../lib/etl/etl-stack';
import { FoundationStack } from '../lib/foundation/foundation-stack';
import { MonitoringStack } from '../lib/monitoring/monitoring-stack';
import { RetrainingStack } from '../lib/retraining/retraining-stack';
import { enabledRooms } from '../lib/rooms';
import { datasetOf } from '../lib/shared/datasets';
import { ServingModelStack } from '../lib/serving/serving-model-stack';
import { ServingStack } from '../lib/serving/serving-stack';
import { tellingRefusals } from '../lib/shared/refused';
import { TrainingStack } from '../lib/training/training-stack';
import { WarehouseStack } from '../lib/warehouse/warehouse-stack';

/** Wires the rooms in lifecycle order: references only point back along it. */
export function buildKit(app: App): void {
  const config = loadConfig(app);
  const { kit } = config;
  const dataset = datasetOf(config.dataset);
  const tags = { kit, profile: config.profile };
  for (const [key, value] of Object.entries(tags)) Tags.of(app).add(key, value);

  const { destroyData, logRetentionDays: logRetention } = config.foundation;
  const { network, monitoring } = config;
  const foundation = new FoundationStack(app, 'Foundation', {
    kit,
    tags,
    config: config.foundation,
    network,
    engine: monitoring.engine,
    keyPrincipals: enabledRooms(config).flatMap(({ keyPrincipals }) => keyPrincipals ?? []),
  });
  const { key, alerts, deadLetters, isolated } = foundation;
  const common = { kit, key, alerts, deadLetters, isolated, destroyData, logRetention, tags };

  const lake = new DataLakeStack(app, 'DataLake', {
    ...common,
    dataset,
    config: config.dataLake,
    labels: config.labels,
  });
  const { raw, curated, artifacts, captured, capture } = lake;
  const buckets = { raw, curated, artifacts, captured };

  const { prepare } = new EtlStack(app, 'Etl', { ...common, ...buckets, dataset, config: config.etl });
  const { train, champion } = new TrainingStack(app, 'Training', { ...common, ...buckets, dataset, config });

  const serving = new ServingStack(app, 'Serving', {
    ...common,
    ...buckets,
    config: config.serving,
    dataset,
    engine: monitoring.engine,
    capture,
    champion,
  });
  const { modelRole, guardrails, release, access } = serving;
  new ServingModelStack(app, 'ServingModel', {
    ...common,
    ...buckets,
    config: config.serving,
    modelRole,
    guardrails,
    managed: access && { access, config, dataset },
  });

  const machines = { Prepare: prepare.machine, Train: train.machine, Release: release.machine };
  new MonitoringStack(app, 'Monitoring', { ...common, ...buckets, config, dataset, champion, machines });
  const { machine, timeout: lease } = train;
  new RetrainingStack(app, 'Retraining', { ...common, config: config.retraining, train: machine, lease });

  // Opt-in rooms by name, built when the configuration enables them.
  const optIn: Record<string, () => unknown> = {
    warehouse: () => new WarehouseStack(app, 'Warehouse', { ...common, ...buckets, config: config.warehouse }),
    'ai-services': () => new AiServicesStack(app, 'AiServices', { ...common, raw, serving, config: config.aiServices }),
  };
  for (const { name } of enabledRooms(config)) optIn[name]?.();
}

if (require.main === module) tellingRefusals(() => buildKit(new App()));
