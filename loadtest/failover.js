// @ts-check
// When a region is drained, and when another one's server dies: how long is each client without service, and is
// anything lost that JetStream had acknowledged?
//
// Clients pretend to be in their cities, without pins, and reconnect by themselves. Meanwhile one publishes to a stream
// with three replicas, waiting for each acknowledgement; at the end the stream is read back and compared.

import exec from 'k6/execution';
import { CITIES, spreadOver } from './lib/cities.js';
import { nowMs, scenarioMs, scenarioStartMs } from './lib/clock.js';
import { createStream, publishAcknowledged, readAll } from './lib/jetstream.js';
import { jetStreamIsReady, removeStreams } from './lib/jetstream-regions.js';
import { LastingClient } from './lib/lasting-client.js';
import * as metrics from './lib/metrics.js';
import { within } from './lib/nats-error.js';
import { noteFailure } from './lib/note-failure.js';
import { keepSchedule } from './lib/pace.js';
import { clientIn } from './lib/pair.js';
import { clientsOfRun, onceEach, profileOfRun, secondsAtLeast } from './lib/profiles.js';
import { regionsOfTarget } from './lib/regions-of-target.js';
import { IS_LOCAL } from './lib/settings.js';
import { noteSkipped } from './lib/skipped.js';
import { takesFrom } from './lib/stream-state.js';
import { decisionFor, reachTarget } from './lib/target.js';
import { HAS_CONTROL, killServer, MAY_ADMINISTER, operate } from './lib/target-control.js';
import { pause } from './lib/wait.js';

/** @typedef {{ stream: string | null, publishIn: string, drained: string | null, killed: string | null }} Plan null where there is none: k6 passes it on as JSON */

const profile = profileOfRun();
const CLIENT_COUNT = clientsOfRun(profile.clients);
const CLIENTS_PER_USER = 10;
const USERS = Math.ceil(CLIENT_COUNT / CLIENTS_PER_USER);

/** By then everything is connected and steady. */
const DRAIN_AT_MS = 2_000;
const KILL_AT_MS = 3_000;

/** After the last disturbance: a drained server closes its first client after its grace, ten seconds by default. */
const AFTERMATH_SECONDS = 14;
const SECONDS = secondsAtLeast(profile, KILL_AT_MS / 1000 + AFTERMATH_SECONDS);

/** For connecting before the first disturbance; after it for the last acknowledgements, and for goodbyes. */
const CONNECT_WITHIN_MS = 10_000;
const LAST_SECONDS = 6;

/** The last ones that a drain sends away may be on their way when the time is over. */
const BACK_WITHIN_MS = 3_000;

/** For reading back what the stream holds. */
const READ_BACK_SECONDS = 20;

/** More often than real clients try (2 s): what is measured is how soon somebody could serve them. */
const RETRY = { waitMs: 100, jitterMs: 100 };

/** How often something is published to the stream. */
const PUBLISH_EVERY_MS = 20;

/** A client without service for longer than this has an outage, not a failover. */
const OUTAGE_LIMIT_MS = 10_000;

/** `plan` refuses to share it. */
export const ONE_RUNNER = true;

/** `npm run loadtest` refuses it without either. */
export const NEEDS_ADMIN_TOKEN_OR_CONTROL = true;

