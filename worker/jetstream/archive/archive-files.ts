// What is around the messages of an archive: its head (magic bytes, the stream's state, its consumers) and its end. With
// segments in between it is what nats-server restores: see RestoreStreamV2 in its server/stream_backup.go.

import { concatenated } from '../../s2/bytes.ts';
import { dataChunks } from '../../s2/chunk-writer.ts';
import { STREAM_IDENTIFIER } from '../../s2/chunks.ts';
import { type ArchiveEntry, encodeEntry, NO_BYTES } from './entry.ts';

export const MAGIC: Uint8Array = new TextEncoder().encode('NATSARC1');
export const STATE_NAME = 'state.json';
export const CONSUMER_PREFIX = 'consumers/';

/** `state.json`: what nats-server wants to know beforehand. Its names are nats-server's. */
export interface ArchivedState {
  readonly messages: number;
  /** What is reserved while messages are restored; more is taken as needed. */
  readonly bytes: number;
  readonly first_seq: number;
  /** RFC 3339. */
  readonly first_ts: string;
  /** The sequences up to it are used up, whether or not there is a message. */
  readonly last_seq: number;
  readonly last_ts: string;
  readonly num_deleted?: number;
  /** So many entries of consumers follow. */
  readonly consumer_count: number;
}

/** `consumers/NAME`. */
export interface ArchivedConsumer {
  readonly config: Readonly<Record<string, unknown>> & { readonly name: string };
  readonly state: {
    readonly delivered: ArchivedPosition;
    readonly ack_floor: ArchivedPosition;
  };
}

export interface ArchivedPosition {
  readonly consumer_seq: number;
  readonly stream_seq: number;
}

/**
 * All that comes before the messages of an archive.
 *
 * @param timestampNs of its entries, ns since the epoch
 */
export function headOf(
  state: Omit<ArchivedState, 'consumer_count'>,
  consumers: readonly ArchivedConsumer[],
  timestampNs: bigint,
): Uint8Array<ArrayBuffer> {
  const file = (name: string, content: object) =>
    encodeEntry({ name, header: NO_BYTES, payload: jsonBytes(content), timestampNs, sequence: 0 });
  const files = [
    file(STATE_NAME, { ...state, consumer_count: consumers.length } satisfies ArchivedState),
    ...consumers.map((consumer) => file(`${CONSUMER_PREFIX}${consumer.config.name}`, consumer)),
  ];
  return concatenated([STREAM_IDENTIFIER, dataChunks(concatenated([MAGIC, ...files]))]);
}

const END: ArchiveEntry = { name: '', header: NO_BYTES, payload: NO_BYTES, timestampNs: 0n, sequence: 0 };

/** What comes after the last message. Without it nats-server says that the backup was truncated. */
export function tailOf(): Uint8Array<ArrayBuffer> {
  return dataChunks(encodeEntry(END));
}

/** True for the entry that ends an archive. */
export function isEnd(entry: ArchiveEntry): boolean {
  return entry.sequence === 0 && entry.name === '';
}

function jsonBytes(content: object): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(content));
}
