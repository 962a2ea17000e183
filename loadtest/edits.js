// @ts-check
// While the configuration is edited under load: how long until new clients follow, how long until the clients of a
// drained region are elsewhere, and does anybody see an error?
//
// Clients of many cities stay connected and talk, and new ones come all the time. One region is dialled to 0 and back,
// another one is drained and taken back. In the end the configuration is what it was.

import { CITIES } from './lib/cities.js';
import { nowMs, scenarioMs, scenarioStartMs } from './lib/clock.js';
import { Following } from './lib/following.js';
import { clearCitiesAt, decideHomes, homeOf } from './lib/homes.js';
import { LastingClient } from './lib/lasting-client.js';
import { editRegion, readLive, restore } from './lib/live-edit.js';
import * as metrics from './lib/metrics.js';
import { come, skipNewcomer } from './lib/newcomer.js';
import { noteFailure } from './lib/note-failure.js';
import { keepSchedule } from './lib/pace.js';
import { clientIn } from './lib/pair.js';
import { clientsOfRun, onceEach, profileOfRun, secondsAtLeast } from './lib/profiles.js';
import { Ring } from './lib/ring.js';
import { userNumber } from './lib/runner.js';
import { IS_LOCAL, numberFrom, sizeFrom } from './lib/settings.js';
import { cityTag, reachTarget } from './lib/target.js';
import { MAY_ADMINISTER } from './lib/target-control.js';
import { pause } from './lib/wait.js';
import { plannedWork } from './lib/work.js';

/** @typedef {import('./lib/cities.js').City} City */
/**
 * @typedef {object} Plan
 * @property {import('./lib/config-edit.js').Live} base the configuration before the edits
 * @property {import('./lib/homes.js').Homes} homes
 * @property {string} dialled id of the region that takes no new clients for a while
 * @property {string | null} drained null where there is no time for a drain; k6 passes it on as JSON
 * @property {string} speaker id of the region in which the edits are announced
 */
/** @typedef {{ kind: 'dial' | 'drain' | 'rollback', region: string, atSeconds: number }} Step */
/** @typedef {{ kind: string, region: string, following: Following | undefined }} Watch what new clients should do now */
/** @typedef {{ kind: string, region: string, atMs: number }} Told an edit, and when it was answered, since 1970 */

const profile = profileOfRun();
const CLIENT_COUNT = clientsOfRun(profile.clients);

/** Payload, bytes. */
const SIZE = sizeFrom();

/** Between two messages of a client, and between two of its requests. */
const EVERY_MS = numberFrom('EVERY_MS', 200);

/** New clients a second. */
const NEWCOMERS = numberFrom('NEWCOMERS', 10);

const CLIENTS_PER_USER = 10;
const USERS = Math.ceil(CLIENT_COUNT / CLIENTS_PER_USER);
const PER_SECOND = (CLIENT_COUNT * 1000) / EVERY_MS;

/** As the local stack has it (worker/config/one-machine.ts). */
const ONE_MACHINE_SETTLE_SECONDS = 1;

/**
 * A deployment shows an edit everywhere within a minute, and waits for that before it disconnects clients. On one machine
 * a data center looks for edits once a second, and the clients that show that it has seen one come after that.
 */
const LEAST_FOLLOW_SECONDS = IS_LOCAL ? 2 : 75;
const LEAST_DRAIN_SECONDS = IS_LOCAL ? 13.5 : 100;

/** Of the run's time, for each edit. */
const FOLLOW_SHARE = 0.05;

/** Two cores that also run the edge connect more than this a second. */
const CONNECTS_PER_SECOND = 30;

/** A drained server has to stop and start again before its region serves. */
const BACK_SECONDS = IS_LOCAL ? 5.5 : LEAST_FOLLOW_SECONDS;

const FOLLOW_SECONDS = Math.max(LEAST_FOLLOW_SECONDS, FOLLOW_SHARE * profile.seconds);
const DIAL_AT = Math.max(1.2, CLIENT_COUNT / CONNECTS_PER_SECOND, FOLLOW_SHARE * profile.seconds);
const DIAL_BACK_AT = DIAL_AT + FOLLOW_SECONDS;
const DRAIN_AT = DIAL_BACK_AT + FOLLOW_SECONDS;
const SECONDS = secondsAtLeast(profile, DRAIN_AT + LEAST_DRAIN_SECONDS + BACK_SECONDS);
const DRAIN_BACK_AT = SECONDS - Math.max(BACK_SECONDS, FOLLOW_SHARE * SECONDS);

