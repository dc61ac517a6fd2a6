import { z } from 'zod';
import { whole } from '../shared/knobs';
import { instanceType, isBurstable } from '../shared/instance-types';

export const servingConfig = {
  serving: z
    .strictObject({
      mode: z
        .enum(['serverless', 'instance', 'real-time'])
        .default('serverless')
        .describe(
          '`instance` is one burstable instance without canary and scaling, 0.056 USD per hour: the alternative for a new account',
        ),
      memoryMb: z
        .literal([1024, 2048, 3072, 4096, 5120, 6144], 'a serverless endpoint has 1024 to 6144 MB, in steps of 1024')
        .default(2048)
        .describe('MB of a serverless endpoint'),
      maxConcurrency: z
        .number()
        .int()
        .min(1, 'a serverless endpoint needs 1 at least')
        .max(200, 'a serverless endpoint has 200 at most')
        .default(5)
        .describe('Concurrent requests of a serverless endpoint; a new account has 10 in all'),
      instanceType: instanceType('endpoint')
        .optional()
        .describe(
          'Instance type; `ml.t2.medium` by default for mode `instance` (a new account has two), `ml.m5.large` for `real-time`',
        ),
      minInstances: z
        .number()
        .int()
        .min(2, 'a canary is at most half of the fleet: one instance has no half, choose 2 or more')
        .default(2)
        .describe('Instances of mode `real-time`: a canary is half of the fleet'),
      maxInstances: whole(2).default(4).describe('Instances up to which mode `real-time` scales'),
      maxInstancesPerRequest: whole(1, 500).default(500).describe('Most rows per request'),
      expireAfterHours: whole(1, 8760)
        .optional()
        .describe(
          'Hours after the last release until the endpoint is removed; never by default. The hourly check costs 0.17 USD per month',
        ),
      throttle: z
        .strictObject({
          ratePerSecond: z.number().positive().default(50).describe('Requests per second that the API accepts'),
          burst: z.number().int().positive().default(100).describe('Requests above the rate that it accepts at once'),
        })
        .prefault({}),
    })
    .refine((s) => s.minInstances <= s.maxInstances, {
      path: ['minInstances'],
      error: 'must not exceed maxInstances',
    })
    .transform((s) => ({
      ...s,
      instanceType: s.instanceType ?? (s.mode === 'instance' ? 'ml.t2.medium' : 'ml.m5.large'),
    }))
    .refine((s) => s.mode !== 'real-time' || !isBurstable(s.instanceType), {
      path: ['instanceType'],
      error: 'is burstable, which SageMaker does not scale: choose another for mode real-time, e.g. ml.m5.large',
    })
    .prefault({}),
};
