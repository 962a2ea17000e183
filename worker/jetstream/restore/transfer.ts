// Sends an archive to nats-server, which makes a stream of it (`$JS.API.STREAM.RESTORE`): in chunks, of which only a few
// are on their way at a time. The server gives up when nothing comes for five seconds.

import { createInbox, type Msg, type NatsConnection } from '@nats-io/nats-core';
import type { JsonObject } from '../manifest/segment-header.ts';
import { answerOf, ask, isNoResponders, type StreamInfo } from './api.ts';

/** Larger ones are not faster, and a server may allow less. */
const CHUNK_BYTES = 512 * 1024;

/** Chunks that the server has not confirmed: as much is in memory. */
const WINDOW = 8;

/** A chunk is confirmed once the server has stored what is in it. */
const CONFIRM_TIMEOUT_MS = 20_000;

/** After the last chunk the server finishes: it may have a lot to write. */
const FINISH_TIMEOUT_MS = 120_000;

/** The server where the stream is to be may be another: it takes a moment until chunks get there. */
const INTEREST_TIMEOUT_MS = 4_000;
const INTEREST_RETRY_MS = 20;

export interface Transfer {
  readonly stream: string;
  readonly config: JsonObject;
  /** nats-server's state of the stream, as in the archive. */
  readonly state: object;
  readonly archive: AsyncIterable<Uint8Array>;
  /** The server has promised to make the stream. From now on it may be there, in part. */
  readonly onAccepted?: () => void;
  /** Called with the bytes of the archive that the server has taken since the last call. */
  readonly onProgress?: (bytes: number) => void;
}

/**
 * Returns what the server says of the new stream.
 *
 * @throws Error if it refuses, stops confirming, or is away
 */
export async function transferArchive(connection: NatsConnection, transfer: Transfer): Promise<StreamInfo> {
  const { stream, config, state, archive } = transfer;
  const { deliver_subject } = await ask<{ readonly deliver_subject: string }>(
    connection,
    `STREAM.RESTORE.${stream}`,
    { config, state },
    CONFIRM_TIMEOUT_MS,
  );
  transfer.onAccepted?.();
  const sender = new ChunkSender(connection, deliver_subject, transfer.onProgress);
  try {
    for await (const chunk of chunksOf(archive, Math.min(CHUNK_BYTES, maxPayloadOf(connection)))) {
      await sender.send(chunk);
    }
    await sender.confirmed();
  } finally {
    sender.end();
  }
  const answer = await connection.request(deliver_subject, undefined, { timeout: FINISH_TIMEOUT_MS });
  return answerOf<StreamInfo>(answer.data);
}

function maxPayloadOf({ info }: NatsConnection): number {
  return info?.max_payload ?? CHUNK_BYTES;
}

/** Pieces of any size as chunks of one size. */
export async function* chunksOf(
  pieces: AsyncIterable<Uint8Array>,
  size: number,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  let open = new Uint8Array(size);
  let length = 0;
  for await (const piece of pieces) {
    for (let from = 0; from < piece.length; ) {
      const part = piece.subarray(from, from + size - length);
      open.set(part, length);
      length += part.length;
      from += part.length;
      if (length < size) continue;
      yield open;
      open = new Uint8Array(size);
      length = 0;
    }
  }
  if (length > 0) yield open.subarray(0, length);
}

/** Sends chunks, and counts those that are confirmed: the server confirms them in their order. */
class ChunkSender {
  readonly #connection: NatsConnection;
  readonly #subject: string;
  readonly #inbox = createInbox();
  readonly #onProgress: ((bytes: number) => void) | undefined;
  readonly #subscription;
  readonly #sizes: number[] = [];
  #isTaken = false;
  #failure: unknown;
  #changed = Promise.withResolvers<void>();

  constructor(connection: NatsConnection, subject: string, onProgress?: (bytes: number) => void) {
    this.#connection = connection;
    this.#subject = subject;
    this.#onProgress = onProgress;
    this.#subscription = connection.subscribe(this.#inbox, {
      callback: (error, message) => this.#confirmed(error, message),
    });
    void connection.closed().then((error) => this.#fail(error ?? new Error('the connection was closed')));
  }

  async send(chunk: Uint8Array): Promise<void> {
    if (!this.#isTaken) return this.#sendFirst(chunk);
    await this.#until(WINDOW - 1);
    this.#sizes.push(chunk.length);
    this.#connection.publish(this.#subject, chunk, { reply: this.#inbox });
  }

  /** All chunks are. */
  confirmed(): Promise<void> {
    return this.#until(0);
  }

  end(): void {
    this.#subscription.unsubscribe();
  }

  async #sendFirst(chunk: Uint8Array): Promise<void> {
    const end = Date.now() + INTEREST_TIMEOUT_MS;
    for (;;) {
      try {
        const answer = await this.#connection.request(this.#subject, chunk, { timeout: CONFIRM_TIMEOUT_MS });
        if (answer.data.length > 0) answerOf(answer.data);
        break;
      } catch (error) {
        if (!isNoResponders(error) || Date.now() > end) throw error;
        await new Promise((resolve) => setTimeout(resolve, INTEREST_RETRY_MS));
      }
    }
    this.#isTaken = true;
    this.#onProgress?.(chunk.length);
  }

  async #until(outstanding: number): Promise<void> {
    while (this.#failure === undefined && this.#sizes.length > outstanding) {
      const { promise } = this.#changed;
      const timer = setTimeout(() => {
        this.#fail(new Error(`nats-server confirmed nothing for ${CONFIRM_TIMEOUT_MS / 1000} s`));
      }, CONFIRM_TIMEOUT_MS);
      await promise;
      clearTimeout(timer);
    }
    if (this.#failure !== undefined) throw this.#failure;
  }

  #confirmed(error: Error | null, message: Msg): void {
    const failure = error ?? failureIn(message);
    if (failure !== undefined) this.#fail(failure);
    else this.#onProgress?.(this.#sizes.shift() ?? 0);
    this.#wake();
  }

  #fail(error: unknown): void {
    this.#failure ??= error;
    this.#wake();
  }

  #wake(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }
}

/** Why the server does not take a chunk; undefined if it does. */
function failureIn({ headers, data }: Msg): unknown {
  if (headers?.code === 503) return new Error('the server that takes the stream is away, or has given up');
  if (data.length === 0) return undefined;
  try {
    answerOf(data);
    return undefined;
  } catch (refusal) {
    return refusal;
  }
}
