// A durable consumer that fetches: it asks for some messages at a time, acknowledges each, and asks for more before it
// has run dry. After an interruption it goes on where it was.

import { nowMs } from './clock.js';
import { ask, askOnce, isAbsent } from './jetstream.js';
import { bytesOf, pubBytes } from './nats-protocol.js';
import { pause } from './wait.js';

/** @typedef {import('./lasting-client.js').LastingClient} LastingClient */
/** @typedef {import('./nats-protocol.js').Message} Message */

/** Messages of one fetch. The next is asked for when less than half of these may still come. */
const BATCH = 500;

/** A fetch that found nothing ends after this time. */
const EXPIRES_MS = 5_000;

/** And one of which nothing is heard, so much later. */
const GRACE_MS = 1_000;

/** How often it is looked whether a fetch was lost with a connection, or is over. */
const LOOK_EVERY_MS = 100;

/** Of what is not acknowledged by then JetStream sends another copy. */
const ACK_WAIT_MS = 30_000;

const STATE_TIMEOUT_MS = 2_000;

const NANOSECONDS = 1_000_000;

const ACK = bytesOf('+ACK');

let count = 0;

export class PullConsumer {
  #client;
  #options;
  #inbox;
  /** What may still come, and until when, by the number of the fetch. @type {Map<string, { left: number, untilMs: number }>} */
  #fetches = new Map();
  #fetched = 0;
  /** The connection on which it has asked. @type {object | undefined} */
  #connection;
  #isOver = false;
  /** To send with the next frame. @type {Uint8Array[]} */
  #acks = [];

  /**
   * Before the client connects: it subscribes.
   *
   * @param {LastingClient} client
   * @param {{ stream: string, name: string, filter: string, onMessage: (message: Message) => void }} options
   *   `onMessage` must not throw: the message is acknowledged after it
   */
  constructor(client, options) {
    this.#client = client;
    this.#options = options;
    count += 1;
    this.#inbox = `_INBOX.k6.${__VU}.${count}.${Math.random().toString(36).slice(2, 10)}`;
    client.subscribe(`${this.#inbox}.*`, (message) => this.#take(message));
  }

  /** @param {number} withinMs */
  create(withinMs) {
    const { stream, name, filter } = this.#options;
    return ask(
      this.#client,
      `CONSUMER.DURABLE.CREATE.${stream}.${name}`,
      {
        stream_name: stream,
        config: {
          durable_name: name,
          deliver_policy: 'all',
          ack_policy: 'explicit',
          ack_wait: ACK_WAIT_MS * NANOSECONDS,
          max_ack_pending: 20 * BATCH,
          filter_subject: filter,
        },
      },
      withinMs,
    );
  }

  /** Fetches until it is stopped. */
  async run() {
    for (; !this.#isOver; await pause(LOOK_EVERY_MS)) {
      const now = nowMs();
      if (this.#connection !== this.#client.connection) this.#fetches.clear();
      for (const [id, { untilMs }] of this.#fetches) if (now > untilMs) this.#fetches.delete(id);
      this.#fetchMore();
    }
  }

  stop() {
    this.#isOver = true;
  }

  #fetchMore() {
    if (this.#isOver || !this.#client.isOpen) return;
    const expected = [...this.#fetches.values()].reduce((sum, { left }) => sum + left, 0);
    if (expected >= BATCH / 2) return;
    this.#connection = this.#client.connection;
    this.#fetched += 1;
    const id = `${this.#fetched}`;
    this.#fetches.set(id, { left: BATCH, untilMs: nowMs() + EXPIRES_MS + GRACE_MS });
    const { stream, name } = this.#options;
    const wish = JSON.stringify({ batch: BATCH, expires: EXPIRES_MS * NANOSECONDS });
    this.#client.publish(`$JS.API.CONSUMER.MSG.NEXT.${stream}.${name}`, wish, `${this.#inbox}.${id}`);
  }

  /** @param {Message} message */
  #take(message) {
    const { subject, reply, headers } = message;
    // A status: it sends only headers, and no more will come of this fetch.
    if (reply === '' && headers !== '') {
      this.#fetches.delete(subject.slice(this.#inbox.length + 1));
      return;
    }
    this.#options.onMessage(message);
    this.#acknowledge(reply);
    this.#received();
  }

  /**
   * Those that arrive in one frame are acknowledged in one: under load it is not k6 that is slow.
   *
   * @param {string} reply
   */
  #acknowledge(reply) {
    this.#acks.push(pubBytes(reply, ACK));
    if (this.#acks.length === 1) void Promise.resolve().then(() => this.#sendAcks());
  }

  #sendAcks() {
    const acks = this.#acks.splice(0);
    const bytes = new Uint8Array(acks.reduce((sum, { length }) => sum + length, 0));
    let at = 0;
    for (const ack of acks) {
      bytes.set(ack, at);
      at += ack.length;
    }
    // Without a connection JetStream sends another copy later.
    if (this.#client.isOpen) this.#client.write(bytes, acks.length);
  }

  /**
   * Up to which sequence of the stream JetStream has had acknowledgements of all: what comes behind is still owed to it.
   *
   * @param {LastingClient} client who asks
   * @returns {Promise<number>} infinite of a consumer that is gone, to which nothing is owed; 0 where nobody says
   */
  async settledUpTo(client) {
    if (!client.isOpen) return 0;
    const { stream, name } = this.#options;
    try {
      const info = await askOnce(client, `CONSUMER.INFO.${stream}.${name}`, undefined, STATE_TIMEOUT_MS);
      return info.ack_floor?.stream_seq ?? 0;
    } catch (error) {
      return isAbsent(error) ? Number.POSITIVE_INFINITY : 0;
    }
  }

  /** A message has the subject under which it was published, not that of the fetch: those are served in their order. */
  #received() {
    const [first] = this.#fetches;
    if (first === undefined) return;
    const [id, fetch] = first;
    fetch.left -= 1;
    if (fetch.left === 0) this.#fetches.delete(id);
    this.#fetchMore();
  }
}
