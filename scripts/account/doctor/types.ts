export type Verdict = 'ok' | 'warn' | 'fail';

/** One line of a diagnosis. */
export interface Check {
  /** Subject of the check, e.g. `quota` or `bootstrap`. */
  about: string;
  verdict: Verdict;
  found: string;
  /** The command or address of the remedy; present whenever the verdict is not ok. */
  fix?: string;
  /** Figures behind the sentence, for `--json`. */
  evidence?: Record<string, string | number | null>;
}

const wrong =
  (verdict: Verdict) =>
  (about: string, found: string, fix: string, evidence?: Check['evidence']): Check => ({
    about,
    verdict,
    found,
    fix,
    evidence,
  });
export const [warn, fail] = [wrong('warn'), wrong('fail')];

export const ok = (about: string, found: string, evidence?: Check['evidence']): Check => ({
  about,
  verdict: 'ok',
  found,
  evidence,
});

export interface Diagnosis {
  kit: string;
  profile: string;
  account: string | null;
  region: string | null;
  /** The worst verdict of the checks. */
  verdict: Verdict;
  checks: Check[];
}
