/** Instance types that SageMaker supports for each use, from the API's lists in the SDK. */
import { ProcessingInstanceType, ProductionVariantInstanceType, TrainingInstanceType } from '@aws-sdk/client-sagemaker';
import { z } from 'zod';

const offered = {
  training: Object.values<string>(TrainingInstanceType),
  processing: Object.values<string>(ProcessingInstanceType),
  endpoint: Object.values<string>(ProductionVariantInstanceType),
};
export type InstanceUse = keyof typeof offered;

/** Graviton families have a g after the generation (`m6g`, `c7gn`); `g5` and `g4dn` are GPUs. */
const ARM = /^ml\.[a-z]+\d+g[a-z]*\./;

/** Burstable types earn CPU credits, and SageMaker does not scale such a fleet. `trn1` is not burstable. */
export const isBurstable = (type: string): boolean => /^ml\.t\d/.test(type);

/** A type that this use supports and that the XGBoost image runs on. */
export const instanceType = (use: InstanceUse) =>
  z.string().superRefine((type, ctx) => {
    const refuse = (message: string) => ctx.addIssue({ code: 'custom', message });
    if (ARM.test(type))
      refuse(
        `${type} is arm64, for which SageMaker has no XGBoost image after 1.5: choose an x86 type, e.g. ml.m5.large`,
      );
    else if (!offered[use].includes(type))
      refuse(`SageMaker has no ${use} on ${type}: choose one of ${similar(type, offered[use]).join(', ')}`);
  });

/** Types of the same family if there are any, so that a wrong size is answered with the right ones. */
function similar(type: string, types: readonly string[]): readonly string[] {
  const family = types.filter((one) => one.split('.')[1] === type.split('.')[1]);
  return family.length > 0 ? family : types.filter((one) => /^ml\.(t\d|m5)\./.test(one));
}