export const options = {
  scenarios: {
    clients: onceEach({
      users: USERS,
      seconds: SECONDS + LAST_SECONDS,
      plannedSeconds: SECONDS,
      exec: 'stayConnected',
    }),
    journal: onceEach({ seconds: SECONDS + LAST_SECONDS + READ_BACK_SECONDS, exec: 'keepJournal' }),
    disturbance: onceEach({ seconds: SECONDS, exec: 'disturb' }),
  },
  thresholds: {
    nats_lost: ['count==0'],
    nats_outage: [`p(95)<${OUTAGE_LIMIT_MS}`],
    'nats_disconnects{kind:none}': ['count==0'],
    // A disturbance that no client noticed says nothing about failing over.
    ...(MAY_ADMINISTER &&
      IS_LOCAL && {
        'nats_disconnects{kind:drain}': ['count>0'],
        'nats_outage{kind:drain}': [`max<${OUTAGE_LIMIT_MS}`],
      }),
    ...(HAS_CONTROL && {
      'nats_disconnects{kind:kill}': ['count>0'],
      'nats_outage{kind:kill}': [`max<${OUTAGE_LIMIT_MS}`],
    }),
    'nats_errors{kind:gone}': ['rate==0'],
    // A failure to disturb or to record would otherwise look like a good result.
    'nats_errors{kind:disturb}': ['rate==0'],
    'nats_errors{kind:journal}': ['rate==0'],
  },
  setupTimeout: '60s',
  teardownTimeout: '60s',
};

/** @returns {Promise<Plan>} */
export async function setup() {
  const { regions } = await reachTarget();
  if (!MAY_ADMINISTER && !HAS_CONTROL)
    throw new Error(
      'nothing can be disturbed: to drain, put the token of the admin API into ADMIN_TOKEN (MERIDIAN_TOKEN for npm run loadtest); to kill a server, use npm run loadtest without --url',
    );
  if (!MAY_ADMINISTER)
    console.warn('no region is drained: that needs ADMIN_TOKEN (MERIDIAN_TOKEN for npm run loadtest)');
  if (!HAS_CONTROL) console.warn('no server is killed: that needs npm run loadtest and a local stack');
  const plan = choose(regions);
  if (plan.stream === null) console.warn('JetStream is not tested: fewer than three regions have it');
  else await jetStreamIsReady(plan.publishIn);
  console.info(
    `drains ${plan.drained ?? 'none'}, kills ${plan.killed ?? 'none'}, publishes in ${plan.publishIn}`,
  );
  return plan;
}

/**
 * A region without JetStream is drained, and one with it is killed: one of three replicas is lost, and its disk with
 * it. The journal is published in another region.
 *
 * @param {readonly string[]} regions
 * @returns {Plan}
 */
function choose(regions) {
  const known = regionsOfTarget();
  const keepers = known.filter(({ id, jetstream }) => jetstream && regions.includes(id)).map(({ id }) => id);
  const busiest = mostClients(regions);
  const byClients = (/** @type {string} */ a, /** @type {string} */ b) =>
    (busiest[b] ?? 0) - (busiest[a] ?? 0);
  const killed = HAS_CONTROL
    ? ([...(keepers.length >= 3 ? keepers : regions)].sort(byClients)[0] ?? null)
    : null;
  const ofNoKeeper = (/** @type {string} */ a, /** @type {string} */ b) =>
    Number(keepers.includes(a)) - Number(keepers.includes(b)) || byClients(a, b);
  const drained = MAY_ADMINISTER ? (regions.toSorted(ofNoKeeper).find((id) => id !== killed) ?? null) : null;
  const publishIn =
    [...keepers, ...regions].find((id) => id !== killed && id !== drained) ?? regions[0] ?? '';
  const stream = keepers.length >= 3 ? `k6-failover-${Date.now().toString(36)}` : null;
  return { stream, publishIn, drained, killed };
}

/** How many of the clients each region will have: one without clients would show nothing. @param {readonly string[]} regions */
function mostClients(regions) {
  /** @type {Record<string, number>} */
  const counts = Object.fromEntries(regions.map((id) => [id, 0]));
  const cities = IS_LOCAL ? spreadOver(CLIENT_COUNT, CITIES) : [undefined];
  /** @type {Map<string, string | undefined>} */
  const decided = new Map();
  for (const city of cities) {
    const name = city?.name ?? '';
    if (!decided.has(name)) decided.set(name, decisionFor(city));
    const region = decided.get(name);
    if (region !== undefined) counts[region] = (counts[region] ?? 0) + 1;
  }
  return counts;
}

