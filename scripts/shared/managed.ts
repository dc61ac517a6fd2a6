/** Over `standard` or `production`: what accounts that still have SageMaker Model Monitor may choose. */
export const managed = {
  monitoring: { engine: 'managed', windowDays: 1 },
  serving: { maxInstancesPerRequest: 1 },
};
