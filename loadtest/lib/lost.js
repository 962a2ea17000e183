// How many messages are lost that JetStream had acknowledged, by what it says of the stream at the end. Pure.

/**
 * What nobody has read and is not in the stream, and at least as many as the stream has too few: nothing is ever removed
 * from it.
 *
 * @param {object} known
 * @param {number} known.acknowledged how many
 * @param {number | undefined} known.stored how many the stream has; undefined when nobody says
 * @param {readonly (boolean | undefined)[]} known.found of some that no consumer has read, whether they are in the
 *   stream; undefined when nobody says
 * @returns {{ lost: number, isWhole: boolean }} `isWhole`: all of that is known; else at least so many are lost
 */
export function lostOf({ acknowledged, stored, found }) {
  const absent = found.filter((isFound) => isFound === false).length;
  const tooFew = stored === undefined ? 0 : acknowledged - stored;
  return {
    lost: Math.max(0, absent, tooFew),
    isWhole: stored !== undefined && !found.includes(undefined),
  };
}
