import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { KitProps } from '../foundation/kit-props';

/** Properties of a stack after DataLake. */
export interface LakeProps extends KitProps {
  readonly raw: IBucket;
  readonly curated: IBucket;
  readonly artifacts: IBucket;
  readonly captured: IBucket;
}
