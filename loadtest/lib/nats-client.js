// A NATS client for k6: one WebSocket, driven by events, with promises where a script waits. When its connection ends,
// what is under way fails at once, and is counted as well as the end itself.

import http from 'k6/http';
import { WebSocket } from 'k6/websockets';
import { nowMs } from './clock.js';
import { complain } from './complain.js';
import * as metrics from './metrics.js';
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
import { refusalOf } from './refusal.js';
import { CREDENTIALS, SOCKET_URL } from './settings.js';

/** @typedef {import('./nats-protocol.js').Message} Message */

/**
 * How a connection ended that was not closed by this side.
 *
 * @typedef {object} Ended
 * @property {string} reason
 * @property {string} code the WebSocket's close code; `1006` when there was none
 * @property {'connecting' | 'idle' | 'waiting'} phase `waiting` where a PING or a request had no answer yet
 * @property {number} heardAtMs by `nowMs()`, when anything came last
 * @property {number | undefined} vainSinceMs by `nowMs()`, when it asked first after that; undefined if it did not
 */

/**
 * @typedef {object} ConnectOptions
 * @property {Record<string, string>} [headers] of the upgrade, such as the client's place
 * @property {number} [timeoutMs] for upgrade and handshake together
 * @property {boolean} [echo] whether it hears what it publishes itself; default true
 * @property {(region: string) => Record<string, string>} [tagsOf] of what is counted about it, besides its region
 * @property {(ended: Ended) => void} [onClose] called when the connection ends unexpectedly, after it was counted
 */

/** Long enough for a region that has to be started first. */
const CONNECT_TIMEOUT_MS = 15_000;

/** Otherwise k6 tags its own metrics with the whole URL, query included. */
const TAGS = { name: 'nats' };

const REQUEST_TIMEOUT_MS = 5_000;

/** `readyState` of a socket; k6 has no `WebSocket.OPEN`. */
const OPEN = 1;

/** The close code of a connection that was cut: nobody said anything. */
const ABNORMAL = '1006';

/** Errors of nats-server after which it keeps the connection. */
const KEEPS_CONNECTION = /^(permissions violation|invalid (publish )?subject)/i;

/** @typedef {{ resolve: (message: Message) => void, reject: (error: Error) => void }} Waiting */

