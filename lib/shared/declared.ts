/** The dataset of this bundle: esbuild resolves `#dataset` to the deployment's file, Node and jest to that of `datasets/default`. */
import declared from '#dataset';
import type { Dataset } from './dataset-file';

export const dataset = declared as unknown as Dataset;
