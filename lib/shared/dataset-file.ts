/**
 * The permitted content of `datasets/<name>/dataset.json`, key by key. `schema/dataset.schema.json`, which the jobs use, and
 * docs/dataset-file.md are generated from this file by `npm run docs`. Rules between keys are in dataset-rules.ts.
 */
import { z } from 'zod';

const text = z.string().min(1);
/** Glue and Athena fold names to lower case, and SQL would have to quote others. */
const name = z.string().regex(/^[a-z][a-z0-9_]{0,62}$/);
const size = z.number().int().min(1).optional();
const fault = z.enum(['quarantine', 'null']);

const values = {
  unit: text.optional().describe('Unit of a number: minutes, degF'),
  min: z.number().optional().describe('Smallest accepted value'),
  max: z.number().optional().describe('Largest accepted value'),
  pattern: text
    .optional()
    .describe(
      'Regular expression of a text, from ^ to $, in the part that Java, JavaScript and Python share: no inline flags, look-around or named groups',
    ),
};

const rawColumn = z.strictObject({
  name: name.describe('Name in the header of the CSV'),
  type: z
    .enum(['int', 'double', 'string', 'timestamp'])
    .describe('A timestamp is written YYYY-MM-DDTHH:MM:SSZ; the loader of a dataset converts other forms'),
  ...values,
  format: z.literal('time-zone').optional().describe('A text that must be an IANA time zone, such as Europe/Paris'),
  required: z.boolean().optional().describe('A row without it is quarantined'),
  rule: fault
    .optional()
    .describe(
      'Treatment of a value outside its limits: `quarantine` refuses the row, `null` empties the value. Without a rule the value stays',
    ),
  meaning: text.describe('Description for people, shown in catalog and documents'),
});

const rawTable = z.strictObject({
  role: z
    .enum(['events', 'reference'])
    .describe('Exactly one table holds the events, one row each; the others are looked up'),
  meaning: text.describe('Description for people'),
  key: z.array(name).min(1).optional().describe('Columns that identify a row of a reference table'),
  time: name
    .optional()
    .describe(
      'Column of type timestamp that assigns a row to a partition; a table without one lands whole with each partition',
    ),
  lookBackDays: z
    .number()
    .int()
    .min(1)
    .max(366)
    .optional()
    .describe('Days before a partition whose rows its features use too'),
  columns: z.array(rawColumn).min(1).describe('Columns in the order of the CSV'),
});

const curatedColumn = z.strictObject({
  name: name.describe('Name in requests'),
  type: z.enum(['int', 'double', 'string', 'timestamp']),
  role: z
    .enum(['id', 'time', 'feature'])
    .describe(
      'One `id` joins predictions and labels, one `time` is the event time; features reach the model in this order',
    ),
  kind: z
    .enum(['categorical', 'numeric'])
    .optional()
    .describe('Determines the encoding of a feature and the measure of its drift'),
  ...values,
  nullable: z.boolean().optional().describe('Whether the value may be missing (null) in a request'),
  facet: z.boolean().optional().describe('Whether bias is measured between the values of this categorical feature'),
  segment: z
    .boolean()
    .optional()
    .describe('Whether the gate also judges each large value of this categorical feature by itself'),
  monitor: z
    .enum(['retrain', 'report'])
    .optional()
    .describe('Whether drift of the feature may start a retraining, or is only reported'),
  ruleOfThumb: z
    .enum(['higher', 'lower'])
    .optional()
    .describe(
      'Marks at most one numeric feature whose higher, or lower, values indicate the positive outcome. A model must outperform it; without one it must outperform the mean rate',
    ),
  meaning: text,
});

