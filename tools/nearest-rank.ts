// The percentile of regrets. By nearest rank, not interpolated as elsewhere (simple-statistics' quantile): most regrets
// are 0 and the others are large, so a value between two of them would be a regret that no client has.

/** The lowest value that `share` of all values don't exceed; undefined without values. */
export function nearestRank(values: readonly number[], share: number): number | undefined {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
}
