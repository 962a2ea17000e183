// Which regions are linked, and which side of each pair dials. Routes are one hop, so every pair of regions has its own
// link. Pure: both objects of a pair come to the same answer, so that no pair is ever linked twice, or not at all.

/** A pair of regions; `a` dials `b`. */
export interface Pair {
  readonly a: string;
  readonly b: string;
}

/**
 * All pairs: n (n - 1) / 2 for n regions. In the order of their ids, two neighbours are dialled by the first, the next
 * but one by the other, and so on in turns: so each region dials half of its peers, one more or less.
 */
export function pairsOf(regions: readonly string[]): readonly Pair[] {
  const sorted = regions.toSorted();
  return sorted.flatMap((first, index) =>
    sorted.slice(index + 1).map((second, between) => {
      return between % 2 === 0 ? { a: first, b: second } : { a: second, b: first };
    }),
  );
}

/** The regions that `region` dials. */
export function peersToDial(region: string, regions: readonly string[]): readonly string[] {
  return pairsOf(regions)
    .filter(({ a }) => a === region)
    .map(({ b }) => b)
    .toSorted();
}

/** The regions that dial `region`, which have to be notified when it comes up. */
export function peersThatDial(region: string, regions: readonly string[]): readonly string[] {
  return pairsOf(regions)
    .filter(({ b }) => b === region)
    .map(({ a }) => a)
    .toSorted();
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
