#!/usr/bin/env node
import { App, Tags } from 'aws-cdk-lib';
import { loadConfig } from '../lib/config';
import { DataLakeStack } from '../lib/data-lake/data-lake-stack';
import { EtlStack } from '../lib/etl/etl-stack';
import { FoundationStack } from '../lib/foundation/foundation-stack';
import { MonitoringStack } from '../lib/monitoring/monitoring-stack';
import { RetrainingStack } from '../lib/retraining/retraining-stack';
import { ServingModelStack } from '../lib/serving/serving-model-stack';
import { ServingStack } from '../lib/serving/serving-stack';
import { TrainingStack } from '../lib/training/training-stack';

/** Wires the rooms in lifecycle order: references only ever point back along it. */
export function buildKit(app: App): void {
  const config = loadConfig(app);
  const { kit } = config;
  const tags = { kit, profile: config.profile };
  for (const [key, value] of Object.entries(tags)) Tags.of(app).add(key, value);

  const { destroyData, logRetentionDays: logRetention } = config.foundation;
  const { key, alerts, isolated } = new FoundationStack(app, 'Foundation', {
    kit,
    config: config.foundation,
    network: config.network,
  });
  const common = { kit, key, alerts, isolated, destroyData, logRetention, tags };

  const lake = new DataLakeStack(app, 'DataLake', { ...common, config: config.dataLake });
  const { raw, curated, artifacts, captured } = lake;
  const { prepare } = new EtlStack(app, 'Etl', { ...common, config: config.etl, raw, curated });
  const { train, champion } = new TrainingStack(app, 'Training', { ...common, config, raw, curated, artifacts });
  const serving = new ServingStack(app, 'Serving', {
    ...common,
    config: config.serving,
    artifacts,
    captured,
    capture: lake.capture,
    champion,
    inVpc: isolated !== undefined,
  });
  const { modelRole, guardrails, release } = serving;
  new ServingModelStack(app, 'ServingModel', {
    kit,
    config: config.serving,
    modelRole,
    captured,
    guardrails,
    isolated,
  });
  new MonitoringStack(app, 'Monitoring', {
    ...common,
    config,
    raw,
    captured,
    artifacts,
    champion,
    machines: { Prepare: prepare.machine, Train: train.machine, Release: release.machine },
  });
  new RetrainingStack(app, 'Retraining', { ...common, config: config.retraining, train: train.machine });
}

if (require.main === module) buildKit(new App());