const labelColumn = z.strictObject({
  name,
  type: z.enum(['int', 'double', 'string']),
  role: z.enum(['id', 'label']).describe('The `id` has the same name as that of the features'),
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
    .describe('Kind of prediction: yes or no (the default), one of several classes, or a number'),
  question: text.describe('Question that a prediction answers, and the time of the question'),
  decision: text.describe('Action that follows from the answer'),
  affected: text.describe('People who are affected by right and wrong answers'),
  target: name
    .optional()
    .describe('The label that is predicted, or cut into classes; a yes or no is the label marked `target`'),
  label: name.optional().describe('Name of the class in answers and reports, for task `multiclass`'),
  classes: z
    .array(
      z.strictObject({
        name: text,
        below: z
          .number()
          .optional()
          .describe('Exclusive upper end of the target for this class; the last class has none'),
      }),
    )
    .min(2)
    .optional()
    .describe('Classes of task `multiclass`, from the lowest values of the target to the highest'),
  positive: z
    .array(text)
    .min(1)
    .optional()
    .describe('Classes that count as the outcome when groups are compared, for task `multiclass`'),
  positiveFrom: z
    .number()
    .optional()
    .describe('Value from which a number counts as the outcome when groups are compared, for task `regression`'),
  loss: z
    .enum(['squared', 'absolute', 'quantile'])
    .optional()
    .describe('Loss that boosted trees minimise in task `regression`; `quantile` also learns the ends of the interval'),
  intervalLevel: share
    .optional()
    .describe('Share of outcomes that the interval of a prediction should contain, for task `regression`'),
  costs: z
    .strictObject({
      unit: text,
      falseAlarm: z.number().positive().describe('Cost of an unnecessary action'),
      miss: z.number().positive().describe('Cost of a missing action'),
      meaning: text,
    })
    .optional()
    .describe('Costs of errors, for task `binary`; they determine the threshold of a decision'),
  floor: z
    .strictObject({
      auc: z.number().min(0.5).max(1).optional().describe('Least AUC, for task `binary`'),
      skill: z
        .number()
        .min(0)
        .max(1)
        .optional()
        .describe("Share by which the loss must be below the simple rule's, for the other tasks"),
      meaning: text,
    })
    .describe('No model below it is released'),
});

export const datasetFile = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z][a-z0-9-]{1,40}(\/[a-z][a-z0-9-]{1,40})?$/)
    .describe('Name of the folder below datasets/; a deployed file also has the name of its task after a slash'),
  licence: text.describe('Licence of the data'),
  since: z
    .string()
    .regex(/^[0-9]{4}-[0-9]{2}-[0-9]{2}$/)
    .describe('First day with data, YYYY-MM-DD. The tables of Athena begin there, and no event may be much older'),
  partition: z.enum(['day', 'month']).describe('Unit of data that lands, is prepared and is replaced as a whole'),
  missing: z
    .array(text)
    .optional()
    .describe('Words of the raw files that mean a missing value, such as NA; the loader empties such fields'),
  volume: z
    .strictObject({
      eventsPerDay: z.number().positive().describe('Mean over all days, including those without events'),
      positiveShare: share.describe('Share of the labels whose target is 1'),
    })
    .describe(
      'Approximate amount of data; windows, slices and minimum sizes are derived from it (lib/shared/sizes.ts)',
    ),
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
    .describe('Sizes that override the derived ones; a configuration overrides both'),
  problem: problem.describe('Question that the data answers; threshold, gate, report and model package use it'),
  tasks: z
    .record(z.string().regex(/^[a-z][a-z0-9-]{1,40}$/), problem)
    .optional()
    .describe('Other questions on the same data, by name; knob `dataset` selects one as <dataset>/<task>'),
  raw: z.record(name, rawTable).describe('Raw tables, each with one CSV with a header per partition'),
  features: z.strictObject({ columns: z.array(curatedColumn).min(3) }).describe('Curated rows, which requests contain'),
  labels: z
    .strictObject({
      parameters: z
        .record(z.string(), z.number())
        .optional()
        .describe("Parameters of the label's rule that loader and features share"),
      columns: z
        .array(labelColumn)
        .min(2)
        .describe('The id, followed by the values in the order of a ground-truth line'),
    })
    .describe('Ground truth'),
});

export type Problem = z.output<typeof problem>;
export type Dataset = z.output<typeof datasetFile>;
export type RawTable = z.output<typeof rawTable>;
export type RawColumn = z.output<typeof rawColumn>;
export type Column = z.output<typeof curatedColumn>;
