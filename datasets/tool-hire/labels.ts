/** Labels of hires. */
import type { LabelRule } from '../data-source';

export const labelRule: LabelRule = {
  id: ({ depot, hire_number }) => `${depot}-${Number(hire_number)}`,

  /** A tool that is still hired has no outcome yet. */
  values({ state_returned: state }) {
    if (state === '') return undefined;
    return [state === 'ok' ? 0 : 1];
  },
};
