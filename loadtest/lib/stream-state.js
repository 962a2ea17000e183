// What a stream holds, and who reaches it.

import { b64decode } from 'k6/encoding';
import { nowMs } from './clock.js';
import { askOnce, isAbsent } from './jetstream.js';
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
 * @returns {Promise<number | undefined>} 0 of a stream that is gone; undefined when nobody says
 */
export async function storedIn(client, stream) {
  if (!client.isOpen) return undefined;
  try {
    const { state } = await askOnce(client, `STREAM.INFO.${stream}`, undefined, STATE_TIMEOUT_MS);
    return state?.messages;
  } catch (error) {
    return isAbsent(error) ? 0 : undefined;
  }
}

/**
 * Whether the message is where its acknowledgement said.
 *
 * @param {LastingClient} client
 * @param {string} stream
 * @param {{ subject: string, number: number, sequence: number }} message its number is that of its stamp
 * @returns {Promise<boolean | undefined>} undefined when nobody says
 */
export async function isStored(client, stream, { subject, number, sequence }) {
  if (!client.isOpen) return undefined;
  try {
    const wish = { seq: sequence };
    const { message } = await askOnce(client, `STREAM.MSG.GET.${stream}`, wish, STATE_TIMEOUT_MS);
    return message?.subject === subject && readStamp(bytesOfBase64(message.data)).number === number;
  } catch (error) {
    return isAbsent(error) ? false : undefined;
  }
}

/** @param {string} text */
function bytesOfBase64(text) {
  return new Uint8Array(b64decode(text));
}
