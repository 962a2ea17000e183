// Rates from counters that only grow, and begin again at 0 when what they count is new. Pure.

export interface Counter {
  readonly value: number;
  /** When it was last seen to be different, ms since the epoch. */
  readonly at: number;
  /** A second; null until it was seen twice. */
  readonly rate: number | null;
}

/** A counter that has stood still for so long has a rate of 0: its reader looks about every second. */
const STILL_MS = 5_000;

/** A counter of which nothing is known is absent. */
export function counted(
  before: ReadonlyMap<string, Counter> | undefined,
  at: number,
  values: ReadonlyMap<string, number | null>,
): ReadonlyMap<string, Counter> {
  const counters = new Map<string, Counter>();
  for (const [key, value] of values) {
    if (value !== null) counters.set(key, next(before?.get(key), at, value));
  }
  return counters;
}

function next(known: Counter | undefined, at: number, value: number): Counter {
  if (known === undefined || value < known.value || at < known.at) return { value, at, rate: null };
  const ms = at - known.at;
  if (value === known.value) {
    return ms < STILL_MS ? known : { ...known, rate: 0 };
  }
  return ms === 0 ? known : { value, at, rate: ((value - known.value) * 1000) / ms };
}
