import { z } from 'zod';
import { instanceType } from '../shared/instance-types';
import { ratio, whole } from '../shared/knobs';

export const monitoringConfig = {
  monitoring: z.strictObject({
    engine: z
      .enum(['open', 'managed'])
      .default('open')
      .describe('`managed` is SageMaker Model Monitor, which is closed to new accounts'),
    instanceType: instanceType('processing')
      .default('ml.t3.medium')
      .describe("Instance of the open engine's job, which needs less than 1 GB"),
    managedInstanceType: instanceType('processing')
      .default('ml.t3.large')
      .describe("Instance of the managed engine's jobs, which run out of memory on 4 GB"),
    // #region window
    windowDays: whole(1, 90).describe(
      'Days of a window. A shorter window picks up weekday effects, a longer one delays detection',
    ),
    confirm: z
      .strictObject({
        k: whole(1).default(2).describe('Number of windows with violations for a confirmation'),
        n: whole(1, 10).default(3).describe('Number of last windows among which they are counted'),
      })
      .refine((c) => c.k <= c.n, { path: ['k'], error: 'must not exceed n: so many windows are not looked at' })
      .prefault({}),
    minRecords: whole(1).describe('Captured records below which a window is not judged'),
    minLabelCoverage: ratio.default(0.8).describe('Share of labelled records below which quality is not judged'),
    // #endregion window
    facetMinRows: whole(1).describe('Rows below which no bias is reported for a facet value'),
    schedule: z
      .boolean()
      .default(false)
      .describe('Monitor every day. Turn it on when there is traffic: an idle schedule bills about 0.01 USD per day'),
    dashboard: z
      .boolean()
      .default(false)
      .describe(
        'A CloudWatch dashboard. The first three of an account are free, each further one costs 3 USD per month',
      ),
  }),
};
