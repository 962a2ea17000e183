// The manifest of a stream's backup: which segments there are, beyond the log that follows them. It is written by
// compare-and-set, when a stream or an epoch begins and when the log is folded; in between, the log alone grows.

import type { ConsumerBackup, Extent, JsonObject, SegmentSummary } from './segment-header.ts';

/** Names a stream in a deployment. */
export interface StreamName {
  readonly cluster: string;
  readonly account: string;
  readonly stream: string;
}

/**
 * A segment that was folded from many, or a large one of the log that was taken over as it is. How its stream was at
 * the time is in the object, not here: with many deleted messages that is much.
 */
export interface FoldedSegment {
  readonly key: string;
  /** Of the object, in bytes. */
  readonly size: number;
  /** For all that were folded into it together; its `index`, `writer` and `writtenAt` are those of the last. */
  readonly header: SegmentSummary;
  /** ms since the epoch. The objects that were folded are deleted some time after it. */
  readonly foldedAt: number;
}

/**
 * One life of a stream, since it was created or since its messages were no longer those that had been backed up. Only
 * the last epoch of a manifest is written to.
 */
export interface Epoch {
  /** Part of the keys of its segments. */
  readonly id: string;
  /** When the server says that the stream was created: RFC 3339. */
  readonly created: string;
  /**
   * - `new`: the first
   * - `recreated`: the stream was deleted, and made again under its name
   * - `diverged`: its messages differ from those that had been backed up, since servers that held the latest were lost
   * - `damaged`: the backup lacked messages that the stream still had, or could not be read: all is written anew
   */
  readonly reason: 'new' | 'recreated' | 'diverged' | 'damaged';
  /** ms since the epoch. */
  readonly begunAt: number;
  readonly folded: readonly FoldedSegment[];
  /** Index of the first segment of the log that is not folded. */
  readonly nextIndex: number;
  /** As of `nextIndex`. */
  readonly config: JsonObject;
  readonly consumers: readonly ConsumerBackup[];
  readonly extent: Extent;
}

export interface Manifest extends StreamName {
  readonly format: 1;
  /** The oldest first. */
  readonly epochs: readonly Epoch[];
}
