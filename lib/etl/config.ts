import { z } from 'zod';
import { ratio, whole } from '../shared/knobs';

export const etlConfig = {
  etl: z
    .strictObject({
      workers: whole(2, 10).default(2).describe('G.1X workers of the Glue job, the driver included'),
      timeoutMinutes: whole(5, 240)
        .default(30)
        .describe('Minutes after which a job run is stopped: a hanging run is billed per second'),
      maxQuarantineRatio: ratio
        .default(0.05)
        .describe('A partition with a larger share of quarantined rows raises the alarm'),
    })
    .prefault({}),
};
