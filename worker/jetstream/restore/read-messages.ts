// Reads a stream's messages from its leader: in batches where it may be read directly (`allow_direct`), one by one, with
// many requests under way, where not. Neither consumes anything.

import { createInbox, type Msg, type NatsConnection } from '@nats-io/nats-core';
import { giveBack } from '../../s2/bytes.ts';
import type { ArchiveEntry } from '../archive/entry.ts';
import type { SequenceRanges } from '../manifest/segment-header.ts';
import { ApiError, ask } from './api.ts';
import { answeredEntry, directEntry, type MessageAnswer } from './stored-message.ts';

const BATCH = 1_000;
const BATCH_BYTES = 2 ** 20;

/** Requests for single messages at a time, if the messages are small. */
const PARALLEL = 16;

/** Of messages that are asked for at a time; an answer takes several times as much memory as its message. */
const PARALLEL_BYTES = 2 ** 21;

/** Between two messages of a batch, at least; at most twice that. */
const SILENCE_MS = 5_000;

/** Statuses that end a batch: it is complete; there is no message from that sequence on. */
const END_OF_BATCH = 204;
const NO_MESSAGE = 404;

/** A status stands behind the version: `NATS/1.0 204 EOB`. */
const VERSION_BYTES = 8;
const SPACE = 0x20;

/** Error of nats-server: there is no message of that sequence. */
const NO_MESSAGE_FOUND = 10037;

/** The headers as they were received; nats-core has them, but its interface offers them only parsed. */
interface RawMsg {
  readonly _msg?: { readonly hdr: number };
  readonly _rdata?: Uint8Array;
}

/**
 * Messages from a sequence on, as many as one batch takes. The connection does nothing else meanwhile.
 *
 * @param take told each as it comes; its bytes are given back afterwards
 * @returns the sequence of the last one; undefined if there was none
 * @throws Error if the server stops in between, or what `take` throws
 */
export async function readBatch(
  connection: NatsConnection,
  stream: string,
  seq: number,
  take: (entry: ArchiveEntry) => void,
): Promise<number | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<number | undefined>();
  const inbox = createInbox();
  let last: number | undefined;
  // What was received together. It is read through when the next one begins.
  let frame: Uint8Array | undefined;
  const receive = (message: Msg) => {
    const header = rawHeader(message);
    if (frame !== undefined && frame.buffer !== header.buffer) giveBack(frame);
    frame = header;
    if (header[VERSION_BYTES] !== SPACE) {
      const entry = directEntry(header, message.data);
      take(entry);
      last = entry.sequence;
      return;
    }
    const { code = 0, description = '' } = message.headers ?? {};
    if (code !== END_OF_BATCH && code !== NO_MESSAGE) {
      throw new Error(`stream ${stream} can't be read: ${code} ${description}`);
    }
    resolve(last);
  };
  let isHeard = false;
  const subscription = connection.subscribe(inbox, {
    callback: (error, message) => {
      isHeard = true;
      if (error !== null) return reject(error);
      try {
        receive(message);
      } catch (problem) {
        reject(problem);
      }
    },
  });
  // One timer for all messages: setting one for each takes longer than the message.
  const timer = setInterval(() => {
    if (!isHeard) reject(new Error(`stream ${stream} does not answer for its messages from ${seq} on`));
    isHeard = false;
  }, SILENCE_MS);
  // Not `connection.closed()`: as long as the connection is open, it would keep the messages of each batch.
  void subscription.closed.then(() => reject(new Error('the connection to nats-server ended')));
  try {
    const request = JSON.stringify({ seq, batch: BATCH, max_bytes: BATCH_BYTES });
    connection.publish(`$JS.API.DIRECT.GET.${stream}`, request, { reply: inbox });
    return await promise;
  } finally {
    clearInterval(timer);
    subscription.unsubscribe();
    if (frame !== undefined) giveBack(frame);
  }
}

function rawHeader(message: Msg): Uint8Array {
  const { _msg, _rdata } = message as unknown as RawMsg;
  if (_msg === undefined || _rdata === undefined || _msg.hdr < 0) {
    throw new Error('a message came without headers, or nats-core keeps them elsewhere now');
  }
  return _rdata.subarray(0, _msg.hdr);
}

/** The messages of these sequences, in their order, without those that are gone by now. */
export async function* readSingly(
  connection: NatsConnection,
  stream: string,
  ranges: SequenceRanges,
): AsyncGenerator<ArchiveEntry> {
  let asked: number[] = [];
  // How large they are is known once some have come.
  let parallel = 1;
  const answered = async () => {
    const found = await Promise.all(asked.map((seq) => messageAt(connection, stream, seq)));
    const entries = found.filter((entry) => entry !== undefined);
    asked = [];
    const largest = Math.max(1, ...entries.map(({ header, payload }) => header.length + payload.length));
    parallel = Math.min(PARALLEL, Math.max(1, Math.floor(PARALLEL_BYTES / largest)), 2 * parallel);
    return entries;
  };
  for (const [first, last] of ranges) {
    for (let seq = first; seq <= last; seq++) {
      asked.push(seq);
      if (asked.length >= parallel) yield* await answered();
    }
  }
  if (asked.length > 0) yield* await answered();
}

/** One message from the leader; undefined if there is none. */
export async function messageAt(
  connection: NatsConnection,
  stream: string,
  seq: number,
): Promise<ArchiveEntry | undefined> {
  try {
    return answeredEntry(await ask<MessageAnswer>(connection, `STREAM.MSG.GET.${stream}`, { seq }));
  } catch (error) {
    if (error instanceof ApiError && error.code === NO_MESSAGE_FOUND) return undefined;
    throw error;
  }
}
