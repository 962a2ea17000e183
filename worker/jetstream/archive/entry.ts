// One entry of nats-server's archive format NATSARC1: a message of a stream, or a file about it. What each field is, see
// server/archive/archive.go of nats-server 2.15: the length of the name, the time, the sequence, the length of the
// headers and that of the payload, then the name, the headers, the payload.

import { concatenated } from './bytes.ts';
import { putUvarint, uvarintLength, zigzag } from './varint.ts';

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

/** The entry as it is in an archive. */
export function encodeEntry(entry: ArchiveEntry): Uint8Array<ArrayBuffer> {
  const name = utf8.encode(entry.name);
  const fields = [
    BigInt(name.length),
    zigzag(entry.timestampNs),
    BigInt(entry.sequence),
    BigInt(entry.header.length),
    BigInt(entry.payload.length),
  ];
  const head = new Uint8Array(fields.reduce((sum, field) => sum + uvarintLength(field), 0));
  let at = 0;
  for (const field of fields) at = putUvarint(head, at, field);
  return concatenated([head, name, entry.header, entry.payload]);
}

/** What a stream counts of a message: subject, headers and body. */
export function messageBytes(entry: ArchiveEntry): number {
  return utf8.encode(entry.name).length + entry.header.length + entry.payload.length;
}
