/** What the default deployment costs with its data. */
import { resolveConfig } from '../../../lib/config';
import { estimate } from '../../../scripts/account/cost';
import { synthesize } from '../../../scripts/shared/kit-app';

test('a drift story of the default deployment costs at most a dollar', () => {
  const config = resolveConfig('sandbox', { dataset: 'nyc-flights' });
  expect(estimate(config, synthesize(config)).story.usd).toBeLessThanOrEqual(1);
});
