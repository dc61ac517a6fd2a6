/** The configurations whose templates lie below templates/. */
import { variants as documented } from '../docs/synthesized';

export interface Variant {
  profile: string;
  config?: Record<string, unknown>;
  /** Variant from which only the differences are kept. @default - sandbox, which is kept whole */
  of?: string;
}

/** What the documents describe, with the default dataset and every opt-in room: the first is what `cdk deploy` gives. */
export const variants: Record<string, Variant> = {
  sandbox: documented.sandbox!,
  standard: documented.standard!,
  production: documented.production!,
  managed: { ...documented.managed!, of: 'standard' },
};
