import type { Dataset } from '../../lib/shared/dataset-file';

/** A dataset that knows no trade: a column of each kind. Handlers' tests mock `#dataset` with it. */
export const records = {
  name: 'records',
  since: '2013-01-01',
  partition: 'month',
  problem: {},
  features: {
    columns: [
      { name: 'record_key', type: 'string', role: 'id', pattern: '^[A-Z]{2}-[0-9]{1,4}$' },
      { name: 'happened_at', type: 'timestamp', role: 'time' },
      { name: 'region', type: 'string', role: 'feature', kind: 'categorical', segment: true, pattern: '^[A-Z]{3}$' },
      { name: 'place', type: 'string', role: 'feature', kind: 'categorical', pattern: '^[A-Z]{3}$' },
      { name: 'remark', type: 'string', role: 'feature', kind: 'categorical', nullable: true },
      { name: 'hour', type: 'int', role: 'feature', kind: 'numeric', unit: 'hour', min: 0, max: 24 },
      { name: 'size', type: 'int', role: 'feature', kind: 'numeric', min: 1, max: 900, nullable: true },
      {
        name: 'temp',
        type: 'double',
        role: 'feature',
        kind: 'numeric',
        unit: 'degF',
        min: -40,
        max: 130,
        nullable: true,
      },
      {
        name: 'share',
        type: 'double',
        role: 'feature',
        kind: 'numeric',
        min: 0,
        max: 1,
        nullable: true,
        monitor: 'retrain',
      },
    ],
  },
  labels: {
    columns: [
      { name: 'late', type: 'int', role: 'label', target: true, min: 0, max: 1 },
      { name: 'minutes', type: 'double', role: 'label' },
    ],
  },
};

/** The same to code that is given a whole declaration and reads these parts of it. */
export const dataset = records as unknown as Dataset;
