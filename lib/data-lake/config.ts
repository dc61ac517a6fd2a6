import { z } from 'zod';
import { whole } from '../shared/knobs';

export const dataLakeConfig = {
  dataLake: z
    .strictObject({
      capturedExpiryDays: whole(30, 3650).default(365).describe('Days after which captured predictions are deleted'),
      noncurrentExpiryDays: whole(1, 365)
        .default(30)
        .describe('Days after which an overwritten or deleted object cannot be restored'),
      athenaScanLimitGb: z
        .number()
        // Athena's minimum is 10 MB.
        .min(0.01)
        .max(100)
        .default(1)
        .describe('GB; the workgroup cancels a query that scans more. Athena bills 5 USD per TB'),
    })
    .prefault({}),
  labels: z
    .strictObject({
      delayDays: whole(0, 30).default(2).describe("Days between a record's event and the file that holds its label"),
    })
    .prefault({}),
};
