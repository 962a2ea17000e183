// One entry of nats-server's archive format NATSARC1: a message of a stream, or a file about it. What each field is, see
// server/archive/archive.go of nats-server 2.15: the length of the name, the time, the sequence, the length of the
// headers and that of the payload, then the name, the headers, the payload.

import { concatenated } from '../../s2/bytes.ts';
import { MAX_UVARINT_BYTES, putBigUvarint, putUvarint, zigzag } from './varint.ts';

export interface ArchiveEntry {
  /** The subject of a message, or the name of a file; empty only at the end of an archive. */
  readonly name: string;
  /** The headers of a message as NATS sends them, from `NATS/1.0` to the empty line; empty if it has none. */
  readonly header: Uint8Array;
  readonly payload: Uint8Array;
  /** ns since the epoch. */
  readonly timestampNs: bigint;
  /** In the stream, from 1 on; 0 for a file. */
  readonly sequence: number;
}

export const NO_BYTES: Uint8Array = new Uint8Array(0);

const utf8 = new TextEncoder();

/** Writes the entry as it is in an archive. */
export function writeEntry(writer: { write(bytes: Uint8Array): void }, entry: ArchiveEntry): void {
  const { name, header, payload } = entry;
  const nameBytes = utf8.encode(name);
  const head = new Uint8Array(5 * MAX_UVARINT_BYTES);
  let at = putUvarint(head, 0, nameBytes.length);
  at = putBigUvarint(head, at, zigzag(entry.timestampNs));
  at = putUvarint(head, at, entry.sequence);
  at = putUvarint(head, at, header.length);
  at = putUvarint(head, at, payload.length);
  for (const part of [head.subarray(0, at), nameBytes, header, payload]) writer.write(part);
}

/** The entry as it is in an archive. */
export function encodeEntry(entry: ArchiveEntry): Uint8Array<ArrayBuffer> {
  const parts: Uint8Array[] = [];
  writeEntry({ write: (part) => parts.push(part) }, entry);
  return concatenated(parts);
}

/** What a stream counts of a message: subject, headers and body. */
export function messageBytes(entry: ArchiveEntry): number {
  return utf8.encode(entry.name).length + entry.header.length + entry.payload.length;
}
