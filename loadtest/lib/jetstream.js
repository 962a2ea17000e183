// As much of JetStream as load tests need, over plain requests: streams, acknowledged publishing, and reading back
// everything that a stream holds.

import { nowMs } from './clock.js';
import { textOf } from './nats-protocol.js';
import { eventually, pause } from './wait.js';

/** @typedef {import('./nats-client.js').NatsClient} NatsClient */
/** @typedef {import('./lasting-client.js').LastingClient} LastingClient */

const API_TIMEOUT_MS = 5_000;

/** A meta leader that was lost is replaced within seconds; a fresh stack still has to elect its first one. */
const READY_WITHIN_MS = 15_000;

/** How long publishing waits for an acknowledgement: without one the message may have been stored or not. */
const ACK_TIMEOUT_MS = 2_000;

/** Between two calls of which the first was refused. */
const ASK_AGAIN_MS = 50;

/** JetStream has answered, and refuses. */
export class JetStreamError extends Error {
  /** As of HTTP: 404 of a stream, a consumer or a message that is not there. */
  code;

  /** @param {{ code: number, description: string }} error as the API has it */
  constructor({ code, description }) {
    super(description);
    this.code = code;
  }
}

/** Whether it is known not to be there, since JetStream says so. @param {unknown} error */
export function isAbsent(error) {
  return error instanceof JetStreamError && error.code === 404;
}

/**
 * Calls the API until it no longer refuses.
 *
 * @param {NatsClient | LastingClient} client
 * @param {string} operation such as `STREAM.DELETE.name`
 * @param {object} [body]
 * @param {number} [withinMs]
 * @returns {Promise<any>} its answer
 */
export async function ask(client, operation, body, withinMs = READY_WITHIN_MS) {
  const byMs = nowMs() + withinMs;
  let problem = 'no answer in time';
  for (; nowMs() < byMs; await pause(ASK_AGAIN_MS))
    try {
      return await askOnce(client, operation, body, Math.min(API_TIMEOUT_MS, byMs - nowMs()));
    } catch (error) {
      problem = error instanceof Error ? error.message : String(error);
    }
  throw new Error(`JetStream refuses ${operation}: ${problem}`);
}

/**
 * @param {NatsClient | LastingClient} client
 * @param {string} operation
 * @param {object | undefined} body
 * @param {number} timeoutMs
 * @returns {Promise<any>} its answer
 */
export async function askOnce(client, operation, body, timeoutMs) {
  const text = body === undefined ? '' : JSON.stringify(body);
  const { payload, headers } = await client.request(`$JS.API.${operation}`, text, timeoutMs);
  if (payload.length === 0) throw new Error(`JetStream does not answer (${headers.split('\r\n')[0]})`);
  const answer = JSON.parse(textOf(payload));
  if (answer.error !== undefined) throw new JetStreamError(answer.error);
  return answer;
}

/**
 * A stream of files, with three replicas for what is published on its own name, unless its configuration says otherwise.
 *
 * @param {NatsClient | LastingClient} client
 * @param {string} name
 * @param {Record<string, unknown>} [config]
 * @param {number} [withinMs]
 */
export function createStream(client, name, config, withinMs) {
  const usual = { name, subjects: [name], num_replicas: 3, storage: 'file', retention: 'limits' };
  return ask(client, `STREAM.CREATE.${name}`, { ...usual, ...config }, withinMs);
}

/**
 * @param {NatsClient} client
 * @param {string} name
 */
function deleteStream(client, name) {
  return ask(client, `STREAM.DELETE.${name}`);
}

/** The creation of a stream may be under way when its user is interrupted: within this time it is there. */
const UNDER_WAY_MS = 2_000;
const LOOK_EVERY_MS = 200;

/**
 * Deletes the streams of a run, however many of them were created, or are about to be.
 *
 * @param {NatsClient} client
 * @param {readonly string[]} beginnings of their names
 * @param {number} most that the run has: with fewer, some may be yet to come
 */
export async function deleteStreams(client, beginnings, most) {
  const byMs = nowMs() + UNDER_WAY_MS;
  let deleted = await deleteThoseThere(client, beginnings);
  while (deleted < most && nowMs() < byMs) {
    await pause(LOOK_EVERY_MS);
    deleted += await deleteThoseThere(client, beginnings);
  }
}

/** @param {NatsClient} client @param {readonly string[]} beginnings @returns {Promise<number>} how many there were */
async function deleteThoseThere(client, beginnings) {
  /** @type {string[]} */
  const names = [];
  for (let total = 1; names.length < total; ) {
    const page = await ask(client, 'STREAM.NAMES', { offset: names.length });
    names.push(...(page.streams ?? []));
    total = (page.streams ?? []).length === 0 ? names.length : page.total;
  }
  const own = names.filter((name) => beginnings.some((beginning) => name.startsWith(beginning)));
  for (const name of own) await deleteStream(client, name);
  return own.length;
}

/**
 * @param {NatsClient | LastingClient} client
 * @param {string} stream
 * @param {string} payload
 * @returns {Promise<boolean>} whether JetStream has acknowledged it
 */
export async function publishAcknowledged(client, stream, payload) {
  const answer = await client.request(stream, payload, ACK_TIMEOUT_MS).catch(() => undefined);
  if (answer === undefined || answer.payload.length === 0) return false;
  const { error, seq } = JSON.parse(textOf(answer.payload));
  return error === undefined && seq > 0;
}

/**
 * Everything in the stream, read through a new consumer, as any subscriber would.
 *
 * @param {NatsClient} client
 * @param {string} stream
 * @returns {Promise<Set<string>>} the payloads
 */
export async function readAll(client, stream) {
  const { state } = await ask(client, `STREAM.INFO.${stream}`);
  const inbox = `k6.read.${stream}.${Date.now()}`;
  /** @type {Set<string>} */
  const payloads = new Set();
  let messages = 0;
  const sid = client.subscribe(inbox, ({ payload }) => {
    messages += 1;
    payloads.add(textOf(payload));
  });
  await ask(client, `CONSUMER.CREATE.${stream}`, {
    stream_name: stream,
    config: {
      deliver_subject: inbox,
      deliver_policy: 'all',
      ack_policy: 'none',
      mem_storage: true,
      num_replicas: 1,
    },
  });
  await eventually(READY_WITHIN_MS, async () => (messages >= state.messages ? true : undefined));
  client.unsubscribe(sid);
  return payloads;
}
