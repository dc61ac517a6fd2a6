import { Refused } from '../../lib/shared/refused';
import { columnWith } from '../../lib/shared/dataset';
import type { DeployedKit } from './deployed-kit';
import { featuresOf, type Row } from './features';
import { curatedPartitions } from './status';

/**
 * A request that the API takes: rows as the deployed Glue job wrote them, those of the latest times.
 * @throws Refused where nothing is curated, or more rows are asked for than a request may hold
 */
export async function sample(
  kit: DeployedKit,
  { rows, partition }: { rows: number; partition?: string },
): Promise<{ instances: Row[] }> {
  const { maxInstances } = kit.settings;
  if (rows < 1 || rows > maxInstances)
    throw new Refused(`--rows is ${rows}: a request holds 1 to ${maxInstances} rows (serving.maxInstancesPerRequest)`);
  const from = partition ?? (await curatedPartitions(kit)).at(-1);
  if (from === undefined)
    throw new Refused('nothing is curated yet, so no row can be shown: npm run kit -- status says what to load');
  const time = columnWith(kit.dataset, 'time');
  const found = await featuresOf(kit, from);
  return { instances: found.sort((a, b) => (String(a[time]) < String(b[time]) ? -1 : 1)).slice(-rows) };
}
