// A NATS client for k6: one WebSocket, driven by events, with promises where a script waits. It counts errors, and by
// itself measures only how long it took to connect.

import http from 'k6/http';
import { WebSocket } from 'k6/websockets';
import { nowMs } from './clock.js';
import { errorOf, NatsError, within } from './nats-error.js';
import {
  bytesOf,
  bytesOfAlike,
  connectLine,
  Parser,
  PING,
  PONG,
  pubBytes,
  subLine,
  unsubLine,
} from './nats-protocol.js';
import { CREDENTIALS, SOCKET_URL } from './settings.js';

/** @typedef {import('./nats-protocol.js').Message} Message */

/**
 * @typedef {object} ConnectOptions
 * @property {Record<string, string>} [headers] of the upgrade, such as the client's place
 * @property {number} [timeoutMs] for upgrade and handshake together
 * @property {boolean} [echo] whether it hears what it publishes itself; default true
 * @property {(reason: string) => void} [onClose] called when the connection ends unexpectedly
 */

/** Long enough for a region that has to be started first. */
const CONNECT_TIMEOUT_MS = 15_000;

/** Otherwise k6 tags its own metrics with the whole URL, query included. */
const TAGS = { name: 'nats' };

const REQUEST_TIMEOUT_MS = 5_000;

/** `readyState` of a socket; k6 has no `WebSocket.OPEN`. */
const OPEN = 1;

export class NatsClient {
  /** Id of the region that serves it, such as `weur`. */
  region = '';
  /** From opening the socket to the PONG after CONNECT, ms. */
  connectMs = 0;
  isOpen = false;
  #socket;
  #parser;
  /** @type {Map<string, (message: Message) => void>} */
  #subscriptions = new Map();
  /** @type {{ since: number, resolve: (ms: number) => void, reject: (error: Error) => void }[]} */
  #pings = [];
  #nextSid = 1;
  #inbox = `_INBOX.${randomWord()}`;
  /** @type {Map<string, (message: Message) => void> | undefined} */
  #requests;
  #isClosing = false;
  #wasReady = false;
  /** The one that answers the PING behind CONNECT. */
  #hasPong = false;
  /** @type {() => void} */
  #greeted = () => {};
  /** @type {(error: NatsError) => void} */
  #failed = () => {};
  /** @type {() => void} */
  #closed = () => {};
  #options;

  /** @param {ConnectOptions} options */
  constructor(options) {
    this.#options = options;
    this.#parser = new Parser((operation) => this.#take(operation));
    // With its own cookie jar: otherwise the cookie that keeps a client at its region would pass to the next client of
    // the same virtual user, which is in another city.
    const jar = new http.CookieJar();
    this.#socket = new WebSocket(SOCKET_URL, null, { headers: options.headers ?? {}, jar, tags: TAGS });
    this.#socket.binaryType = 'arraybuffer';
    // k6 2.2 drops a message that it reads before it has fired `open`: in one of some thousand connections that is the
    // server's INFO. So CONNECT doesn't wait for it, and the INFO that answers CONNECT is used as well.
    this.#socket.onopen = () => this.#introduce();
    this.#socket.onmessage = (event) => this.#receive(/** @type {ArrayBuffer | string} */ (event?.data));
    this.#socket.onerror = (event) => this.#fail(new NatsError('refused', String(event?.error)));
    this.#socket.onclose = () => this.#end('the connection was closed');
  }

