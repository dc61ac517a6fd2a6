/** A range of a text in code points, as Comprehend counts them: `begin` is included, `end` is not. */
export interface Span {
  readonly begin: number;
  readonly end: number;
  readonly type: string;
}

/**
 * The text between two positions with every span replaced by its type, e.g. `Call [NAME] at [PHONE]`. A span that crosses a position is
 * replaced as a whole; overlapping spans become one with both types.
 */
export function masked(text: string, spans: readonly Span[], begin = 0, end = Infinity): string {
  const points = [...text];
  const last = Math.min(end, points.length);
  let at = begin;
  let result = '';
  for (const span of merged(spans)) {
    if (span.end <= begin || span.begin >= last) continue;
    result += `${points.slice(at, span.begin).join('')}[${span.type}]`;
    at = span.end;
  }
  return result + points.slice(at, last).join('');
}

function merged(spans: readonly Span[]): Span[] {
  const result: Span[] = [];
  for (const span of [...spans].sort((a, b) => a.begin - b.begin)) {
    const previous = result.at(-1);
    if (previous === undefined || span.begin >= previous.end) {
      result.push(span);
      continue;
    }
    const types = new Set([...previous.type.split('/'), span.type]);
    result.splice(-1, 1, {
      begin: previous.begin,
      end: Math.max(previous.end, span.end),
      type: [...types].join('/'),
    });
  }
  return result;
}
