// Classes of latency on the map. The colours are those of the simulation's map, from calm to alarming; the colour-blind
// can tell them apart.

export interface LatencyClass {
  readonly title: string;
  /** Latencies below this, ms, and not in the class before. */
  readonly belowMs: number;
  readonly colour: string;
  /** Pixels. */
  readonly radius: number;
}

const LOOKS = [
  { colour: '#2583a8', radius: 6 },
  { colour: '#8fc1b5', radius: 6 },
  { colour: '#f0b429', radius: 6.5 },
  { colour: '#e2622b', radius: 7 },
  { colour: '#8e1b4c', radius: 7.5 },
] as const;

/** Between data centers, and on one machine. */
const WIDE_MS = [20, 50, 100, 200];
const LOCAL_MS = [1, 2, 5, 10];

/** The scale that fits these values: loopback is a thousand times faster than an ocean. */
export function classesFor(latencies: readonly number[]): readonly LatencyClass[] {
  const limits = Math.max(...latencies) < (WIDE_MS[0] ?? 0) ? LOCAL_MS : WIDE_MS;
  return LOOKS.map((look, index) => {
    const from = limits[index - 1];
    const below = limits[index];
    const title =
      from === undefined
        ? `under ${below} ms`
        : below === undefined
          ? `${from} ms or more`
          : `${from} to ${below} ms`;
    return { ...look, title, belowMs: below ?? Number.POSITIVE_INFINITY };
  });
}
