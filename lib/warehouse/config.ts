import { z } from 'zod';
import { whole } from '../shared/knobs';

/** Some of what Redshift Serverless sells; it has every step of 8. */
const rpus = () =>
  z.literal([512, 256, 128, 64, 32, 16, 8, 4], 'a workgroup has 4, 8, 16, 32, 64, 128, 256 or 512 RPU');

export const warehouseConfig = {
  warehouse: z
    .strictObject({
      baseRpu: rpus()
        .default(4)
        .describe(
          'RPU that a query starts with: 1.50 USD per hour for 4 while a query runs, nothing at rest. Some Regions begin at 8',
        ),
      maxRpu: rpus().default(8).describe('RPU that Redshift may scale to: the limit of the cost per hour'),
      maxQuerySeconds: whole(10, 86_399)
        .default(600)
        .describe('Seconds after which a query is stopped: the limit of its cost'),
      adminSecret: z
        .boolean()
        .default(false)
        .describe(
          "Let Secrets Manager hold an admin's password, 0.40 USD per month. Only an admin can grant an IAM role the use of the catalog, once: `kit query --grant` does it, and the grant stays when the secret is removed",
        ),
    })
    .refine(({ baseRpu, maxRpu }) => baseRpu <= maxRpu, { path: ['maxRpu'], error: 'must not be below baseRpu' })
    .prefault({}),
};
