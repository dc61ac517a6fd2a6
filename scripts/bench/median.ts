/** The middle value, or the mean of the two in the middle. @throws Error for an empty list or a value that is not a number */
export function median(values: readonly number[]): number {
  if (values.length === 0 || !values.every(Number.isFinite))
    throw new Error(`no median of ${JSON.stringify(values)}: every value must be a number`);
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}