/** Some clients, from before the disturbances until all that lost their connection are back. @param {Plan} plan */
export async function stayConnected(plan) {
  const first = exec.scenario.iterationInTest * CLIENTS_PER_USER;
  const cities = spreadOver(USERS * CLIENTS_PER_USER, CITIES).slice(first, first + CLIENTS_PER_USER);
  const untilMs = scenarioStartMs() + SECONDS * 1000;
  const kindOf = (/** @type {string} */ region) => {
    if (region === '') return 'connecting';
    return region === plan.killed ? 'kill' : region === plan.drained ? 'drain' : 'none';
  };
  const clients = cities.map(
    (city) => new LastingClient(city, { endsAtMs: untilMs + BACK_WITHIN_MS, kindOf, ...RETRY }),
  );
  await Promise.all(clients.map((client) => client.open(CONNECT_WITHIN_MS)));
  await pause(untilMs - nowMs());
  await Promise.all(clients.map((client) => client.close(BACK_WITHIN_MS)));
}

/** Publishes by a schedule, and at the end checks that all acknowledged ones are there. @param {Plan} plan */
export async function keepJournal({ stream, publishIn }) {
  if (stream === null) return;
  await noteFailure('journal', async () => {
    const endsAtMs = scenarioStartMs() + (SECONDS + LAST_SECONDS + READ_BACK_SECONDS) * 1000;
    const client = clientIn(publishIn, { cities: {}, endsAtMs });
    if (!(await client.open(CONNECT_WITHIN_MS))) throw new Error(`no client can connect to ${publishIn}`);
    // Not in setup(): a k6 that is interrupted there has no teardown() that would delete it.
    await createStream(client, stream);
    await takesFrom(client, stream, nowMs() + CONNECT_WITHIN_MS);
    const acknowledged = await publishEntries(client, stream);
    const { connection } = client;
    if (connection === undefined) throw new Error(`the client in ${publishIn} did not come back`);
    const reading = readAll(connection, stream);
    const present = await within(READ_BACK_SECONDS * 1000, 'the stream is not read back', reading);
    metrics.lost.add(acknowledged.filter((entry) => !present.has(entry)).length);
    console.info(`${acknowledged.length} entries were acknowledged, ${present.size} are in the stream`);
    await client.close();
    if (acknowledged.length === 0) throw new Error('JetStream acknowledged nothing');
  });
}

/**
 * @param {LastingClient} client
 * @param {string} stream
 * @returns {Promise<string[]>} the entries that JetStream acknowledged
 */
async function publishEntries(client, stream) {
  /** @type {string[]} */
  const acknowledged = [];
  /** @type {Promise<void>[]} */
  const publishing = [];
  const untilMs = scenarioStartMs() + SECONDS * 1000;
  const publish = () => {
    metrics.due.add(1, { region: client.region, kind: 'request' });
    const entry = `entry ${publishing.length}`;
    publishing.push(
      publishAcknowledged(client, stream, entry).then((isAcknowledged) => {
        if (isAcknowledged) acknowledged.push(entry);
        (isAcknowledged ? metrics.acknowledged : metrics.unacknowledged).add(1);
      }),
    );
  };
  const skip = () => noteSkipped({ region: client.region, kind: 'request' });
  await keepSchedule({ fromMs: nowMs(), untilMs, everyMs: PUBLISH_EVERY_MS }, publish, skip);
  await Promise.all(publishing);
  return acknowledged;
}

/** @param {Plan} plan */
export async function disturb({ drained, killed }) {
  await noteFailure('disturb', async () => {
    await pause(DRAIN_AT_MS - scenarioMs());
    if (drained !== null) operate(drained, 'drain');
    await pause(KILL_AT_MS - scenarioMs());
    if (killed !== null) killServer(killed);
  });
}

/** Leaves the target as it was. @param {Plan} plan */
export async function teardown({ stream, publishIn, drained }) {
  if (drained !== null) operate(drained, 'undrain');
  if (stream !== null) await removeStreams(publishIn, [stream], 1);
}
