// Reads the entries of an archive as its bytes come, in pieces of any size.

import { ArchiveError } from './archive-error.ts';
import { ByteQueue } from './byte-queue.ts';
import type { ArchiveEntry } from './entry.ts';
import { unzigzag } from './varint.ts';

/** As nats-server has it: beyond it an entry is damaged. */
const MAX_NAME_BYTES = 2 ** 20;

/** No message is larger than this: nats-server's `max_payload` is at most 64 MiB, headers included. */
const MAX_MESSAGE_BYTES = 2 ** 27;

const MAX_FIELDS_BYTES = 5 * 10;

const utf8 = new TextDecoder();

/** The lengths and numbers before an entry's name. */
interface Fields {
  readonly name: number;
  readonly timestampNs: bigint;
  readonly sequence: number;
  readonly header: number;
  readonly payload: number;
}

/** Turns pieces of an archive, behind its magic bytes, into entries. The end of an archive is an entry as well. */
export class EntryParser {
  readonly #queue = new ByteQueue();
  #fields: Fields | undefined;
  #lastSequence = 0;

  /**
   * @returns the entries that are complete with these bytes; they may share memory with them
   * @throws ArchiveError if they are no entries
   */
  push(bytes: Uint8Array): ArchiveEntry[] {
    this.#queue.push(bytes);
    const entries: ArchiveEntry[] = [];
    for (let entry = this.#next(); entry !== undefined; entry = this.#next()) entries.push(entry);
    return entries;
  }

  /** @throws ArchiveError if the archive ends within an entry */
  end(): void {
    if (this.#queue.length === 0 && this.#fields === undefined) return;
    throw new ArchiveError(
      `The archive is cut off within the entry that follows sequence ${this.#lastSequence}.`,
    );
  }

  #next(): ArchiveEntry | undefined {
    this.#fields ??= this.#readFields();
    const fields = this.#fields;
    if (fields === undefined) return undefined;
    const bytes = this.#queue.take(fields.name + fields.header + fields.payload);
    if (bytes === undefined) return undefined;
    this.#fields = undefined;
    if (fields.sequence > 0) this.#lastSequence = fields.sequence;
    const headerAt = fields.name;
    const payloadAt = headerAt + fields.header;
    return {
      name: utf8.decode(bytes.subarray(0, headerAt)),
      header: bytes.subarray(headerAt, payloadAt),
      payload: bytes.subarray(payloadAt),
      timestampNs: fields.timestampNs,
      sequence: fields.sequence,
    };
  }

  #readFields(): Fields | undefined {
    const available = Math.min(MAX_FIELDS_BYTES, this.#queue.length);
    const bytes = this.#queue.peek(available) as Uint8Array;
    const reader = new FieldReader(bytes, () => this.#damaged());
    const name = reader.length();
    const timestamp = reader.uvarint();
    const sequence = reader.length();
    const header = reader.length();
    const payload = reader.length();
    if (
      name === undefined ||
      timestamp === undefined ||
      sequence === undefined ||
      header === undefined ||
      payload === undefined
    ) {
      if (available === MAX_FIELDS_BYTES) throw this.#damaged();
      return undefined;
    }
    if (name > MAX_NAME_BYTES || header + payload > MAX_MESSAGE_BYTES) throw this.#damaged();
    this.#queue.drop(reader.at);
    return { name, timestampNs: unzigzag(timestamp), sequence, header, payload };
  }

  #damaged(): ArchiveError {
    return new ArchiveError(`What follows sequence ${this.#lastSequence} is no entry of an archive.`);
  }
}

class FieldReader {
  at = 0;
  readonly #bytes: Uint8Array;
  readonly #damaged: () => ArchiveError;

  constructor(bytes: Uint8Array, damaged: () => ArchiveError) {
    this.#bytes = bytes;
    this.#damaged = damaged;
  }

  /** Undefined if the bytes end before it does. */
  uvarint(): bigint | undefined {
    const low = this.#sevens(4);
    if (low === undefined || low.ended) return low && BigInt(low.number);
    const middle = this.#sevens(4);
    if (middle === undefined) return undefined;
    const number = BigInt(low.number) | (BigInt(middle.number) << 28n);
    if (middle.ended) return number;
    const high = this.#sevens(2);
    if (high === undefined) return undefined;
    if (!high.ended) throw this.#damaged();
    return number | (BigInt(high.number) << 56n);
  }

  /** A number that JavaScript can count with. */
  length(): number | undefined {
    const number = this.uvarint();
    if (number === undefined) return undefined;
    if (number > BigInt(Number.MAX_SAFE_INTEGER)) throw this.#damaged();
    return Number(number);
  }

  /** So many bytes of seven bits, or fewer if the number ends. */
  #sevens(count: number): { number: number; ended: boolean } | undefined {
    let number = 0;
    for (let n = 0; n < count; n++) {
      const byte = this.#bytes[this.at];
      if (byte === undefined) return undefined;
      this.at++;
      number |= (byte & 0x7f) << (7 * n);
      if (byte < 0x80) return { number, ended: true };
    }
    return { number, ended: false };
  }
}
