// A stored message as nats-server sends it, and what it was before. Pure.

import { type ArchiveEntry, NO_BYTES } from '../archive/entry.ts';

/** Between the headers of a message and those that the server adds in front of the empty line (stream.go, getDirectRequest). */
const ADDED = new TextEncoder().encode('\r\nNats-Stream: ');

const EMPTY_LINE = new TextEncoder().encode('\r\n\r\n');

/** `NATS/1.0`, with nothing behind it: the message had no headers. */
const VERSION_BYTES = 8;

const utf8 = new TextDecoder();

/**
 * The message that a direct answer carries, its headers byte by byte as they were stored.
 *
 * @param header as received
 * @throws Error if the server did not say which message it is
 */
export function directEntry(header: Uint8Array, payload: Uint8Array): ArchiveEntry {
  const at = lastIndexOf(header, ADDED);
  if (at < 0) throw new Error('nats-server answers without saying which message it is');
  const added = utf8.decode(header.subarray(at));
  return {
    name: headerIn(added, 'Nats-Subject'),
    header: at <= VERSION_BYTES ? NO_BYTES : joined(header.subarray(0, at), EMPTY_LINE),
    payload,
    sequence: Number(headerIn(added, 'Nats-Sequence')),
    timestampNs: nanosecondsOf(headerIn(added, 'Nats-Time-Stamp')),
  };
}

/** What `STREAM.MSG.GET` answers. */
export interface MessageAnswer {
  readonly message: {
    readonly subject: string;
    readonly seq: number;
    /** RFC 3339. */
    readonly time: string;
    /** In base64. */
    readonly hdrs?: string;
    readonly data?: string;
  };
}

export function answeredEntry({ message: { subject, seq, time, hdrs, data } }: MessageAnswer): ArchiveEntry {
  return {
    name: subject,
    header: bytesOf(hdrs),
    payload: bytesOf(data),
    sequence: seq,
    timestampNs: nanosecondsOf(time),
  };
}

/** Of a time in RFC 3339 in UTC with up to nine digits of a second, ns since the epoch. @throws Error if it is none */
export function nanosecondsOf(time: string): bigint {
  const [, seconds = '', fraction = ''] = /^(.*?)(?:\.(\d{1,9}))?Z$/.exec(time) ?? [];
  const ms = Date.parse(`${seconds}Z`);
  if (Number.isNaN(ms)) throw new Error(`"${time}" is not a time`);
  return BigInt(ms) * 1_000_000n + BigInt(fraction.padEnd(9, '0'));
}

function headerIn(added: string, name: string): string {
  const begin = `\r\n${name}: `;
  const at = added.indexOf(begin);
  if (at < 0) throw new Error(`nats-server answers with a message without ${name}`);
  return added.slice(at + begin.length, added.indexOf('\r\n', at + begin.length));
}

function bytesOf(base64: string | undefined): Uint8Array {
  return base64 === undefined ? NO_BYTES : Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(a.length + b.length);
  bytes.set(a);
  bytes.set(b, a.length);
  return bytes;
}

/** Byte by byte: this runs for each message. */
function lastIndexOf(bytes: Uint8Array, part: Uint8Array): number {
  for (let at = bytes.length - part.length; at >= 0; at--) {
    let same = 0;
    while (same < part.length && bytes[at + same] === part[same]) same++;
    if (same === part.length) return at;
  }
  return -1;
}
