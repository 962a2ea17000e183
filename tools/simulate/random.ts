// Reproducible randomness: a generator with a seed, and the normal distribution based on it.

import { hashText } from '../../routing/client-hash.ts';

/** Uniform in [0, 1). */
export type Random = () => number;

/** A generator for a seed of any text (mulberry32: 32 bits of state, plenty for some hundred draws each). */
export function seededRandom(seed: string): Random {
  let state = hashText(seed);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** One draw with mean 0 and standard deviation 1 (Box-Muller). */
export function normal(random: Random): number {
  const radius = Math.sqrt(-2 * Math.log(1 - random()));
  return radius * Math.cos(2 * Math.PI * random());
}
