// The NATS client protocol over WebSocket frames, which may hold half a message or many. Pure: it turns bytes into
// operations, and a client's operations into bytes. Searching and decoding are left to built-in functions: k6
// interprets JavaScript, so a loop over bytes would dominate the measurement.

/**
 * @typedef {object} Message
 * @property {'MSG'} op
 * @property {string} subject
 * @property {string} sid
 * @property {string} reply empty when none is wanted
 * @property {string} headers the whole header block of an HMSG, empty for a MSG
 * @property {Uint8Array} payload
 */

/** @typedef {{ op: 'INFO', info: Record<string, unknown> }} Info */
/** @typedef {{ op: 'PING' } | { op: 'PONG' } | { op: 'OK' } | { op: 'ERR', error: string }} Signal */
/** @typedef {Message | Info | Signal} Operation */

const CR = 13;
const CRLF = '\r\n';

/** An INFO of a large cluster is some kilobytes. */
const MAX_LINE_BYTES = 64 * 1024;

const NOTHING = new Uint8Array(0);

/**
 * Messages that all look the same, for a load test that only counts them.
 *
 * @typedef {object} Alike
 * @property {number} lineBytes of their control line, its end included
 * @property {number} messageBytes of the whole message, its end included
 * @property {(count: number) => void} onMessages so many have arrived in a row
 */

const LF = 10;
const LETTER_M = 77;

/** Reads a server's bytes, however they are cut into chunks. */
export class Parser {
  #onOperation;
  /** @type {Alike | undefined} */
  #alike;
  /** @type {Uint8Array} */
  #pending = NOTHING;

  /** @param {(operation: Operation) => void} onOperation */
  constructor(onOperation) {
    this.#onOperation = onOperation;
  }

  /**
   * From now on these messages are counted in place, checking only a few bytes of each; all else is read as before.
   *
   * @param {Alike} alike
   */
  countAlike(alike) {
    this.#alike = alike;
  }

  /**
   * @param {Uint8Array} chunk kept by reference until its last message is whole
   * @throws {Error} for bytes that are not NATS
   */
  feed(chunk) {
    const bytes = this.#pending.length === 0 ? chunk : concat(this.#pending, chunk);
    let at = 0;
    while (at < bytes.length) {
      if (this.#alike !== undefined) at = skipAlike(bytes, at, this.#alike);
      if (at === bytes.length) break;
      const next = this.#readOperation(bytes, at);
      if (next === undefined) break;
      at = next;
    }
    this.#pending = bytes.subarray(at);
  }

  /**
   * @param {Uint8Array} bytes
   * @param {number} start
   * @returns {number | undefined} where the next operation begins; undefined when this one is not whole
   */
  #readOperation(bytes, start) {
    const end = bytes.indexOf(CR, start);
    if (end === -1 || end + 1 >= bytes.length) {
      if (bytes.length - start > MAX_LINE_BYTES) throw new Error('not NATS: a line without an end');
      return undefined;
    }
    const line = textOf(bytes.subarray(start, end));
    const next = end + CRLF.length;
    if (line.startsWith('MSG ') || line.startsWith('HMSG ')) return this.#readMessage(line, bytes, next);
    this.#onOperation(signalOf(line));
    return next;
  }

  /**
   * @param {string} line
   * @param {Uint8Array} bytes
   * @param {number} start
   */
  #readMessage(line, bytes, start) {
    const words = line.split(' ');
    const hasHeaders = words[0] === 'HMSG';
    const size = Number(words.at(-1));
    const headerSize = hasHeaders ? Number(words.at(-2)) : 0;
    const end = start + size;
    if (!(size >= headerSize && headerSize >= 0)) throw new Error(`not NATS: ${line.slice(0, 80)}`);
    if (end + CRLF.length > bytes.length) return undefined;
    const fixedWords = hasHeaders ? 5 : 4;
    this.#onOperation({
      op: 'MSG',
      subject: words[1] ?? '',
      sid: words[2] ?? '',
      reply: words.length > fixedWords ? (words[3] ?? '') : '',
      headers: hasHeaders ? textOf(bytes.subarray(start, start + headerSize)) : '',
      payload: bytes.subarray(start + headerSize, end),
    });
    return end + CRLF.length;
  }
}

/**
 * @param {Uint8Array} bytes
 * @param {number} start
 * @param {Alike} alike
 * @returns {number} behind the last of the whole messages that are alike
 */
