/** The middle value; of two in the middle the mean. @throws Error where there is none, or one that is no number */
export function median(values: readonly number[]): number {
  if (values.length === 0 || !values.every(Number.isFinite))
    throw new Error(`no median of ${JSON.stringify(values)}: every value must be a number`);
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}
