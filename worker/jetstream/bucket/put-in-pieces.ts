// Writes an object as its bytes come: R2 keeps what is on its way, so only a piece is in memory.

import { noAnswer } from './r2-answers.ts';

export interface Pieces<T> {
  readonly source: Iterable<Uint8Array> | AsyncIterable<Uint8Array>;
  /** Of all pieces, in bytes. */
  readonly size: number;
  /** How long R2 may take for each. */
  readonly answerMs: number;
  /** Begins the write. @param stalled rejects once R2 has taken too long for a piece, or for its answer */
  readonly put: (body: ReadableStream<Uint8Array>, stalled: Promise<never>) => Promise<T>;
}

/** @throws what the source throws, or else what `put` does */
export async function putInPieces<T>({ source, size, answerMs, put }: Pieces<T>): Promise<T> {
  const { readable, writable } = new FixedLengthStream(size);
  const writer = writable.getWriter();
  let sourceFailure: { readonly error: unknown } | undefined;
  const watched = async function* () {
    try {
      yield* source;
    } catch (error) {
      sourceFailure = { error };
      throw error;
    }
  };
  const progress = new Progress(answerMs);
  const copy = async () => {
    for await (const bytes of watched()) {
      progress.begin();
      await writer.write(bytes);
      progress.pause();
    }
    progress.begin();
    await writer.close();
  };
  // Without an end R2 would wait for ever for the rest.
  const copying = copy().catch((error) => writer.abort(error).catch(() => {}));
  try {
    return await put(readable, progress.stalled);
  } catch (error) {
    throw sourceFailure === undefined ? error : sourceFailure.error;
  } finally {
    // R2 reads no further, and what is left would wait for ever.
    await writer.abort().catch(() => {});
    await copying;
    progress.pause();
  }
}

/** Notices that nothing goes on. */
class Progress {
  readonly #timeoutMs: number;
  readonly #stalled = Promise.withResolvers<never>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(timeoutMs: number) {
    this.#timeoutMs = timeoutMs;
  }

  /** Rejects once something that was begun has not gone on for so long. */
  get stalled(): Promise<never> {
    return this.#stalled.promise;
  }

  /** From now on something is awaited. */
  begin(): void {
    this.pause();
    this.#timer = setTimeout(
      () => this.#stalled.reject(new Error(noAnswer(this.#timeoutMs))),
      this.#timeoutMs,
    );
  }

  pause(): void {
    if (this.#timer !== undefined) clearTimeout(this.#timer);
  }
}
