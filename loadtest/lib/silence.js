// When a client's service ended, of a connection that was closed: a server that hangs holds on to its connections, and
// they are closed long after nothing came any more. Pure.

/** A shorter silence is just the time between two things that come. */
const LEAST_MS = 1_000;

/**
 * @param {readonly (number | undefined)[]} vainSinceMs since when something was due or asked, and nothing came of it
 * @param {{ heardAtMs: number, endedMs: number }} connection when anything came last, and when it was closed
 * @returns {number} when its service ended
 */
export function silentSince(vainSinceMs, { heardAtMs, endedMs }) {
  const known = vainSinceMs.filter((ms) => ms !== undefined);
  // What came for somebody else came over this connection as well.
  const sinceMs = Math.max(heardAtMs, Math.min(...known));
  return endedMs - sinceMs > LEAST_MS ? sinceMs : endedMs;
}
