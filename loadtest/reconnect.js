// @ts-check
// When all clients of a region come at once: how long until each is served again, where do they land, is anybody
// refused, and how long do new clients of other regions wait meanwhile?
//
// With a control server their region's server is killed, and it shows when new clients of its cities land there again;
// without, they all leave and connect in the same instant.

import { fromAddress } from './lib/address.js';
import { Pinger } from './lib/asker.js';
import { CITIES } from './lib/cities.js';
import { nowMs, scenarioMs, scenarioStartMs } from './lib/clock.js';
import { Following } from './lib/following.js';
import { citiesAt, clearCitiesAt, decideHomes } from './lib/homes.js';
import { LastingClient } from './lib/lasting-client.js';
import * as metrics from './lib/metrics.js';
import { come, skipNewcomer } from './lib/newcomer.js';
import { noteFailure } from './lib/note-failure.js';
import { keepSchedule } from './lib/pace.js';
import { clientsOfRun, onceEach, profileOfRun, secondsAtLeast } from './lib/profiles.js';
import { userNumber } from './lib/runner.js';
import { IS_LOCAL, numberFrom } from './lib/settings.js';
import { noteSkipped } from './lib/skipped.js';
import { cityTag, forcedTo, reachTarget } from './lib/target.js';
import { HAS_CONTROL, killServer } from './lib/target-control.js';
import { lastOnes, planEnds } from './lib/times.js';
import { pause } from './lib/wait.js';

/** @typedef {import('./lib/cities.js').City} City */
/**
 * @typedef {object} Plan
 * @property {import('./lib/homes.js').Homes} homes
 * @property {string} struck id of the region whose clients come at once
 * @property {string[]} others ids of the others
 */
/** @typedef {{ city: City | undefined, client: LastingClient }} Idle */

/** @type {Readonly<Record<string, number>>} unless CLIENTS says otherwise */
const CLIENTS = { smoke: 60, average: 500, stress: 2_000, spike: 1_000, soak: 500 };

const profile = profileOfRun();
const CLIENT_COUNT = clientsOfRun(CLIENTS[profile.name] ?? profile.clients);

/** The region; otherwise that of most people. */
const REGION = __ENV.REGION || '';

/** New clients a second, of other regions and of the struck one. */
const NEWCOMERS = numberFrom('NEWCOMERS', 10);

/** A virtual user costs k6 megabytes, a socket little, so each user holds many. */
const USERS = Math.min(50, Math.ceil(CLIENT_COUNT / 20));

/** Connections that one virtual user opens at a time, before the crowd. */
const CONNECTING_AT_ONCE = 4;

/** PINGs of all clients together: they show that clients are served. */
const PINGS_PER_SECOND = 50;

/** Time for all to connect, and for what it was like before. */
const CONNECT_SECONDS = Math.max(2, CLIENT_COUNT / 30);
const STRIKE_AT = CONNECT_SECONDS + 2;
const LEAST_AFTER_SECONDS = 14;
const SECONDS = STRIKE_AT + secondsAtLeast(profile, LEAST_AFTER_SECONDS);

/** New clients that are due within this time after it came while the crowd did. */
const MEANWHILE_MS = 5_000;

/** For the last answers, and with the goodbyes of all. */
const LAST_MS = 1_000;
const LAST_SECONDS = 8;

/** How long a new client tries. */
const COME_WITHIN_MS = 5_000;

/** A region that is busy with a crowd takes its time. */
const ATTEMPT_TIMEOUT_MS = 15_000;

/** Without service for longer than this is an outage. */
const OUTAGE_LIMIT_MS = 10_000;

/** Why the clients lose their connections. */
const KIND = HAS_CONTROL ? 'kill' : 'rejoin';

/** What nobody should see. */
const NEVER = [
  'refused',
  'unavailable',
  'residency',
  'authorization',
  'protocol',
  'gone',
  'incomplete',
  'disturb',
];

/** `plan` refuses to share it. */
export const ONE_RUNNER = true;

