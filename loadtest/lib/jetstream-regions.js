// Which regions keep streams, and what a run makes of it.

import { ask, deleteStreams } from './jetstream.js';
import { regionsOfTarget } from './regions-of-target.js';
import { numberFrom } from './settings.js';
import { connectFrom, forcedTo } from './target.js';
import { eventually } from './wait.js';

/** Of each stream; fewer where there are not so many regions that keep any. */
const REPLICAS = Math.round(numberFrom('REPLICAS', 3));

/** A target that has just started elects first. */
const READY_WITHIN_MS = 30_000;

const CONNECT_WITHIN_MS = 10_000;

/** At the end of a run, whose edge may be gone. */
const LEAVE_WITHIN_MS = 3_000;

/** Ids of the regions that keep streams. @returns {string[]} */
export function keepers() {
  return regionsOfTarget()
    .filter(({ jetstream, enabled }) => jetstream && enabled !== false)
    .map(({ id }) => id);
}

/** How many replicas a stream has there. @param {readonly string[]} regions that keep streams */
export function replicasIn(regions) {
  return Math.min(REPLICAS, regions.length);
}

/**
 * Waits until JetStream answers. For `setup()`.
 *
 * @param {string} region
 */
export async function jetStreamIsReady(region) {
  await withClient(region, (client) => ask(client, 'INFO', undefined, READY_WITHIN_MS));
}

/**
 * Leaves nothing of a run behind, or says what. For `teardown()`, which k6 also calls when it is interrupted.
 *
 * @param {string} region
 * @param {readonly string[]} beginnings of the names of the run's streams
 * @param {number} most that it has
 */
export async function removeStreams(region, beginnings, most) {
  try {
    await withClient(region, (client) => deleteStreams(client, beginnings, most), LEAVE_WITHIN_MS);
  } catch (error) {
    const names = beginnings.map((beginning) => `${beginning}*`).join(', ');
    console.error(`streams ${names} may be left: ${error instanceof Error ? error.message : error}`);
  }
}

/**
 * Does something with a client of a region, which is closed after it.
 *
 * @param {string} region
 * @param {(client: import('./nats-client.js').NatsClient) => Promise<unknown>} work
 * @param {number} [withinMs] for it to connect
 * @throws Error if none can connect
 */
export async function withClient(region, work, withinMs = CONNECT_WITHIN_MS) {
  const client = await eventually(withinMs, () =>
    connectFrom(undefined, { headers: forcedTo(region), patienceMs: CONNECT_WITHIN_MS }),
  );
  if (client === undefined) throw new Error(`no client can connect to ${region}`);
  try {
    await work(client);
  } finally {
    await client.close();
  }
}