function skipAlike(bytes, start, { lineBytes, messageBytes, onMessages }) {
  let at = start;
  while (
    at + messageBytes <= bytes.length &&
    bytes[at] === LETTER_M &&
    bytes[at + lineBytes - 1] === LF &&
    bytes[at + messageBytes - 1] === LF
  )
    at += messageBytes;
  if (at > start) onMessages((at - start) / messageBytes);
  return at;
}

/** @param {string} line @returns {Info | Signal} */
function signalOf(line) {
  if (line === 'PING' || line === 'PONG') return { op: line };
  if (line === '+OK') return { op: 'OK' };
  if (line.startsWith('INFO ')) return { op: 'INFO', info: JSON.parse(line.slice('INFO '.length)) };
  const error = /^-ERR '?(.*?)'?$/.exec(line)?.[1];
  if (error === undefined) throw new Error(`not NATS: ${line.slice(0, 80)}`);
  return { op: 'ERR', error };
}

/**
 * @param {Record<string, unknown>} options
 * @returns {string}
 */
export function connectLine(options) {
  return `CONNECT ${JSON.stringify(options)}${CRLF}`;
}

export const PING = `PING${CRLF}`;
export const PONG = `PONG${CRLF}`;

/** @param {string} subject @param {string} sid @param {string} [queue] */
export function subLine(subject, sid, queue = '') {
  return queue === '' ? `SUB ${subject} ${sid}${CRLF}` : `SUB ${subject} ${queue} ${sid}${CRLF}`;
}

/** @param {string} sid @param {number} [max] */
export function unsubLine(sid, max) {
  return max === undefined ? `UNSUB ${sid}${CRLF}` : `UNSUB ${sid} ${max}${CRLF}`;
}

/**
 * A PUB as bytes.
 *
 * @param {string} subject
 * @param {Uint8Array} payload
 * @param {string} [reply]
 */
export function pubBytes(subject, payload, reply = '') {
  const answer = reply === '' ? '' : `${reply} `;
  return framed(`PUB ${subject} ${answer}${payload.length}${CRLF}`, [payload]);
}

/**
 * An HPUB as bytes.
 *
 * @param {string} subject
 * @param {Readonly<Record<string, string>>} headers
 * @param {Uint8Array} payload
 * @param {string} [reply]
 */
export function hpubBytes(subject, headers, payload, reply = '') {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}${CRLF}`);
  const block = bytesOf(`NATS/1.0${CRLF}${lines.join('')}${CRLF}`);
  const answer = reply === '' ? '' : `${reply} `;
  const sizes = `${block.length} ${block.length + payload.length}`;
  return framed(`HPUB ${subject} ${answer}${sizes}${CRLF}`, [block, payload]);
}

/**
 * The same bytes several times in a row, for one frame.
 *
 * @param {Uint8Array} bytes
 * @param {number} times
 */
export function repeated(bytes, times) {
  const all = new Uint8Array(bytes.length * times);
  for (let n = 0; n < times; n += 1) all.set(bytes, n * bytes.length);
  return all;
}

/** A subject's MSG line and the whole message, in bytes. @param {string} subject @param {string} sid @param {number} size */
export function bytesOfAlike(subject, sid, size) {
  const lineBytes = bytesOf(`MSG ${subject} ${sid} ${size}${CRLF}`).length;
  return { lineBytes, messageBytes: lineBytes + size + CRLF.length };
}

/** @param {string} line @param {readonly Uint8Array[]} parts @returns {Uint8Array<ArrayBuffer>} */
function framed(line, parts) {
  const first = bytesOf(line);
  const size = parts.reduce((sum, part) => sum + part.length, first.length + CRLF.length);
  const bytes = new Uint8Array(size);
  bytes.set(first, 0);
  let at = first.length;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  bytes.set(bytesOf(CRLF), at);
  return bytes;
}

/** @param {Uint8Array} a @param {Uint8Array} b */
function concat(a, b) {
  const both = new Uint8Array(a.length + b.length);
  both.set(a, 0);
  both.set(b, a.length);
  return both;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** @param {string} text */
export function bytesOf(text) {
  return encoder.encode(text);
}

/** UTF-8, which subjects, headers and INFO may hold. @param {Uint8Array} bytes */
export function textOf(bytes) {
  return decoder.decode(bytes);
}