/** A draining server closes at least one connection a second, once its grace is over. */
const CLOSES_PER_SECOND = 1;

/** For connecting again after the last one. */
const SPARE_SECONDS = 0.7;

/** For the last answers, and with the goodbyes of all. */
const LAST_MS = 1_000;
const LAST_SECONDS = 6;

/** How long a new client tries. */
const COME_WITHIN_MS = 5_000;

/** A client without service for longer than this has an outage. */
const OUTAGE_LIMIT_MS = 10_000;

/** The clients hear of each edit here: they are in several virtual users. */
const TOLD = 'k6.edits';

/** What nobody should see, whatever is edited. */
const NEVER = [
  ...['refused', 'unavailable', 'residency', 'authorization', 'timeout', 'protocol', 'gone'],
  ...['unlinked', 'unfollowed', 'unmoved', 'disturb'],
];

/** `plan` refuses to share it. */
export const ONE_RUNNER = true;

/** `npm run loadtest` refuses it without. */
export const NEEDS_ADMIN_TOKEN = true;

export const options = {
  scenarios: {
    clients: onceEach({
      users: USERS,
      seconds: SECONDS + LAST_SECONDS,
      plannedSeconds: SECONDS,
      work: plannedWork({ message: PER_SECOND, request: PER_SECOND }, USERS),
      exec: 'stay',
    }),
    editor: onceEach({ seconds: SECONDS + LAST_SECONDS, exec: 'edit' }),
  },
  thresholds: {
    nats_edit_followed: [`max<${Math.round(Math.max(BACK_SECONDS, FOLLOW_SECONDS) * 1000)}`],
    nats_errors: ['rate<0.01'],
    ...Object.fromEntries(NEVER.map((kind) => [`nats_errors{kind:${kind}}`, ['rate==0']])),
    'nats_disconnects{kind:none}': ['count==0'],
    // A drain that no client noticed says nothing. Against a deployment all clients may be in another region.
    ...(IS_LOCAL && {
      'nats_disconnects{kind:drain}': ['count>0'],
      'nats_edit_moved{kind:drain}': [`max<${Math.round((DRAIN_BACK_AT - DRAIN_AT) * 1000)}`],
      'nats_outage{kind:drain}': [`max<${OUTAGE_LIMIT_MS}`],
    }),
    nats_published: ['count>0'],
    nats_disordered: ['count==0'],
    nats_doubled: ['count==0'],
  },
  setupTimeout: '60s',
  teardownTimeout: '60s',
};

/** @returns {Promise<Plan>} */
export async function setup() {
  const { regions } = await reachTarget({ size: SIZE });
  if (!MAY_ADMINISTER)
    throw new Error(
      'nothing can be edited: put the token of the admin API into ADMIN_TOKEN (MERIDIAN_TOKEN for npm run loadtest)',
    );
  if (regions.length < 2) throw new Error('it needs two regions: clients have to go elsewhere');
  const base = await readLive();
  const homes = decideHomes();
  const counts = clientsByRegion(regions, homes);
  const [dialled = ''] = regions.toSorted((a, b) => (counts[b] ?? 0) - (counts[a] ?? 0));
  const drained = chooseDrained(regions, { counts, base, dialled });
  const speaker = regions.find((id) => id !== drained && id !== dialled) ?? dialled;
  console.info(`dials ${dialled} to 0 and back, drains ${drained ?? 'none'}`);
  return { base, homes, dialled, drained, speaker };
}

/**
 * The cities of all clients: by turns one of each region, so that any region's edit concerns somebody.
 *
 * @param {Plan['homes']} homes
 * @returns {(City | undefined)[]}
 */
function citiesOfClients(homes) {
  // Sorted: an object that setup() returns may have its fields in any order in each virtual user.
  const regions = [...new Set(Object.values(homes).map(({ region }) => region))].sort();
  const groups = regions.map((region) => clearCitiesAt(homes, region));
  return Array.from({ length: CLIENT_COUNT }, (_, n) => {
    const group = groups[n % groups.length] ?? [undefined];
    return group[Math.floor(n / groups.length) % group.length];
  });
}

