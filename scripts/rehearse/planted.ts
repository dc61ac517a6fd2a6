/** Puts a leftover of each type that `sweep` finds into the account, as after a partial deletion. */
import { names } from '../../lib/shared/names';
import { championName } from '../../lib/training/room';
import { filled, places } from '../account/sweep/list';
import { EMULATED } from '../shared/emulated';
import { call } from '../shared/sdk';
import type { Target } from './engine';
import data from './plants.json';

interface Plant {
  call: string;
  input: object;
  keeps?: string[];
}

/** Calls by type, in the order of their dependencies. */
export const planted = data.planted as Record<string, Plant[]>;

/** Types that cannot be created in the emulated account, with the reason. */
export const notPlanted: Readonly<Record<string, string>> = data.notPlanted;

/** @throws Error naming the type that cannot be created */
export async function plant(aws: Target, kit: string): Promise<void> {
  const [made, account] = [`${kit}-etl-Planted0123ABCD-4F5E6D7C8B9A`, EMULATED.account];
  const values: Record<string, unknown> = {
    ...places(kit),
    ...{ made, account, region: aws.region, bucket: made.toLowerCase(), role: `arn:aws:iam::${account}:role/${made}` },
    ...{ champion: championName(kit), stack: names.stack(kit, 'retraining') },
    // An empty archive.
    zip: Buffer.from(`504b0506${'00'.repeat(18)}`, 'hex'),
  };
  for (const [type, calls] of Object.entries(planted))
    for (const { call: name, input, keeps } of calls) {
      const answer: unknown = await call({ ...aws, forcePathStyle: true }, name, filled(input, values) as object).catch(
        (error: Error) => {
          throw new Error(`a ${type} cannot be planted: ${error.message}`, { cause: error });
        },
      );
      if (keeps !== undefined)
        values[keeps.at(-1)!] = keeps.reduce((at, key) => (at as Record<string, unknown>)[key], answer);
    }
}
