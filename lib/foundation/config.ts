import { z } from 'zod';

export const foundationConfig = {
  foundation: z
    .strictObject({
      destroyData: z.boolean().default(true).describe('Delete data with the stacks'),
      auditTrail: z
        .boolean()
        .default(true)
        .describe(
          'A CloudTrail trail. A second management trail in an account is billed, about 2 USD per 100,000 events: turn it off if an organization trail exists',
        ),
      monthlyBudgetUsd: z
        .number()
        .positive()
        .nullable()
        .default(25)
        .describe(
          'USD; a notification is sent to the alerts topic at 80 %. `null` for no budget: a new member of an organization may create none',
        ),
      alertEmail: z.email().optional().describe('Address that is subscribed to the alerts topic; none by default'),
      logRetentionDays: z
        .union([z.literal(7), z.literal(30), z.literal(90), z.literal(365)])
        .default(30)
        .describe('Days that the logs of functions, state machines and the API are kept'),
    })
    .prefault({}),
  network: z
    .strictObject({
      isolatedVpc: z
        .boolean()
        .default(false)
        .describe("Run SageMaker's jobs and the model in a network without internet access"),
    })
    .prefault({}),
};
