import fc from 'fast-check';
import { validate, type Refused } from '../../lambda/serving/predict/validate';
import { row, forbidden, validInstance } from './predict-instances';

jest.mock('#dataset', () => ({
  __esModule: true,
  default: jest.requireActual<typeof import('../support/records')>('../support/records').records,
}));

const refusal = (body: unknown, maxInstances = 500): Refused => {
  const result = validate(body, maxInstances);
  if ('instances' in result) throw new Error('accepted');
  return result;
};

describe('any instance that the schema allows', () => {
  test('is accepted unchanged', () => {
    fc.assert(
      fc.property(fc.array(validInstance, { minLength: 1, maxLength: 5 }), (instances) => {
        expect(validate({ instances }, 5)).toEqual({ instances });
      }),
    );
  });

  test('is refused with one forbidden value, naming instance and column', () => {
    fc.assert(
      fc.property(validInstance, validInstance, forbidden, (good, other, { column, value }) => {
        const { count, errors } = refusal({ instances: [good, { ...other, [column]: value }] });
        expect(count).toBe(1);
        expect(errors[0]).toMatchObject({ instance: 1, column });
        expect(errors[0]!.rule).toMatch(/\w/);
      }),
      { numRuns: 500 },
    );
  });

  test('is refused with a column that the schema does not have', () => {
    fc.assert(
      fc.property(
        validInstance,
        fc.string().filter((name) => !Object.hasOwn(row, name)),
        (instance, name) => {
          const extra: Record<string, unknown> = { ...instance };
          Object.defineProperty(extra, name, { value: 1, enumerable: true });
          expect(refusal({ instances: [extra] }).errors).toMatchObject([
            { column: name, rule: expect.stringContaining('not a feature column') },
          ]);
        },
      ),
    );
  });
});

test('a refusal says what was sent and what is allowed', () => {
  expect(refusal({ instances: [{ ...row, temp: 999, region: 'New York', hour: 9.5 }] })).toEqual({
    message: '3 values in 1 of 1 instances are refused',
    count: 3,
    errors: [
      { instance: 0, column: 'region', value: 'New York', rule: 'must match ^[A-Z]{3}$' },
      { instance: 0, column: 'hour', value: 9.5, rule: 'must be a whole number from 0 up to 24 (hour)' },
      { instance: 0, column: 'temp', value: 999, rule: 'must be a number from -40 up to 130 (degF)' },
    ],
  });
});

test('the bounds themselves are allowed', () => {
  expect(
    validate(
      {
        instances: [
          { ...row, temp: 130 },
          { ...row, temp: -40 },
        ],
      },
      2,
    ),
  ).toHaveProperty('instances');
});

test.each(['2013-02-30T10:00:00Z', '2013-02-03 10:00:00', '2013-02-03T10:00:00+01:00', '2013-02-03T25:00:00Z'])(
  '%s is not a UTC time',
  (time) => {
    expect(refusal({ instances: [{ ...row, happened_at: time }] }).errors).toMatchObject([{ column: 'happened_at' }]);
  },
);

describe('the year of an event', () => {
  const now = new Date('2026-11-26T00:00:00Z');
  const on = (happened_at: string) => validate({ instances: [{ ...row, happened_at }] }, 1, now);

  test.each(['2012-01-01T00:00:00Z', '2028-12-31T23:59:59Z'])('of %s is near the data', (time) => {
    expect(on(time)).toHaveProperty('instances');
  });

  test.each(['9999-12-31T00:00:00Z', '0001-01-01T00:00:00Z', '2011-12-31T23:59:59Z', '2029-01-01T00:00:00Z'])(
    'of %s is refused: one such record ended the window of the monitor',
    (time) => {
      expect(on(time)).toMatchObject({ errors: [{ value: time, rule: 'must be of the years 2012 to 2028' }] });
    },
  );
});

test('a number that the programs behind take for an overflow is refused here, declared range or not', () => {
  jest.resetModules();
  jest.isolateModules(() => {
    const columns = [
      { name: 'record_key', type: 'string', role: 'id' },
      { name: 'happened_at', type: 'timestamp', role: 'time' },
      { name: 'amount', type: 'double', role: 'feature', kind: 'numeric', min: 0 },
    ];
    jest.doMock('#dataset', () => ({ __esModule: true, default: { since: '2013-01-01', features: { columns } } }));
    const { validate } = require('../../lambda/serving/predict/validate') as {
      validate: (body: unknown, most: number) => unknown;
    };
    const { record_key, happened_at } = row;
    const paid = (amount: unknown) => validate({ instances: [{ record_key, happened_at, amount }] }, 1);
    for (const amount of [1e300, -1])
      expect(paid(amount)).toMatchObject({ errors: [{ rule: 'must be a number from 0 up to 9007199254740992' }] });
    expect(paid('much')).toMatchObject({ errors: [{ rule: 'must be a number from 0' }] });
    expect(paid(2 ** 53)).toHaveProperty('instances');
  });
});

test.each([
  ['', 'must be 1 to 64 printable ASCII characters'],
  ['x'.repeat(65), 'must be 1 to 64 printable ASCII characters'],
  ['caf\u00e9', 'must be 1 to 64 printable ASCII characters'],
  ['half \ud83d', 'must be well-formed Unicode'],
])('an id that is %j is refused before SageMaker does', (record_key, rule) => {
  expect(refusal({ instances: [{ ...row, record_key }] }).errors[0]!.rule).toContain(rule);
});

test('a pattern that JavaScript does not have is refused by the name of its column', () => {
  jest.resetModules();
  jest.isolateModules(() => {
    const columns = [{ name: 'code', type: 'string', role: 'id', pattern: '(?i)^a$' }];
    jest.doMock('#dataset', () => ({ __esModule: true, default: { since: '2020-01-01', features: { columns } } }));
    expect(() => require('../../lambda/serving/predict/validate')).toThrow(
      /the pattern of column code is no regular expression of JavaScript .*\(\?i\).*without inline flags/,
    );
  });
});

test('of many refusals the first 20 are listed and all are counted', () => {
  const instances = Array.from({ length: 30 }, () => ({ ...row, size: 0 }));
  const { message, count, errors } = refusal({ instances });
  expect(count).toBe(30);
  expect(errors).toHaveLength(20);
  expect(message).toBe('30 values in 30 of 30 instances are refused; the first 20 are listed');
});

test('a long value is cut', () => {
  const [error] = refusal({ instances: [{ ...row, place: 'x'.repeat(10_000) }] }).errors;
  expect(String(error!.value).length).toBeLessThan(110);
});

test.each([
  ['a number', 7, 'the body must be {"instances": [...]} with 1 to 3 instances; received 7'],
  ['nothing', undefined, 'received nothing'],
  ['an array', [row], 'the body must be {"instances": [...]}'],
  ['no instance', { instances: [] }, 'send 1 to 3 instances; received 0'],
  ['too many instances', { instances: [row, row, row, row] }, 'send 1 to 3 instances; received 4'],
])('%s is refused', (_, body, message) => {
  expect(refusal(body, 3).message).toContain(message);
});

test.each([null, 'text', 3, []])('an instance that is %j is refused', (instance) => {
  expect(refusal({ instances: [row, instance] }).errors).toEqual([
    { instance: 1, column: '', value: instance, rule: 'must be an object of feature columns' },
  ]);
});
