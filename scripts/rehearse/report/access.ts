/** Permitted and denied calls, and unused grants. */
import type { Summary } from '../verify';
import { folded, type Section, section, table } from './page';

export function access({ iam }: Summary): Section {
  return section(
    'Access',
    `${iam.allowed} calls allowed, ${iam.denied} denied. The refusals of role rehearsal-client are provoked on purpose: they show what a user may not do.`,
    table(iam.denials, ['denied principal', ({ principal }) => principal], 'action', 'resource'),
    folded(`${iam.unused.length} granted and not used in this run`, iam.unused, 'principal', 'action'),
    folded(
      `${iam.unproven.length} granted for calls whose permission the emulator never checks`,
      iam.unproven,
      'principal',
      'action',
    ),
  );
}
