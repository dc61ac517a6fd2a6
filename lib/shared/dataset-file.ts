/**
 * What `datasets/<name>/dataset.json` may say, key by key. `schema/dataset.schema.json`, which the jobs check against, and
 * docs/dataset-file.md are written from this file by `npm run docs`. Rules between keys are in dataset-rules.ts.
 */
import { z } from 'zod';

const text = z.string().min(1);
/** Glue and Athena fold names to lower case, and SQL would have to quote others. */
const name = z.string().regex(/^[a-z][a-z0-9_]{0,62}$/);
const size = z.number().int().min(1).optional();
const fault = z.enum(['quarantine', 'null']);

const values = {
  unit: text.optional().describe('Of a number: minutes, degF'),
  min: z.number().optional().describe('Least value that is believed'),
  max: z.number().optional().describe('Largest value that is believed'),
  pattern: text
    .optional()
    .describe(
      'Regular expression of a text, from ^ to $, in the part that Java, JavaScript and Python share: no inline flags, look-around or named groups',
    ),
};

const rawColumn = z.strictObject({
  name: name.describe('As in the header of the CSV'),
  type: z
    .enum(['int', 'double', 'string', 'timestamp'])
    .describe('A timestamp is written YYYY-MM-DDTHH:MM:SSZ; the loader of a dataset writes other forms so'),
  ...values,
  format: z.literal('time-zone').optional().describe('A text that must be an IANA time zone, as Europe/Paris'),
  required: z.boolean().optional().describe('A row without it means nothing'),
  rule: fault
    .optional()
    .describe(
      'What a value outside its limits does: `quarantine` refuses the row, `null` empties the value. Without a rule it stays',
    ),
  meaning: text.describe('For people: catalog and documents show it'),
});

const rawTable = z.strictObject({
  role: z
    .enum(['events', 'reference'])
    .describe('Exactly one table holds the events, one row each; the others are looked up'),
  meaning: text.describe('For people'),
  key: z.array(name).min(1).optional().describe('Columns that identify a row of a reference table'),
  time: name
    .optional()
    .describe(
      'Column of type timestamp by which a row belongs to a partition; a table without one comes whole with each',
    ),
  lookBackDays: z
    .number()
    .int()
    .min(1)
    .max(366)
    .optional()
    .describe('Days before a partition whose rows its features see too'),
  columns: z.array(rawColumn).min(1).describe('In the order of the CSV'),
});

const curatedColumn = z.strictObject({
  name: name.describe('As requests carry it'),
  type: z.enum(['int', 'double', 'string', 'timestamp']),
  role: z
    .enum(['id', 'time', 'feature'])
    .describe(
      'One `id` joins predictions and labels, one `time` is the event time; features reach the model in this order',
    ),
  kind: z.enum(['categorical', 'numeric']).optional().describe('How a feature is encoded and its drift measured'),
  ...values,
  nullable: z.boolean().optional().describe('Whether a request may leave the value unknown (null)'),
  facet: z.boolean().optional().describe('Bias is measured between the values of this categorical feature'),
  segment: z.boolean().optional().describe('The gate judges each large value of this categorical feature apart'),
  monitor: z
    .enum(['retrain', 'report'])
    .optional()
    .describe('Whether drift of the feature may start a retraining, or is only shown'),
  ruleOfThumb: z
    .enum(['higher', 'lower'])
    .optional()
    .describe(
      'At most one numeric feature: higher, or lower, values speak for the positive outcome. A model must beat it; without one it must beat the mean rate',
    ),
  meaning: text,
});

const labelColumn = z.strictObject({
  name,
  type: z.enum(['int', 'double', 'string']),
  role: z.enum(['id', 'label']).describe('The `id` is that of the features'),
  target: z.literal(true).optional().describe('The label of a yes or no: exactly one, an int from 0 to 1'),
  unit: values.unit,
  min: values.min,
  max: values.max,
  meaning: text,
});

const share = z.number().gt(0).lt(1);

