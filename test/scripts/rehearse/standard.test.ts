import { proveCanaries } from '../../../scripts/rehearse/scenarios/standard';
import type { Deployment } from '../../../scripts/rehearse/evidence';

const answered = (requests: number, errors = 0) => ({ requests, errors });
const stage = (instances: number, blue: number, green: number, errors = 0) => ({
  instances,
  of: 2,
  seconds: 600,
  blue: answered(blue),
  green: answered(green, errors),
});
const good: Deployment = {
  time: '',
  endpoint: 'mlkit',
  outcome: 'completed',
  stages: [stage(1, 50, 50), stage(2, 0, 60)],
};
const bad: Deployment = {
  time: '',
  endpoint: 'mlkit',
  outcome: 'rolled back',
  reason: 'Alarm mlkit/serving/endpoint-errors went off',
  stages: [stage(1, 20, 20, 20)],
};

test('a canary that goes through and one that rolls back are what the scenario shows', () => {
  expect(proveCanaries([good, bad])).toEqual([]);
});

test.each<[string, Deployment[]]>([
  ['two were asked for', [good]],
  ['half of the requests', [{ ...good, stages: [stage(1, 90, 10), stage(2, 0, 60)] }, bad]],
  ['half of the requests', [{ ...good, stages: [stage(1, 2, 2), stage(2, 0, 60)] }, bad]],
  ['every request must reach the new fleet', [{ ...good, stages: [stage(1, 50, 50), stage(2, 1, 60)] }, bad]],
  ['two stages', [{ ...good, stages: [stage(2, 0, 60)] }, bad]],
  ['was not rolled back', [good, { ...bad, outcome: 'completed' }]],
  ['the new fleet alone', [good, { ...bad, stages: [stage(1, 20, 20)] }]],
  ['the alarm is not the reason', [good, { ...bad, reason: 'health check' }]],
])('%s', (sentence, deployments) => {
  expect(proveCanaries(deployments).join()).toContain(sentence);
});
