/** The configurations whose templates lie below templates/. */
import { variants as documented } from '../docs/synthesized';

interface Variant {
  profile: string;
  config?: Record<string, unknown>;
  /** Variant from which only the differences are kept. @default - sandbox, which is kept whole */
  of?: string;
}

/** The configurations of the documents, with the default dataset and every opt-in room; the first is the one of `cdk deploy`. */
export const variants: Record<string, Variant> = {
  ...documented,
  managed: { ...documented.managed!, of: 'standard' },
};
