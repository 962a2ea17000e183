// As much of JetStream as a test of durability needs, over plain requests: a stream, acknowledged publishing, and
// reading back everything that the stream holds.

import { textOf } from './nats-protocol.js';
import { eventually } from './wait.js';

/** @typedef {import('./nats-client.js').NatsClient} NatsClient */
/** @typedef {import('./lasting-client.js').LastingClient} LastingClient */

const API_TIMEOUT_MS = 5_000;

/** A meta leader that was lost is replaced within seconds; a fresh stack still has to elect its first one. */
const READY_WITHIN_MS = 15_000;

/** How long publishing waits for an acknowledgement: without one the message may have been stored or not. */
const ACK_TIMEOUT_MS = 2_000;

/**
 * Calls the API until it no longer refuses.
 *
 * @param {NatsClient} client
 * @param {string} operation such as `STREAM.DELETE.name`
 * @param {object} [body]
 * @returns {Promise<any>} its answer
 */
export async function ask(client, operation, body) {
  let problem = 'no answer';
  const answer = await eventually(READY_WITHIN_MS, async () => {
    try {
      const { payload, headers } = await client.request(
        `$JS.API.${operation}`,
        body === undefined ? '' : JSON.stringify(body),
        API_TIMEOUT_MS,
      );
      if (payload.length === 0) throw new Error(`JetStream does not answer (${headers.split('\r\n')[0]})`);
      const parsed = JSON.parse(textOf(payload));
      if (parsed.error === undefined) return parsed;
      throw new Error(parsed.error.description);
    } catch (error) {
      problem = error instanceof Error ? error.message : String(error);
      return undefined;
    }
  });
  if (answer === undefined) throw new Error(`JetStream refuses ${operation}: ${problem}`);
  return answer;
}

/**
 * A stream with three replicas for what is published on its own name.
 *
 * @param {NatsClient} client
 * @param {string} name
 */
export function createStream(client, name) {
  return ask(client, `STREAM.CREATE.${name}`, {
    name,
    subjects: [name],
    num_replicas: 3,
    storage: 'file',
    retention: 'limits',
  });
}

/**
 * @param {NatsClient} client
 * @param {string} name
 */
export function deleteStream(client, name) {
  return ask(client, `STREAM.DELETE.${name}`);
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
