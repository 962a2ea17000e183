// A key-value bucket as NATS clients have it: a stream `KV_<bucket>` of which only the last message on each subject
// `$KV.<bucket>.<key>` stays.

import { nowMs } from './clock.js';
import { ask, createStream } from './jetstream.js';
import { pause } from './wait.js';

/** @typedef {import('./lasting-client.js').LastingClient} LastingClient */
/** @typedef {import('./nats-protocol.js').Message} Message */

/** @param {string} bucket */
export function streamOf(bucket) {
  return `KV_${bucket}`;
}

/** @param {string} bucket @param {string} key */
export function keySubject(bucket, key) {
  return `$KV.${bucket}.${key}`;
}

/**
 * @param {LastingClient} client
 * @param {string} bucket
 * @param {number} replicas
 * @param {number} withinMs
 */
export function createBucket(client, bucket, replicas, withinMs) {
  const config = {
    subjects: [keySubject(bucket, '>')],
    num_replicas: replicas,
    max_msgs_per_subject: 1,
    discard: 'new',
    allow_rollup_hdrs: true,
    deny_delete: true,
    allow_direct: true,
  };
  return createStream(client, streamOf(bucket), config, withinMs);
}

/**
 * Reads a key, from whichever replica answers.
 *
 * @param {LastingClient} client
 * @param {string} bucket
 * @param {string} key
 * @param {number} timeoutMs
 * @returns {Promise<Message | undefined>} undefined when it has no value, or nobody to ask; rejects with a NatsError
 */
export async function getKey(client, bucket, key, timeoutMs) {
  const subject = `$JS.API.DIRECT.GET.${streamOf(bucket)}.${keySubject(bucket, key)}`;
  const answer = await client.request(subject, '', timeoutMs);
  return isStatus(answer) ? undefined : answer;
}

/** Whether it is a word of the server, not a message: `NATS/1.0 404 Message Not Found`. @param {Message} message */
function isStatus({ headers }) {
  return /^NATS\/1\.0 \d/.test(headers);
}

/** A server that sends nothing says so this often. */
const HEARTBEAT_MS = 1_000;
const SILENT_HEARTBEATS = 3;

const LOOK_EVERY_MS = 100;
const CREATE_WITHIN_MS = 1_000;
const NANOSECONDS = 1_000_000;

let count = 0;

/**
 * Sees every change of a bucket, in order: what it has missed, after an interruption, is sent to a new consumer. Of
 * several changes of a key in the meantime only the last is there.
 */
export class KeyWatch {
  #client;
  #bucket;
  #onChange;
  #inbox;
  /** Each new consumer has a name of its own, from which its messages are known. */
  #generation = 0;
  /** Of the consumer's messages, from 1. */
  #nextNumber = 1;
  /** Sequence of the last change that was seen, in the stream. */
  #seen = 0;
  #heardAtMs = Number.NEGATIVE_INFINITY;
  /** On which the consumer was created. @type {object | undefined} */
  #connection;
  #isOver = false;

  /**
   * Before the client connects: it subscribes.
   *
   * @param {LastingClient} client
   * @param {string} bucket
   * @param {(key: string, payload: Uint8Array) => void} onChange must not throw
   */
  constructor(client, bucket, onChange) {
    this.#client = client;
    this.#bucket = bucket;
    this.#onChange = onChange;
    count += 1;
    this.#inbox = `_INBOX.k6.${__VU}.watch.${count}.${Math.random().toString(36).slice(2, 10)}`;
    client.subscribe(this.#inbox, (message) => this.#take(message));
  }

  /** Begins with the next change. @param {number} withinMs @returns {Promise<void>} rejects when it cannot */
  async begin(withinMs) {
    await this.#createConsumer({ deliver_policy: 'new' }, withinMs);
  }

  /** Looks after its consumer until it is stopped. */
  async run() {
    for (; !this.#isOver; await pause(LOOK_EVERY_MS)) {
      if (!this.#client.isOpen) continue;
      const isSilent = nowMs() - this.#heardAtMs > SILENT_HEARTBEATS * HEARTBEAT_MS;
      if (this.#connection === this.#client.connection && !isSilent) continue;
      const from =
        this.#seen === 0
          ? { deliver_policy: 'last_per_subject' }
          : { deliver_policy: 'by_start_sequence', opt_start_seq: this.#seen + 1 };
      await this.#createConsumer(from, CREATE_WITHIN_MS).catch(() => undefined);
    }
  }

  stop() {
    this.#isOver = true;
  }

  /**
   * @param {Record<string, unknown>} from
   * @param {number} withinMs
   */
  async #createConsumer(from, withinMs) {
    this.#generation += 1;
    this.#nextNumber = 1;
    this.#connection = this.#client.connection;
    const name = this.#name();
    await ask(
      this.#client,
      `CONSUMER.CREATE.${streamOf(this.#bucket)}.${name}`,
      {
        stream_name: streamOf(this.#bucket),
        config: {
          name,
          deliver_subject: this.#inbox,
          ack_policy: 'none',
          max_deliver: 1,
          mem_storage: true,
          num_replicas: 1,
          idle_heartbeat: HEARTBEAT_MS * NANOSECONDS,
          flow_control: true,
          ...from,
        },
      },
      withinMs,
    );
    this.#heardAtMs = nowMs();
  }

  #name() {
    return `watch-${this.#inbox.split('.').at(-1)}-${this.#generation}`;
  }

  /** @param {Message} message */
  #take(message) {
    const { subject, reply, headers, payload } = message;
    if (isStatus(message)) {
      this.#heardAtMs = nowMs();
      // It waits for an answer before it sends more.
      if (headers.includes('FlowControl') && reply !== '') this.#client.publish(reply, '');
      return;
    }
    const { consumer, sequence, number } = placeOf(reply);
    if (consumer !== this.#name()) return;
    this.#heardAtMs = nowMs();
    if (number !== this.#nextNumber) {
      // Something was lost on the way: begin again behind what was seen.
      this.#heardAtMs = Number.NEGATIVE_INFINITY;
      this.#generation += 1;
      return;
    }
    this.#nextNumber += 1;
    this.#seen = sequence;
    this.#onChange(subject.slice(keySubject(this.#bucket, '').length), payload);
  }
}

/**
 * What the reply subject of a consumer's message says:
 * `$JS.ACK[.<domain>.<account>].<stream>.<consumer>.<copies>.<sequence>.<number>.<time>.<pending>`.
 *
 * @param {string} reply
 */
function placeOf(reply) {
  const words = reply.split('.');
  const first = words.length > 9 ? 4 : 2;
  return {
    consumer: words[first + 1] ?? '',
    sequence: Number(words[first + 3]),
    number: Number(words[first + 4]),
  };
}