export const options = {
  scenarios: {
    crowd: onceEach({
      users: USERS,
      seconds: SECONDS + LAST_SECONDS,
      plannedSeconds: SECONDS,
      exec: 'comeAtOnce',
    }),
    newcomers: onceEach({ seconds: SECONDS + LAST_SECONDS, exec: 'strike' }),
  },
  thresholds: {
    [`nats_outage{kind:${KIND}}`]: [`p(99)<${OUTAGE_LIMIT_MS}`],
    'nats_disconnects{kind:none}': ['count==0'],
    ...Object.fromEntries(NEVER.map((kind) => [`nats_errors{kind:${kind}}`, ['rate==0']])),
    'nats_newcomer{kind:before}': ['p(95)<1000'],
    'nats_newcomer{kind:meanwhile}': ['p(95)<5000'],
    ...(HAS_CONTROL && {
      'nats_disconnects{kind:kill}': ['count>0'],
      nats_home: [`max<${OUTAGE_LIMIT_MS}`],
      'nats_errors{kind:unfollowed}': ['rate==0'],
    }),
  },
  setupTimeout: '60s',
};

/** @returns {Promise<Plan>} */
export async function setup() {
  const { regions } = await reachTarget();
  const homes = decideHomes();
  if (regions.length < 2) throw new Error('it needs two regions: a crowd of one, and others');
  if (REGION !== '' && !regions.includes(REGION))
    throw new Error(`REGION is "${REGION}": there are ${regions.join(', ')}`);
  const people = (/** @type {string} */ region) =>
    citiesAt(homes, region).reduce((sum, city) => sum + (city?.weight ?? 1), 0);
  const struck = REGION || (regions.toSorted((a, b) => people(b) - people(a))[0] ?? '');
  if (citiesAt(homes, struck).length === 0)
    throw new Error(`${struck} is home to no client: no city of the list is nearest to it`);
  if (!HAS_CONTROL)
    console.warn('no server is killed, its clients leave by themselves: that needs npm run loadtest');
  console.info(
    `${CLIENT_COUNT} clients of ${struck} ${HAS_CONTROL ? 'lose their server' : 'leave'} and come at once`,
  );
  return { homes, struck, others: regions.filter((id) => id !== struck) };
}

/** Some of the crowd: connects, is idle, loses its region or leaves, and comes again. @param {Plan} plan */
export async function comeAtOnce({ homes, struck }) {
  const strikeMs = scenarioStartMs() + STRIKE_AT * 1000;
  const untilMs = scenarioStartMs() + SECONDS * 1000;
  const endsAtMs = untilMs + LAST_MS;
  const kindOf = (/** @type {string} */ region) => {
    if (region === '') return 'connecting';
    return region === struck && nowMs() >= strikeMs ? KIND : 'none';
  };
  const cities = citiesAt(homes, struck);
  /** @type {Idle[]} */
  const crowd = numbersOf(userNumber()).map((number) => {
    const city = cities[number % cities.length];
    const options = { endsAtMs, attemptTimeoutMs: ATTEMPT_TIMEOUT_MS, kindOf, headers: fromAddress(number) };
    return { city, client: new LastingClient(city, options) };
  });
  const pinging = pingByTurns(crowd, { untilMs, overMs: endsAtMs });
  await connectAll(crowd, strikeMs);
  await pause(strikeMs - nowMs());
  for (const { city, client } of crowd) {
    const isThere = client.isOpen && client.region === struck;
    metrics.errors.add(!isThere, { ...cityTag(city), kind: 'incomplete' });
    if (!HAS_CONTROL && isThere) client.rejoin();
  }
  await pinging;
  await Promise.all(crowd.map(({ client }) => client.close()));
}

/** Those of all clients that a user has. @param {number} user @returns {number[]} */
function numbersOf(user) {
  return Array.from({ length: CLIENT_COUNT }, (_, number) => number).filter((n) => n % USERS === user);
}

/** @param {readonly Idle[]} crowd @param {number} byMs */
async function connectAll(crowd, byMs) {
  let begun = 0;
  const lanes = Array.from({ length: CONNECTING_AT_ONCE }, async (_, lane) => {
    for (let n = lane; n < crowd.length && nowMs() < byMs; n += CONNECTING_AT_ONCE) {
      const { client } = /** @type {Idle} */ (crowd[n]);
      begun += 1;
      await client.open(byMs - nowMs());
    }
  });
  await Promise.all(lanes);
  // Those for whom there was no time were due as well.
  noteSkipped({ kind: 'connect' }, crowd.length - begun);
}

