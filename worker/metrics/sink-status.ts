// What became of the samples that were pushed to a sink.

import type { SinkConfig } from '../../regions/export-schema.ts';

/**
 * Why samples did not arrive:
 *
 * - `full`: older than what the queue has room for
 * - `refused`: the sink does not take them (400 and the like), so that sending them again would not help
 * - `redirected`: it is elsewhere; the secret does not follow
 * - `no-secret`: the Worker has no such secret, or it is not a header
 * - `rejected`: it took the others of the batch (OTLP)
 */
export const DROP_REASONS = ['full', 'refused', 'redirected', 'no-secret', 'rejected'] as const;
export type DropReason = (typeof DROP_REASONS)[number];

/** Since the collector was last reset. */
export interface SinkStatus {
  readonly type: SinkConfig['type'];
  /** Without its query. */
  readonly url: string;
  /** Name of the secret. */
  readonly secret?: string;
  /** Samples that it took. */
  readonly sent: number;
  /** Samples that wait. */
  readonly queued: number;
  readonly dropped: Readonly<Record<DropReason, number>>;
  /** Attempts that failed and are repeated. */
  readonly retries: number;
  /** When it last took a batch, ms since the epoch. */
  readonly lastSentAt?: number;
}