  /**
   * Connects and waits for the first PONG.
   *
   * @param {ConnectOptions} [options]
   * @returns {Promise<NatsClient>} rejects with a NatsError
   */
  static async open(options = {}) {
    const started = nowMs();
    const client = new NatsClient(options);
    const timeoutMs = options.timeoutMs ?? CONNECT_TIMEOUT_MS;
    try {
      await within(timeoutMs, 'no answer to the upgrade and CONNECT', client.#greeting());
    } catch (error) {
      client.#abandon();
      throw error;
    }
    client.connectMs = nowMs() - started;
    client.#wasReady = true;
    return client;
  }

  /** The round trip of a PING, ms. @param {number} [timeoutMs] */
  ping(timeoutMs = REQUEST_TIMEOUT_MS) {
    const answered = new Promise((resolve, reject) => this.#pings.push({ since: nowMs(), resolve, reject }));
    this.#write(PING);
    return /** @type {Promise<number>} */ (within(timeoutMs, 'no PONG', answered));
  }

  /**
   * @param {string} subject
   * @param {Uint8Array | string} payload
   * @param {string} [reply]
   */
  publish(subject, payload, reply) {
    this.write(pubBytes(subject, typeof payload === 'string' ? bytesOf(payload) : payload, reply));
  }

  /** Sends complete operations as bytes, such as many messages in one frame. @param {Uint8Array<ArrayBuffer>} bytes */
  write(bytes) {
    this.#write(bytes.buffer);
  }

  /**
   * @param {string} subject
   * @param {(message: Message) => void} onMessage
   * @param {string} [queue]
   * @returns {string} the subscription's id
   */
  subscribe(subject, onMessage, queue) {
    const sid = `${this.#nextSid}`;
    this.#nextSid += 1;
    this.#subscriptions.set(sid, onMessage);
    this.#write(subLine(subject, sid, queue));
    return sid;
  }

  /** @param {string} sid */
  unsubscribe(sid) {
    this.#subscriptions.delete(sid);
    this.#write(unsubLine(sid));
  }

  /**
   * @param {string} subject
   * @param {Uint8Array | string} payload
   * @param {number} [timeoutMs]
   * @returns {Promise<Message>} rejects with a NatsError
   */
  request(subject, payload, timeoutMs = REQUEST_TIMEOUT_MS) {
    const requests = this.#requests ?? this.#openInbox();
    const reply = `${this.#inbox}.${this.#nextSid}`;
    this.#nextSid += 1;
    const answered = new Promise((resolve) => requests.set(reply, resolve));
    this.publish(subject, payload, reply);
    return /** @type {Promise<Message>} */ (
      within(timeoutMs, `no answer on ${subject}`, answered).finally(() => requests.delete(reply))
    );
  }

  /**
   * Subscribes to messages of one size that are only counted.
   *
   * @param {string} subject
   * @param {number} size of each payload
   * @param {(count: number) => void} onMessages
   */
  count(subject, size, onMessages) {
    const sid = this.subscribe(subject, () => onMessages(1));
    this.#parser.countAlike({ ...bytesOfAlike(subject, sid, size), onMessages });
  }

  /** Ends the connection; resolves once it has. @returns {Promise<void>} */
  close() {
    if (this.#isClosing || !this.isOpen) return Promise.resolve();
    this.#isClosing = true;
    const ended = new Promise((resolve) => {
      this.#closed = () => resolve(undefined);
    });
    this.#socket.close();
    return within(REQUEST_TIMEOUT_MS, 'no close', ended).catch(() => {});
  }

  /** k6 waits for ever if a socket is closed while it is connecting, so this waits until it is open. */
  #abandon() {
    this.#isClosing = true;
    this.isOpen = false;
    if (this.#socket.readyState === OPEN) this.#socket.close();
    else this.#socket.onopen = () => this.#socket.close();
  }

  #greeting() {
    return new Promise((resolve, reject) => {
      this.#greeted = () => resolve(undefined);
      this.#failed = reject;
    });
  }

  #openInbox() {
    const requests = new Map();
    this.#requests = requests;
    this.subscribe(`${this.#inbox}.*`, (message) => {
      requests.get(message.subject)?.(message);
      requests.delete(message.subject);
    });
    return requests;
  }

  /** @param {string | ArrayBuffer} data */
  #write(data) {
    if (this.isOpen) this.#socket.send(data);
  }

  /** @param {string | ArrayBuffer} data */
  #receive(data) {
    try {
      this.#parser.feed(typeof data === 'string' ? bytesOf(data) : new Uint8Array(data));
    } catch (error) {
      this.#fail(new NatsError('protocol', String(error)));
    }
  }

  /** @param {import('./nats-protocol.js').Operation} operation */
  #take(operation) {
    if (operation.op === 'MSG') this.#subscriptions.get(operation.sid)?.(operation);
    else if (operation.op === 'PING') this.#write(PONG);
    else if (operation.op === 'PONG') this.#pong();
    else if (operation.op === 'INFO') this.#learn(operation.info);
    else if (operation.op === 'ERR') this.#fail(errorOf(operation.error));
  }

  #pong() {
    const ping = this.#pings.shift();
    if (ping !== undefined) return ping.resolve(nowMs() - ping.since);
    this.#hasPong = true;
    if (this.region !== '') this.#greeted();
  }

  /** Bytes that k6 has not sent yet. */
  get bufferedBytes() {
    return this.#socket.bufferedAmount;
  }

  #introduce() {
    this.isOpen = true;
    const { echo = true } = this.#options;
    const options = {
      verbose: false,
      pedantic: false,
      headers: true,
      no_responders: true,
      protocol: 1,
      echo,
    };
    this.#write(`${connectLine({ ...options, ...CREDENTIALS, name: 'k6', lang: 'k6' })}${PING}`);
  }

  /** @param {Record<string, unknown>} info the first one, the answer to CONNECT, or a later change of the cluster */
  #learn(info) {
    this.region = String(info.server_name ?? '').replace(/^nats-/, '');
    if (this.#hasPong) this.#greeted();
  }

  /** @param {NatsError} error */
  #fail(error) {
    this.#failed(error);
    this.#end(error.message);
    if (!this.#isClosing) this.#abandon();
  }

  /** @param {string} reason */
  #end(reason) {
    const unexpected = this.isOpen && this.#wasReady && !this.#isClosing;
    this.isOpen = false;
    this.#failed(new NatsError('closed', reason));
    for (const { reject } of this.#pings.splice(0)) reject(new NatsError('closed', reason));
    this.#closed();
    if (unexpected) this.#options.onClose?.(reason);
  }
}

function randomWord() {
  return Math.random().toString(36).slice(2, 12);
}
