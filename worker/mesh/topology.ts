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

/**
 * When the link of two servers has its turn if all links are made again, counted from 0: in one turn no server has more
 * than one of its links cut, and there are as few turns as that allows (the circle method of tournaments).
 *
 * @throws Error if one of them is not among the servers
 */
export function turnOf(one: string, other: string, servers: readonly string[]): number {
  const sorted = servers.toSorted();
  const [a, b] = [one, other].map((server) => sorted.indexOf(server)).toSorted((x, y) => x - y);
  if (a === undefined || b === undefined || a < 0) throw new Error(`${one} and ${other} are not one mesh`);
  const isEven = sorted.length % 2 === 0;
  const turns = isEven ? sorted.length - 1 : sorted.length;
  // With an even number the last one meets whoever would have had a bye.
  return isEven && b === turns ? (2 * a) % turns : (a + b) % turns;
}
