import { z } from 'zod';
import { whole } from '../shared/knobs';

export const retrainingConfig = {
  retraining: z.strictObject({
    cooldownDays: whole(0, 365)
      .default(14)
      .describe(
        "Days between the ends of the windows of two retrainings; with fewer than the gate's the champion has seen the gate's rows",
      ),
    maxPerDay: whole(0, 100)
      .default(4)
      .describe('Trainings that the guard starts on one day of the wall clock: it guards money, not statistics'),
    minNewLabelledRows: whole(0).describe(
      "Labelled rows newer than the champion's training data that a second attempt needs",
    ),
    maxAttemptsPerEpisode: whole(1, 10).default(3).describe('Trainings of one episode'),
  }),
};
