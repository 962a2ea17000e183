// How much of a processor k6 itself needs for what a script plans: `npm run loadtest` reads it from the scenario, and says
// before the run what no machine, or no single thread, can do. Pure.

/**
 * Measured with k6 2.2 on two cores of a server that also ran the edge: microseconds of CPU, with all that is counted and
 * written of it.
 */
const COST_US = {
  /** Sent and received, both here, and timed. */
  message: 250,
  /** Asked and answered, both here. */
  request: 500,
  ping: 150,
  /** Received as one of many, and counted. */
  delivery: 60,
  /** The same, and timed. */
  timed: 100,
  /** Published to a stream and acknowledged. */
  stored: 600,
  /** Fetched from a stream. */
  read: 400,
  /** One of many that are sent in one piece and only counted. */
  bulk: 6,
};

/** @typedef {Partial<Record<keyof typeof COST_US, number>>} PerSecond how many of each */

/** Cores that k6 needs for so much. @param {PerSecond} perSecond */
export function coresFor(perSecond) {
  const costs = Object.entries(perSecond).map(
    ([kind, count]) => (count * COST_US[/** @type {keyof typeof COST_US} */ (kind)]) / 1e6,
  );
  return costs.reduce((sum, cores) => sum + cores, 0);
}

/**
 * For the `env` of a scenario.
 *
 * @param {PerSecond} perSecond by all users together, at its peak
 * @param {number} users that share it evenly: each has one thread
 * @returns {{ PLANNED_CORES: string, PLANNED_USERS: string }}
 */
export function plannedWork(perSecond, users) {
  return { PLANNED_CORES: coresFor(perSecond).toFixed(3), PLANNED_USERS: `${users}` };
}
