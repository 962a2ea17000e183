// An ordinary day as data: what clients do, what share of them does it, how often, and how large it is. Pure.

/**
 * @typedef {object} Habit what one share of the clients does
 * @property {number} share of all clients, in proportion to those of the others; 0: nobody does it
 * @property {number} everyMs from one time that a client does it to the next
 * @property {number} size payload, bytes
 */

/**
 * - `idle`: is connected, and PINGs
 * - `chat`: publishes to the others of its room, and hears them
 * - `service`: the first `answering` of them, by share, answer in a queue group; the others ask
 * - `stream`: publishes to a stream and waits for the acknowledgement; every other one of them reads it, through a
 *   durable consumer of its own
 * - `kv`: reads a key or, of `puts` by share, writes one of `keys`; one of them watches all keys
 *
 * @typedef {object} Day
 * @property {Habit} idle
 * @property {Habit & { room: number }} chat `room`: clients of a room at most
 * @property {Habit & { answering: number }} service
 * @property {Habit} stream
 * @property {Habit & { keys: number, puts: number }} kv
 */

/** @typedef {keyof Day} Activity */

/** @type {Readonly<Day>} */
export const ORDINARY = {
  idle: { share: 60, everyMs: 5_000, size: 0 },
  chat: { share: 15, everyMs: 500, size: 128, room: 6 },
  service: { share: 12, everyMs: 400, size: 256, answering: 0.34 },
  stream: { share: 7, everyMs: 250, size: 512 },
  kv: { share: 6, everyMs: 200, size: 256, keys: 20, puts: 0.2 },
};

export const ACTIVITIES = /** @type {readonly Activity[]} */ (Object.keys(ORDINARY));

/** With fewer there is nobody to talk to. @type {Readonly<Record<Activity, number>>} */
const LEAST = { idle: 1, chat: 2, service: 2, stream: 2, kv: 2 };

/** What a number must be, where it is not any above 0. @type {Readonly<Record<string, readonly [number, number]>>} */
const LIMITS = {
  share: [0, Number.POSITIVE_INFINITY],
  size: [0, 1024 * 1024],
  everyMs: [1, Number.POSITIVE_INFINITY],
  room: [2, 50],
  answering: [0.01, 0.99],
  keys: [1, 10_000],
  puts: [0, 1],
};

/**
 * The ordinary day with what a text changes in it.
 *
 * @param {string} text JSON, such as `{"chat": {"everyMs": 100}, "kv": {"share": 0}}`
 * @returns {Day} throws for what it does not know or cannot be
 */
export function dayFrom(text) {
  const changes = parsed(text);
  for (const [activity, habit] of Object.entries(changes)) checkHabit(activity, habit);
  const day = /** @type {Day} */ (
    Object.fromEntries(
      ACTIVITIES.map((activity) => [activity, { ...ORDINARY[activity], ...changes[activity] }]),
    )
  );
  if (ACTIVITIES.every((activity) => day[activity].share === 0))
    throw new Error('DAY: every share is 0, so there is nobody');
  return day;
}

/** @param {string} text @returns {Record<string, Record<string, number>>} */
function parsed(text) {
  try {
    const value = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  } catch (error) {
    throw new Error(`DAY is no JSON: ${error instanceof Error ? error.message : error}`);
  }
  throw new Error('DAY must be an object with an activity in each field');
}

/** @param {string} activity @param {unknown} habit */
function checkHabit(activity, habit) {
  const usual = ACTIVITIES.find((name) => name === activity);
  if (usual === undefined)
    throw new Error(`DAY: there is no activity "${activity}". There are: ${ACTIVITIES.join(', ')}`);
  if (typeof habit !== 'object' || habit === null) throw new Error(`DAY: ${activity} must be an object`);
  const known = Object.keys(ORDINARY[usual]);
  for (const [field, value] of Object.entries(habit)) {
    if (!known.includes(field))
      throw new Error(`DAY: ${activity} has no "${field}". It has: ${known.join(', ')}`);
    const [least, most] = LIMITS[field] ?? [0, Number.POSITIVE_INFINITY];
    if (typeof value !== 'number' || !(value >= least && value <= most))
      throw new Error(`DAY: ${activity}.${field} is ${JSON.stringify(value)}: ${rangeText(least, most)}`);
  }
}

/** @param {number} least @param {number} most */
function rangeText(least, most) {
  return most === Number.POSITIVE_INFINITY
    ? `it must be a number of at least ${least}`
    : `it must be a number from ${least} to ${most}`;
}

/**
 * How many of the clients do what (largest remainders). What anybody does is done by as many as it takes, so that a small
 * crowd may become a little larger.
 *
 * @param {Day} day
 * @param {number} clients
 * @returns {Record<Activity, number>}
 */
export function splitOf(day, clients) {
  const total = ACTIVITIES.reduce((sum, activity) => sum + day[activity].share, 0);
  const shares = ACTIVITIES.map((activity) => {
    const exact = (clients * day[activity].share) / total;
    return { activity, count: Math.floor(exact), rest: exact - Math.floor(exact) };
  });
  let left = clients - shares.reduce((sum, { count }) => sum + count, 0);
  for (const share of shares.toSorted((a, b) => b.rest - a.rest)) {
    if (left === 0) break;
    share.count += 1;
    left -= 1;
  }
  // Those that are too few take from the idle, as long as there are any.
  const counts = /** @type {Record<Activity, number>} */ (
    Object.fromEntries(shares.map(({ activity, count }) => [activity, count]))
  );
  for (const activity of ACTIVITIES) {
    if (day[activity].share === 0 || counts[activity] >= LEAST[activity]) continue;
    const lacking = LEAST[activity] - counts[activity];
    counts[activity] += lacking;
    if (activity !== 'idle') counts.idle -= Math.min(lacking, Math.max(0, counts.idle - LEAST.idle));
  }
  return counts;
}

/**
 * What so many clients do in a second, for lib/work.js.
 *
 * @param {Day} day
 * @param {Record<Activity, number>} counts
 * @returns {import('../work.js').PerSecond}
 */
export function workOf(day, counts) {
  const turns = (/** @type {Activity} */ activity) => (counts[activity] * 1000) / day[activity].everyMs;
  const { chat, service, kv } = day;
  // Every other one writes, and the others read all of it.
  const written = turns('stream') / 2;
  const puts = turns('kv') * kv.puts;
  return {
    ping: turns('idle'),
    message: turns('chat') * (Math.min(chat.room, counts.chat) - 1),
    request: turns('service') * (1 - service.answering) + turns('kv') - puts,
    stored: written + puts,
    read: (written * counts.stream) / 2 + puts,
  };
}