/** @param {readonly Idle[]} crowd @param {{ untilMs: number, overMs: number }} times */
async function pingByTurns(crowd, { untilMs, overMs }) {
  const pinger = new Pinger(overMs);
  let turn = 0;
  const fromMs = scenarioStartMs() + CONNECT_SECONDS * 1000;
  await pause(fromMs - nowMs());
  const next = () => {
    turn += 1;
    return crowd[(turn - 1) % crowd.length];
  };
  await keepSchedule(
    { fromMs, untilMs, everyMs: (1000 * USERS) / PINGS_PER_SECOND },
    (dueMs) => {
      const idle = next();
      if (idle !== undefined) pinger.ping(idle.client, dueMs, cityTag(idle.city));
    },
    () => {
      const idle = next();
      if (idle !== undefined) pinger.skip(idle.client, cityTag(idle.city));
    },
  );
  await planEnds(
    untilMs,
    crowd.map(({ client }) => client),
  );
  await lastOnes(overMs, () => pinger.pending === 0);
}

/** Kills the server, where it can, and lets new clients come before, meanwhile and after. @param {Plan} plan */
export async function strike(plan) {
  const strikeMs = scenarioStartMs() + STRIKE_AT * 1000;
  const untilMs = scenarioStartMs() + SECONDS * 1000;
  const home = new Following(strikeMs, (region) => region === plan.struck);
  const coming = letCome(plan, { strikeMs, untilMs, home });
  await noteFailure('disturb', async () => {
    await pause(STRIKE_AT * 1000 - scenarioMs());
    if (HAS_CONTROL) killServer(plan.struck);
  });
  await coming;
  if (!HAS_CONTROL) return;
  metrics.errors.add(!home.isFollowed, { kind: 'unfollowed', region: plan.struck });
  if (!home.isFollowed) console.error(`new clients of its cities do not land in ${plan.struck} again`);
}

/**
 * By turns one of another region, and where the region is lost one of its cities.
 *
 * @param {Plan} plan
 * @param {{ strikeMs: number, untilMs: number, home: Following }} times
 */
async function letCome({ homes, struck, others }, { strikeMs, untilMs, home }) {
  const athome = citiesAt(homes, struck);
  const returning = clearCitiesAt(homes, struck);
  const elsewhere = CITIES.filter((city) => !athome.includes(city));
  /** @type {Promise<void>[]} */
  const coming = [];
  const letOneCome = (/** @type {number} */ dueMs) => {
    const turn = coming.length;
    if (HAS_CONTROL && turn % 2 === 0)
      return void coming.push(comeHome(returning[(turn >> 1) % returning.length], { dueMs, struck, home }));
    const kind = dueMs < strikeMs ? 'before' : dueMs < strikeMs + MEANWHILE_MS ? 'meanwhile' : 'after';
    // Against a deployment nobody is elsewhere, so they are sent there.
    const headers = IS_LOCAL ? {} : forcedTo(others[turn % others.length] ?? '');
    const visit = { dueMs, withinMs: COME_WITHIN_MS, kind, headers };
    coming.push(come(elsewhere[(turn >> 1) % elsewhere.length], visit).then(() => {}));
  };
  await keepSchedule({ fromMs: nowMs(), untilMs, everyMs: 1000 / NEWCOMERS }, letOneCome, skipNewcomer);
  await Promise.all(coming);
}

/**
 * @param {City | undefined} city
 * @param {{ dueMs: number, struck: string, home: Following }} visit
 */
async function comeHome(city, { dueMs, struck, home }) {
  const served = await come(city, { dueMs, withinMs: COME_WITHIN_MS, kind: 'home' });
  if (served === undefined) return;
  const ms = home.take(served.region, { dueMs, servedMs: served.servedMs })?.ms;
  if (ms !== undefined) metrics.homeTime.add(ms, { ...cityTag(city), region: struck });
}
