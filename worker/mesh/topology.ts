// Which regions are linked. Routes are one hop, so every pair of regions has its own link; in each pair the region
// whose id sorts first dials, so that no pair is ever linked twice.

/** An unordered pair of regions; `a` dials `b`. */
export interface Pair {
  readonly a: string;
  readonly b: string;
}

/** All pairs: n (n - 1) / 2 for n regions. */
export function pairsOf(regions: readonly string[]): readonly Pair[] {
  const sorted = regions.toSorted();
  return sorted.flatMap((a, index) => sorted.slice(index + 1).map((b) => ({ a, b })));
}

/** The regions that `region` dials. */
export function peersToDial(region: string, regions: readonly string[]): readonly string[] {
  return regions.filter((peer) => region < peer).toSorted();
}

/** The regions that dial `region`, which have to be notified when it comes up. */
export function peersThatDial(region: string, regions: readonly string[]): readonly string[] {
  return regions.filter((peer) => peer < region).toSorted();
}