/** How many of the clients each region has. @param {readonly string[]} regions @param {Plan['homes']} homes */
function clientsByRegion(regions, homes) {
  /** @type {Record<string, number>} */
  const counts = Object.fromEntries(regions.map((id) => [id, 0]));
  for (const city of citiesOfClients(homes)) {
    const home = homeOf(homes, city);
    if (home !== undefined && counts[home] !== undefined) counts[home] += 1;
  }
  return counts;
}

/**
 * One that loses no disk by it, if possible, with as many clients as its server closes in the time.
 *
 * @param {readonly string[]} regions
 * @param {{ counts: Record<string, number>, base: Plan['base'], dialled: string }} known
 * @returns {string | null}
 */
function chooseDrained(regions, { counts, base: { config }, dialled }) {
  const { routing, lameDuck, regions: configured } = /** @type {any} */ (config);
  // On one machine every data center knows at once, whatever the configuration says.
  const settle = IS_LOCAL
    ? Math.min(ONE_MACHINE_SETTLE_SECONDS, routing.drainSettleSeconds)
    : routing.drainSettleSeconds;
  const firstAfter = settle + lameDuck.graceSeconds;
  const seconds = DRAIN_BACK_AT - DRAIN_AT - firstAfter - SPARE_SECONDS;
  const closed = 1 + Math.floor(seconds * CLOSES_PER_SECOND);
  const populated = regions.filter((id) => (counts[id] ?? 0) > 0);
  const possible = populated.filter((id) => seconds > 0 && (counts[id] ?? 0) <= closed);
  if (possible.length === 0)
    console.warn(
      `no region is drained: its server begins to disconnect clients after ${firstAfter} s and takes up to a second for each, and there are ${(DRAIN_BACK_AT - DRAIN_AT).toFixed(0)} s; raise DURATION`,
    );
  const costs = (/** @type {string} */ id) =>
    Number(configured.find((/** @type {any} */ region) => region.id === id)?.jetstream === true) * 2 +
    Number(id === dialled);
  return possible.toSorted((a, b) => costs(a) - costs(b) || (counts[b] ?? 0) - (counts[a] ?? 0))[0] ?? null;
}

/** Some clients that talk during all of the edits. @param {Plan} plan */
export async function stay({ homes, drained }) {
  const first = userNumber() * CLIENTS_PER_USER;
  const cities = citiesOfClients(homes).slice(first, first + CLIENTS_PER_USER);
  const untilMs = scenarioStartMs() + SECONDS * 1000;
  const endsAtMs = untilMs + LAST_MS;
  /** @type {Told | undefined} */
  let drain;
  const members = cities.map((city) => {
    const client = new LastingClient(city, {
      endsAtMs,
      kindOf: (region) => {
        if (region === '') return 'connecting';
        return region === drained && drain !== undefined ? 'drain' : 'none';
      },
      onBack: (before, after) => {
        if (drain === undefined || before !== drained) return;
        const tags = { ...cityTag(city), region: before, peer: after, kind: 'drain' };
        metrics.editMoved.add(Date.now() - drain.atMs, tags);
        metrics.errors.add(false, { ...cityTag(city), region: before, kind: 'unmoved' });
      },
    });
    return { city, client };
  });
  const hear = (/** @type {Told} */ told) => {
    if (told.region !== drained || told.kind === 'dial') return;
    if (told.kind === 'drain') drain ??= told;
    else if (drain !== undefined) {
      drain = undefined;
      for (const { city, client } of members)
        if (client.region === drained)
          metrics.errors.add(true, { ...cityTag(city), region: drained, kind: 'unmoved' });
    }
  };
  for (const { client } of members) client.subscribe(TOLD, ({ payload }) => hear(readTold(payload)));
  const ring = new Ring(members, { everyMs: EVERY_MS, size: SIZE, endsAtMs });
  const readyByMs = scenarioStartMs() + DIAL_AT * 1000;
  await Promise.all(members.map(({ client }) => client.open(readyByMs - nowMs())));
  await ring.linked(readyByMs);
  await ring.talk({ fromMs: nowMs(), untilMs, overMs: endsAtMs });
  await Promise.all(members.map(({ client }) => client.close()));
}

/** @param {Uint8Array} payload @returns {Told} */
function readTold(payload) {
  return JSON.parse(String.fromCharCode(...payload));
}

