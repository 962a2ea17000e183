// Who is linked with whom. Routes are one hop, so every pair of regions has a link of its own; of each pair one
// side dials, fixed by the order of the ids, so that no pair is ever linked twice.

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

/** The regions that dial `region`, which have to be told when it comes up. */
export function peersThatDial(region: string, regions: readonly string[]): readonly string[] {
  return regions.filter((peer) => peer < region).toSorted();
}
