// Whether the next attempt to link with a peer is to be compressed. Where that fails again and again, such as behind
// something that changes bytes, the regions are better linked without it than not at all.

import { CompressionFailedError } from './compressed-handshake.ts';
import type { Agreed, RouteCompression } from './route-compression.ts';

/**
 * A few may be connections that were cut just then. An even number: where each of two transports has failed as often, the first
 * attempt without compression goes over `connect()` again.
 */
const FAILURES_UNTIL_PLAIN = 4;

/**
 * A link that was up for this long was read at both ends: nats-server sends its first ping after 1.0 to 1.2 s, and it is
 * only then that a server notices that it has waited for the rest of a garbled frame. It may be busy, and far.
 */
export const READABLE_LINK_MS = 5_000;

interface Failures {
  readonly count: number;
  readonly reason: string;
}

export class CompressionAttempts {
  /** By peer, one after the other. */
  readonly #failures = new Map<string, Failures>();

  /** What to try with a peer, and why that is less than what is wanted, if it is. */
  next(peer: string, wanted: RouteCompression): Agreed {
    const failed = this.#failures.get(peer);
    if (wanted === 'off' || failed === undefined || failed.count < FAILURES_UNTIL_PLAIN)
      return { compression: wanted };
    return {
      compression: 'off',
      plainBecause: `it failed with compression ${failed.count} times: ${failed.reason}`,
    };
  }

  /** An attempt failed: it counts if it is for the compression. */
  failed(peer: string, error: unknown): void {
    if (error instanceof CompressionFailedError) this.#count(peer, error.message);
  }

  /** A link has ended by itself after so long. A server closes a route whose stream it cannot read. */
  ended(peer: string, compression: RouteCompression, upMs: number): void {
    if (compression === 'off') {
      if (upMs >= READABLE_LINK_MS) this.works(peer);
    } else if (upMs < READABLE_LINK_MS) this.#count(peer, `the link ended ${upMs} ms after it was made`);
  }

  /** A link is cut since its servers do not hear each other: one of them waits for the rest of a frame. */
  unheard(peer: string, compression: RouteCompression): void {
    if (compression !== 'off') this.#count(peer, 'nothing was heard over the link');
  }

  /** The servers hear each other over the link that there is. The next one is tried as is wanted. */
  works(peer: string): void {
    this.#failures.delete(peer);
  }

  forget(): void {
    this.#failures.clear();
  }

  #count(peer: string, reason: string): void {
    this.#failures.set(peer, { count: (this.#failures.get(peer)?.count ?? 0) + 1, reason });
  }
}
