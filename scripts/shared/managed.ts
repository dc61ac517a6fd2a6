/** Overrides of `standard` or `production` for accounts that still have SageMaker Model Monitor. */
export const managed = {
  monitoring: { engine: 'managed', windowDays: 1 },
  serving: { maxInstancesPerRequest: 1 },
};
