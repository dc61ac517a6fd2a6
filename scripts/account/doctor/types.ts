import type { Config } from '../../../lib/config';
import type { Aws } from '../../operate/deployed-kit';
import type { Templates } from '../../shared/templates';

export type Verdict = 'ok' | 'warn' | 'fail';

/** One line of a diagnosis. */
export interface Check {
  /** What was looked at, e.g. `quota` or `bootstrap`. */
  about: string;
  verdict: Verdict;
  /** What was found, a sentence. */
  found: string;
  /** The command or address that mends it; there whenever the verdict is not ok. */
  fix?: string;
  /** Figures behind the sentence, for `--json`. */
  evidence?: Record<string, string | number | null>;
}

export interface Diagnosis {
  kit: string;
  profile: string;
  account: string | null;
  region: string | null;
  /** The worst of the checks. */
  verdict: Verdict;
  checks: Check[];
}

export interface DiagnoseOptions {
  config: Config;
  aws?: Aws;
  /** Of the configuration. */
  templates: Templates;
}
