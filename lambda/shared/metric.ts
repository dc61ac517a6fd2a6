import { METRIC_NAMESPACE } from '../../lib/shared/names';

/**
 * Counts one occurrence through CloudWatch's embedded metric format: no API call, no permission, no added latency.
 * Written to stdout directly: under Lambda's JSON log format `console.log` would wrap the line, and the metric would be lost.
 */
export function countMetric(kit: string, name: string, evidence: Record<string, unknown>): void {
  const directive = { Namespace: METRIC_NAMESPACE, Dimensions: [['Kit']], Metrics: [{ Name: name, Unit: 'Count' }] };
  const line = { ...evidence, _aws: { Timestamp: Date.now(), CloudWatchMetrics: [directive] }, Kit: kit, [name]: 1 };
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
