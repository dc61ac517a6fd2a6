import { MEASUREMENTS } from '../../../scripts/bench/measurements';

test('the programs of SageMaker give every figure that the bench prints of them', () => {
  const { figures, measure } = MEASUREMENTS.find((each) => each.figures.some(({ name }) => name === 'monitor'))!;
  const found = measure();
  expect(Object.keys(found)).toEqual(figures.map(({ name }) => name));
  for (const value of Object.values(found)) expect(value).toBeGreaterThan(0);
}, 240_000);
