import { z } from 'zod';
import { positive, whole } from '../shared/knobs';

export const aiServicesConfig = {
  aiServices: z
    .strictObject({
      answersExpiryDays: whole(1, 365)
        .default(30)
        .describe(
          'Days after which audio, speech marks and results of documents are deleted: all of it can be made again',
        ),
      toleratedFailurePercent: z
        .number()
        .min(0)
        .max(100)
        .default(10)
        .describe('Percentage of the documents that may be in failed batches before an execution of Analyze fails'),
      ratePerSecond: positive(20)
        .default(5)
        .describe(
          'Requests per second that the API takes: a text is four calls, and Comprehend takes 20 per second of each kind',
        ),
      burst: whole(1, 100).default(10).describe('Requests at once that the API takes'),
    })
    .prefault({}),
};
