// What a message of a load test says of itself, at the beginning of its payload: its number, when it was due, and when
// it was sent. Pure.

import { bytesOf, textOf } from './nats-protocol.js';

/**
 * @typedef {object} Stamp
 * @property {number} number of the message, among those that its publisher has sent to the same subject, from 0
 * @property {number} dueMs
 * @property {number} sentMs
 */

/** Numbers of some hours' runs: two times with fractions, and a billion messages. */
export const STAMP_BYTES = 40;

/** So many digits after the point: the clock has no more. */
const DIGITS = 3;

/**
 * Writes it over the beginning of a payload.
 *
 * @param {Uint8Array} payload at least {@link STAMP_BYTES} long
 * @param {Stamp} stamp
 */
export function writeStamp(payload, { number, dueMs, sentMs }) {
  const text = `${number} ${dueMs.toFixed(DIGITS)} ${sentMs.toFixed(DIGITS)}`;
  payload.set(bytesOf(text.padEnd(STAMP_BYTES).slice(0, STAMP_BYTES)));
}

/** @param {Uint8Array} payload @returns {Stamp} */
export function readStamp(payload) {
  const [number, dueMs, sentMs] = textOf(payload.subarray(0, STAMP_BYTES)).split(' ');
  return { number: Number(number), dueMs: Number(dueMs), sentMs: Number(sentMs) };
}