/** Makes the edits, and lets new clients come. @param {Plan} plan */
export async function edit(plan) {
  const untilMs = scenarioStartMs() + SECONDS * 1000;
  const speaker = clientIn(plan.speaker, { cities: {}, endsAtMs: untilMs });
  await speaker.open(DIAL_AT * 1000);
  /** @type {Watch} */
  const watch = { kind: 'before', region: plan.dialled, following: undefined };
  const coming = letCome(plan, watch, untilMs);
  await noteFailure('disturb', async () => {
    for (const step of stepsOf(plan)) {
      await pause(step.atSeconds * 1000 - scenarioMs());
      concludeWatch(watch);
      await take(step, plan);
      watch.kind = step.kind;
      watch.region = step.region;
      watch.following = new Following(
        nowMs(),
        step.kind === 'rollback' ? (region) => region === step.region : (region) => region !== step.region,
      );
      /** @type {Told} */
      const told = { kind: step.kind, region: step.region, atMs: Date.now() };
      if (!speaker.publish(TOLD, JSON.stringify(told))) throw new Error('the clients could not be told');
    }
  });
  await coming;
  concludeWatch(watch);
  await speaker.close();
}

/** @param {Plan} plan @returns {Step[]} */
function stepsOf({ dialled, drained }) {
  return [
    { kind: 'dial', region: dialled, atSeconds: DIAL_AT },
    { kind: 'rollback', region: dialled, atSeconds: DIAL_BACK_AT },
    ...(drained === null
      ? []
      : /** @type {const} */ ([
          { kind: 'drain', region: drained, atSeconds: DRAIN_AT },
          { kind: 'rollback', region: drained, atSeconds: DRAIN_BACK_AT },
        ])),
  ];
}

/** @param {Step} step @param {Plan} plan */
async function take({ kind, region }, { base, dialled, drained }) {
  const askedMs = nowMs();
  if (kind === 'dial') await editRegion(region, { dial: 0 });
  else if (kind === 'drain') await editRegion(region, { drain: true });
  else await restore(base, touchedBy({ dialled, drained }));
  metrics.editTime.add(nowMs() - askedMs, { kind, region });
}

/** @param {Pick<Plan, 'dialled' | 'drained'>} plan */
function touchedBy({ dialled, drained }) {
  return [
    { region: dialled, field: 'dial' },
    ...(drained === null ? [] : [{ region: drained, field: 'drain' }]),
  ];
}

/**
 * New clients until the end: by turns one whose home is the region of the latest edit, and one from anywhere.
 *
 * @param {Plan} plan
 * @param {Watch} watch
 * @param {number} untilMs
 */
async function letCome({ homes }, watch, untilMs) {
  /** @type {Promise<void>[]} */
  const coming = [];
  const letOneCome = (/** @type {number} */ dueMs) => {
    const turn = coming.length;
    const concerned = clearCitiesAt(homes, watch.region);
    const isConcerned = turn % 2 === 0 && concerned.length > 0;
    const from = isConcerned ? concerned : CITIES;
    coming.push(comeOnce(from[(turn >> 1) % from.length], { dueMs, isConcerned, watch }));
  };
  await keepSchedule({ fromMs: nowMs(), untilMs, everyMs: 1000 / NEWCOMERS }, letOneCome, skipNewcomer);
  await Promise.all(coming);
}

/**
 * @param {City | undefined} city
 * @param {{ dueMs: number, isConcerned: boolean, watch: Watch }} visit `isConcerned`: the latest edit is about its home
 */
async function comeOnce(city, { dueMs, isConcerned, watch: { kind, region, following } }) {
  const served = await come(city, { dueMs, withinMs: COME_WITHIN_MS, kind });
  if (served === undefined || !isConcerned) return;
  const { servedMs } = served;
  const said = following?.take(served.region, { dueMs, servedMs });
  if (said === undefined) return;
  const tags = { ...cityTag(city), region, kind };
  metrics.editStrays.add(!said.follows, tags);
  if (said.ms !== undefined) metrics.editFollowed.add(said.ms, tags);
}

/** Before the next edit: new clients should have followed the last one. @param {Watch} watch */
function concludeWatch({ kind, region, following }) {
  if (following === undefined) return;
  metrics.errors.add(!following.isFollowed, { kind: 'unfollowed', region });
  if (!following.isFollowed) console.error(`new clients have not followed: ${kind} of ${region}`);
}

/** Leaves the target as it was, also after Ctrl-C. @param {Plan} plan */
export async function teardown({ base, ...plan }) {
  await restore(base, touchedBy(plan));
}
