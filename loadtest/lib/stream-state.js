// What a stream holds, and who reaches it.

import { b64decode } from 'k6/encoding';
import { nowMs } from './clock.js';
import { askOnce } from './jetstream.js';
import { readStamp } from './stamp.js';
import { pause } from './wait.js';

/** @typedef {import('./lasting-client.js').LastingClient} LastingClient */

const PROBE_TIMEOUT_MS = 1_000;
const PROBE_EVERY_MS = 50;
const STATE_TIMEOUT_MS = 2_000;

/**
 * What is published in a region that did not create the stream is lost until its interest has come there.
 *
 * @param {LastingClient} client
 * @param {string} subject of the stream, for messages that mean nothing
 * @param {number} byMs
 * @returns {Promise<boolean>} whether what it publishes is stored
 */
export async function takesFrom(client, subject, byMs) {
  for (; nowMs() < byMs; await pause(PROBE_EVERY_MS)) {
    if (!client.isOpen) continue;
    const withinMs = Math.min(PROBE_TIMEOUT_MS, byMs - nowMs());
    const answer = await client.request(subject, 'probe', withinMs).catch(() => undefined);
    if (answer !== undefined && answer.payload.length > 0) return true;
  }
  return false;
}

/**
 * How many messages it has.
 *
 * @param {LastingClient} client
 * @param {string} stream
 * @returns {Promise<number | undefined>} undefined when nobody says
 */
export async function storedIn(client, stream) {
  const info = await askOnce(client, `STREAM.INFO.${stream}`, undefined, STATE_TIMEOUT_MS).catch(
    () => undefined,
  );
  return info?.state?.messages;
}

/**
 * Whether the message is where its acknowledgement said. Where nobody answers it counts as not there.
 *
 * @param {LastingClient} client
 * @param {string} stream
 * @param {{ subject: string, number: number, sequence: number }} message its number is that of its stamp
 */
export async function isStored(client, stream, { subject, number, sequence }) {
  const wish = { seq: sequence };
  const answer = await askOnce(client, `STREAM.MSG.GET.${stream}`, wish, STATE_TIMEOUT_MS).catch(
    () => undefined,
  );
  if (answer?.message?.subject !== subject) return false;
  return readStamp(bytesOfBase64(answer.message.data)).number === number;
}

/** @param {string} text */
function bytesOfBase64(text) {
  return new Uint8Array(b64decode(text));
}

/** How many messages that no reader has read are looked for, one by one. */
const LOOKED_FOR = 200;

/**
 * How many of the messages that were acknowledged are not in the stream. It is what nobody has read and is not found,
 * and at least as many as the stream has too few: nothing is ever removed from it.
 *
 * @param {LastingClient} client
 * @param {string} stream
 * @param {{ writers: readonly { subject: string, ledger: import('./ledger.js').Ledger }[], unread: readonly (readonly number[][])[] }} books
 *   `unread`: for each reader, the numbers of each writer that it has not read
 * @returns {Promise<number>}
 */
export async function lostOf(client, stream, { writers, unread }) {
  const unreadByAll = writers.flatMap(({ subject, ledger }, place) => {
    const [first = [], ...others] = unread.map((ofReader) => new Set(ofReader[place]));
    return [...first]
      .filter((number) => others.every((numbers) => numbers.has(number)))
      .map((number) => ({ subject, number, sequence: ledger.sequenceOf(number) }));
  });
  let lost = 0;
  for (const message of unreadByAll.slice(0, LOOKED_FOR))
    if (!(await isStored(client, stream, message))) lost += 1;
  const acknowledged = writers.reduce((sum, { ledger }) => sum + ledger.count, 0);
  const stored = await storedIn(client, stream);
  return stored === undefined ? lost : Math.max(lost, acknowledged - stored);
}
