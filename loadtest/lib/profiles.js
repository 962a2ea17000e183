// The shared load profiles: how many clients, for how long, in what shape. What a client does is up to each script.

import { numberFrom, secondsFrom } from './settings.js';

/**
 * @typedef {object} Profile
 * @property {string} name
 * @property {number} clients at the peak
 * @property {number} seconds of load
 * @property {readonly (readonly [share: number, part: number])[]} stages the share of the clients to reach, within
 *   which part of the time
 */

/** @typedef {Omit<Profile, 'name'>} Shape */

/** @type {Readonly<Record<string, Shape>>} */
export const PROFILES = {
  /** Does it work at all? */
  smoke: { clients: 12, seconds: 6, stages: [[1, 1]] },
  /** An ordinary day. */
  average: {
    clients: 60,
    seconds: 60,
    stages: [
      [1, 0.1],
      [1, 0.8],
      [0, 0.1],
    ],
  },
  /** More than an ordinary day, up in steps. */
  stress: {
    clients: 300,
    seconds: 180,
    stages: [
      [0.25, 0.2],
      [0.5, 0.2],
      [0.75, 0.2],
      [1, 0.2],
      [1, 0.2],
    ],
  },
  /** A crowd at once, and gone again. */
  spike: {
    clients: 300,
    seconds: 60,
    stages: [
      [0.1, 0.2],
      [1, 0.05],
      [1, 0.35],
      [0.1, 0.05],
      [0.1, 0.35],
    ],
  },
  /** An ordinary day for hours. */
  soak: {
    clients: 60,
    seconds: 2 * 3600,
    stages: [
      [1, 0.01],
      [1, 0.98],
      [0, 0.01],
    ],
  },
};

/**
 * The profile of this run: PROFILE, with DURATION above it.
 *
 * @returns {Profile}
 */
export function profileOfRun() {
  const profile = profileNamed(__ENV.PROFILE || 'smoke');
  return { ...profile, seconds: secondsFrom('DURATION', profile.seconds) };
}

/**
 * CLIENTS, or those of the profile. Not a part of the profile of a run: a script that does not ask for it has no such
 * variable, and `npm run loadtest` refuses it there.
 *
 * @param {number} usual without CLIENTS
 */
export function clientsOfRun(usual) {
  return Math.round(numberFrom('CLIENTS', usual));
}

/**
 * For a script that takes its time: the seconds of the profile, or as many as it needs.
 *
 * @param {Pick<Profile, 'seconds'>} profile
 * @param {number} least
 * @returns {number} throws when DURATION asks for less
 */
export function secondsAtLeast({ seconds }, least) {
  if (__ENV.DURATION && seconds < least)
    throw new Error(
      `DURATION is "${__ENV.DURATION}": with these settings it takes at least ${Math.ceil(least)}s`,
    );
  return Math.max(seconds, least);
}

/**
 * @param {string} name
 * @returns {Profile}
 */
export function profileNamed(name) {
  const shape = Object.hasOwn(PROFILES, name) ? PROFILES[name] : undefined;
  if (shape === undefined)
    throw new Error(`there is no profile "${name}". There are: ${Object.keys(PROFILES).join(', ')}`);
  return { name, ...shape };
}

/**
 * The profile's shape over time, as arrivals: they come whatever became of those before.
 *
 * @param {Pick<Profile, 'seconds' | 'stages'>} profile
 * @param {{ perSecond: number, maxUsers: number }} peak
 * @returns {import('k6/options').RampingArrivalRateScenario}
 */
export function shapedArrivals({ seconds, stages }, { perSecond, maxUsers }) {
  // k6 counts in whole arrivals: of a minute there are enough.
  const perMinute = (/** @type {number} */ share) =>
    share === 0 ? 0 : Math.max(1, Math.round(perSecond * share * 60));
  return {
    executor: 'ramping-arrival-rate',
    timeUnit: '1m',
    // No wait for the first stage: what has not started measures nothing.
    startRate: perMinute(stages[0]?.[0] ?? 1),
    preAllocatedVUs: Math.min(maxUsers, Math.ceil(perSecond) + 5),
    maxVUs: maxUsers,
    stages: stages.map(([share, part]) => ({
      target: perMinute(share),
      duration: `${Math.max(1, Math.round(seconds * part * 1000))}ms`,
    })),
    gracefulStop: '10s',
  };
}

/**
 * For connecting and for interest to cross the mesh, before a user's schedule begins. Of a user that begins so late the end
 * is still within what `npm run loadtest` waits for.
 */
export const READY_SECONDS = 9;

/** For goodbyes; a user that still has not ended by then is interrupted by k6, and counted as such. */
const CLOSE_SECONDS = 5;

/**
 * For scripts with a fixed number of users: each runs once.
 *
 * @param {{ users?: number, seconds: number, plannedSeconds?: number, work?: Record<string, string>, exec?: string }} options
 *   `seconds`: when all that could hang has ended; `plannedSeconds`: how long it means to measure, which k6 cannot know;
 *   `work`: of lib/work.js
 * @returns {import('k6/options').PerVUIterationsScenario}
 */
export function onceEach({ users = 1, seconds, plannedSeconds, work, exec = 'default' }) {
  return {
    executor: 'per-vu-iterations',
    vus: users,
    iterations: 1,
    maxDuration: `${Math.ceil(seconds)}s`,
    // All that can hang ends by itself before.
    gracefulStop: '1s',
    ...(plannedSeconds !== undefined && { env: { PLANNED_SECONDS: `${plannedSeconds}`, ...work } }),
    exec,
  };
}

/**
 * The same for users that connect, measure for so many seconds, and wait for what is still under way.
 *
 * @param {{ users?: number, seconds: number, lastMs: number, work?: Record<string, string>, exec?: string }} options
 */
export function measuringOnce({ seconds, lastMs, ...options }) {
  const limit = READY_SECONDS + seconds + lastMs / 1000 + CLOSE_SECONDS;
  // k6 knows only the limit; `npm run loadtest` reads from this how long it means to measure.
  return onceEach({ ...options, seconds: limit, plannedSeconds: seconds });
}