export class NatsClient {
  /** Id of the region that serves it, such as `weur`. */
  region = '';
  /** Bytes; infinite while its server has not said. */
  maxPayload = Number.POSITIVE_INFINITY;
  isOpen = false;
  #socket;
  #parser;
  /** @type {Map<string, (message: Message) => void>} */
  #subscriptions = new Map();
  /** Those that are still waited for; one whose time is over stays, since the next PONG is its own. */
  /** @type {{ since: number, isOver: boolean, resolve: (ms: number) => void, reject: (error: Error) => void }[]} */
  #pings = [];
  #nextSid = 1;
  #inbox = `_INBOX.${randomWord()}`;
  /** @type {Map<string, Waiting>} */
  #requests = new Map();
  #hasInbox = false;
  #heardAtMs = nowMs();
  /** Since when it has asked, and nothing came. @type {number | undefined} */
  #vainSinceMs;
  #isClosing = false;
  /** What ended it, if this side did not. @type {NatsError | undefined} */
  #endedBy;
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
    // A connection that was up is only reported as ended by `onclose`, which follows, and knows the code.
    this.#socket.onerror = (event) => {
      if (!this.isOpen && !this.#isClosing && !this.#wasReady) void this.#refused(String(event?.error));
    };
    this.#socket.addEventListener('close', (event) => {
      const code = codeOf(event);
      this.#end(new NatsError('closed', `the connection was closed (${code})`), code);
    });
  }

  /**
   * Connects and waits for the first PONG.
   *
   * @param {ConnectOptions} [options]
   * @returns {Promise<NatsClient>} rejects with a NatsError
   */
  static async open(options = {}) {
    const client = new NatsClient(options);
    const timeoutMs = options.timeoutMs ?? CONNECT_TIMEOUT_MS;
    try {
      await within(timeoutMs, 'no answer to the upgrade and CONNECT', client.#greeting());
      // What came with the PONG: of credentials that expire in that moment the server says so in the same breath.
      if (client.#endedBy !== undefined) throw client.#endedBy;
    } catch (error) {
      client.#abandon();
      throw error;
    }
    client.#wasReady = true;
    return client;
  }

  /** Bytes that k6 has not sent yet. */
  get bufferedBytes() {
    return this.#socket.bufferedAmount;
  }

  /** The round trip of a PING, ms. @param {number} [timeoutMs] @returns {Promise<number>} rejects with a NatsError */
  ping(timeoutMs = REQUEST_TIMEOUT_MS) {
    if (!this.#send(PING, 'ping', 1)) return Promise.reject(notOpen());
    /** @type {{ since: number, isOver: boolean, resolve: (ms: number) => void, reject: (error: Error) => void }} */
    const ping = { since: nowMs(), isOver: false, resolve: () => {}, reject: () => {} };
    const answered = new Promise((resolve, reject) => Object.assign(ping, { resolve, reject }));
    this.#pings.push(ping);
    return within(timeoutMs, 'no PONG', answered).finally(() => {
      ping.isOver = true;
    });
  }

  /**
   * @param {string} subject
   * @param {Uint8Array | string} payload
   * @param {string} [reply]
   * @returns {boolean} false when the connection is closed, so that it went nowhere; that is counted
   */
  publish(subject, payload, reply) {
    return this.write(pubBytes(subject, typeof payload === 'string' ? bytesOf(payload) : payload, reply));
  }

  /**
   * Sends complete operations as bytes, such as many messages in one frame.
   *
   * @param {Uint8Array<ArrayBuffer>} bytes
   * @param {number} [messages] that they hold
   * @returns {boolean} as {@link publish} does
   */
  write(bytes, messages = 1) {
    return this.#send(bytes.buffer, 'message', messages);
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
   * @returns {Promise<Message>} rejects with a NatsError, at once when the connection ends or has ended
   */
  request(subject, payload, timeoutMs = REQUEST_TIMEOUT_MS) {
    if (!this.#hasInbox) this.#openInbox();
    const reply = `${this.#inbox}.${this.#nextSid}`;
    this.#nextSid += 1;
    const bytes = pubBytes(subject, typeof payload === 'string' ? bytesOf(payload) : payload, reply);
    if (!this.#send(bytes.buffer, 'request', 1)) return Promise.reject(notOpen());
    /** @type {Promise<Message>} */
    const answered = new Promise((resolve, reject) => this.#requests.set(reply, { resolve, reject }));
    return within(timeoutMs, `no answer on ${subject}`, answered).finally(() => this.#requests.delete(reply));
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

  /** Ends the connection; resolves once it has, or after a time. @param {number} [timeoutMs] @returns {Promise<void>} */
  close(timeoutMs = REQUEST_TIMEOUT_MS) {
    if (this.#isClosing || !this.isOpen) return Promise.resolve();
    this.#isClosing = true;
    const ended = new Promise((resolve) => {
      this.#closed = () => resolve(undefined);
    });
    this.#socket.close();
    return within(timeoutMs, 'no close', ended).catch(() => {});
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
    this.#hasInbox = true;
    this.subscribe(`${this.#inbox}.*`, (message) => {
      this.#requests.get(message.subject)?.resolve(message);
      this.#requests.delete(message.subject);
    });
  }

  /**
   * Sends, or counts what could not be sent.
   *
   * @param {string | ArrayBuffer} data
   * @param {'message' | 'request' | 'ping'} kind
   * @param {number} count
   */
  #send(data, kind, count) {
    const isSent = this.#write(data);
    if (isSent && kind !== 'message') this.#vainSinceMs ??= nowMs();
    if (!isSent) metrics.unsent.add(count, { ...this.#tags(), kind });
    return isSent;
  }

  /** @param {string | ArrayBuffer} data @returns {boolean} */
  #write(data) {
    if (!this.isOpen || this.#isClosing) return false;
    this.#socket.send(data);
    return true;
  }

  /** @param {string | ArrayBuffer} data */
  #receive(data) {
    this.#heardAtMs = nowMs();
    this.#vainSinceMs = undefined;
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
    else if (operation.op === 'ERR')
      this.#fail(errorOf(operation.error), KEEPS_CONNECTION.test(operation.error));
  }

  #pong() {
    const ping = this.#pings.shift();
    if (ping !== undefined) return ping.resolve(nowMs() - ping.since);
    this.#hasPong = true;
    if (this.region !== '') this.#greeted();
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
    if (typeof info.max_payload === 'number') this.maxPayload = info.max_payload;
    if (this.#hasPong) this.#greeted();
  }

  /** @param {string} problem as k6 says it */
  async #refused(problem) {
    this.#failed(await refusalOf(problem, this.#options.headers ?? {}));
  }

  /**
   * The server reported an error, or sent what no server sends.
   *
   * @param {NatsError} error
   * @param {boolean} [isKept] whether the connection goes on
   */
  #fail(error, isKept = false) {
    if (this.#isClosing) return;
    if (this.#wasReady) metrics.errors.add(true, { ...this.#tags(), kind: error.kind });
    if (this.#wasReady) complain(`${this.region}: ${error.message}`);
    if (isKept) return;
    this.#failed(error);
    this.#end(error, ABNORMAL);
    this.#abandon();
  }

  /**
   * @param {NatsError} error
   * @param {string} code
   */
  #end(error, code) {
    const wasOpen = this.isOpen;
    this.isOpen = false;
    const waiting = this.#failPending(new NatsError('closed', error.message));
    this.#closed();
    if (this.#endedBy !== undefined || this.#isClosing || !wasOpen) return;
    this.#endedBy = error;
    const phase = this.#wasReady ? (waiting > 0 ? 'waiting' : 'idle') : 'connecting';
    metrics.disconnects.add(1, { ...this.#tags(), code, phase });
    this.#failed(error);
    const since = { heardAtMs: this.#heardAtMs, vainSinceMs: this.#vainSinceMs };
    if (this.#wasReady) this.#options.onClose?.({ reason: error.message, code, phase, ...since });
  }

  /** Nobody will answer any more. @param {NatsError} error @returns {number} how many had no answer */
  #failPending(error) {
    const pings = this.#pings.splice(0).filter(({ isOver }) => !isOver);
    const requests = [...this.#requests.values()];
    this.#requests.clear();
    if (!this.#isClosing) {
      const tags = this.#tags();
      if (pings.length > 0) metrics.unanswered.add(pings.length, { ...tags, kind: 'ping' });
      if (requests.length > 0) metrics.unanswered.add(requests.length, { ...tags, kind: 'request' });
    }
    for (const { reject } of [...pings, ...requests]) reject(error);
    return pings.length + requests.length;
  }

  #tags() {
    return { ...this.#options.tagsOf?.(this.region), region: this.region };
  }
}

/** @param {unknown} event of a socket that closed */
function codeOf(event) {
  const code = /** @type {{ code?: number } | undefined} */ (event)?.code;
  return code === undefined || code === 0 ? ABNORMAL : `${code}`;
}

function notOpen() {
  return new NatsError('closed', 'the connection is closed');
}

function randomWord() {
  return Math.random().toString(36).slice(2, 12);
}
