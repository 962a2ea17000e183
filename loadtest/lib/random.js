// Randomness that is the same in every run.

/**
 * A number from 0 to below 1 for each whole number, unrelated to those of its neighbours.
 *
 * @param {number} seed
 */
export function chanceOf(seed) {
  // The finishing steps of MurmurHash3.
  let bits = (seed + 0x9e3779b9) | 0;
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return ((bits ^ (bits >>> 16)) >>> 0) / 2 ** 32;
}