const problem = z.strictObject({
  task: z
    .enum(['binary', 'multiclass', 'regression'])
    .optional()
    .describe('What a prediction is: yes or no (without the key), one of several classes, or a number'),
  question: text.describe('What a prediction answers, and when it is asked'),
  decision: text.describe('What is done with the answer'),
  affected: text.describe('Whom right and wrong answers meet'),
  target: name
    .optional()
    .describe('The label that is predicted, or cut into classes; a yes or no is the label marked `target`'),
  label: name.optional().describe('Of classes: name of the class in answers and reports'),
  classes: z
    .array(
      z.strictObject({
        name: text,
        below: z
          .number()
          .optional()
          .describe('Values of the target below it, and not below that before; the last has none'),
      }),
    )
    .min(2)
    .optional()
    .describe('Of classes: from the lowest values to the highest'),
  positive: z
    .array(text)
    .min(1)
    .optional()
    .describe('Of classes: those that count as the outcome where groups are compared'),
  positiveFrom: z
    .number()
    .optional()
    .describe('Of a number: from where it counts as the outcome where groups are compared'),
  loss: z
    .enum(['squared', 'absolute', 'quantile'])
    .optional()
    .describe('Of a number: what boosted trees minimise; `quantile` learns the ends of the interval too'),
  intervalLevel: share
    .optional()
    .describe('Of a number: share of outcomes that the interval of a prediction is to hold'),
  costs: z
    .strictObject({
      unit: text,
      falseAlarm: z.number().positive().describe('Of acting for nothing'),
      miss: z.number().positive().describe('Of not acting where it was needed'),
      meaning: text,
    })
    .optional()
    .describe('Of a yes or no: the threshold of a decision is where these cost least'),
  floor: z
    .strictObject({
      auc: z.number().min(0.5).max(1).optional().describe('Of a yes or no'),
      skill: z
        .number()
        .min(0)
        .max(1)
        .optional()
        .describe("Of the others: share by which the loss must be below the simple rule's"),
      meaning: text,
    })
    .describe('No model below it is released'),
});

export const datasetFile = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z][a-z0-9-]{1,40}(\/[a-z][a-z0-9-]{1,40})?$/)
    .describe('Name of the folder below datasets/; what is deployed has the name of its task behind a slash'),
  licence: text.describe('Under which the data may be used'),
  since: z
    .string()
    .regex(/^[0-9]{4}-[0-9]{2}-[0-9]{2}$/)
    .describe('First day with data, YYYY-MM-DD: the tables of Athena begin there, and no event may be much older'),
  partition: z.enum(['day', 'month']).describe('What lands, is prepared and is replaced as a whole'),
  missing: z
    .array(text)
    .optional()
    .describe('Words of the raw files that stand for no value, as R writes NA; the loader empties such fields'),
  volume: z
    .strictObject({
      eventsPerDay: z.number().positive().describe('Over all days, those without events too'),
      positiveShare: share.describe('Share of the labels whose target is 1'),
    })
    .describe('About how much data there is: windows, slices and least sizes follow from it (lib/shared/sizes.ts)'),
  sizes: z
    .strictObject({
      windowDays: size,
      gateDays: size,
      selectDays: size,
      minRecords: size,
      segmentMinRows: size,
      facetMinRows: size,
      minNewLabelledRows: size,
    })
    .optional()
    .describe('The same, stated where it is known better; a configuration lies above both'),
  problem: problem.describe(
    'The question that the data is to answer; threshold, gate, report and model package read it',
  ),
  tasks: z
    .record(z.string().regex(/^[a-z][a-z0-9-]{1,40}$/), problem)
    .optional()
    .describe('Other questions to the same data, by name; knob `dataset` chooses one as <dataset>/<task>'),
  raw: z.record(name, rawTable).describe('Tables as they land, one CSV with a header each and partition'),
  features: z.strictObject({ columns: z.array(curatedColumn).min(3) }).describe('Curated rows, which requests carry'),
  labels: z
    .strictObject({
      parameters: z
        .record(z.string(), z.number())
        .optional()
        .describe("Numbers of the label's rule that loader and features share"),
      columns: z.array(labelColumn).min(2).describe('The id, then the values in the order of a ground-truth line'),
    })
    .describe('Ground truth'),
});

export type Problem = z.output<typeof problem>;
export type Dataset = z.output<typeof datasetFile>;
export type RawTable = z.output<typeof rawTable>;
export type RawColumn = z.output<typeof rawColumn>;
export type Column = z.output<typeof curatedColumn>;
