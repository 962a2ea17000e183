// The epochs of a manifest: where a stream's backup begins, and where it begins anew.

import type { Epoch, Manifest, StreamName } from './manifest.ts';
import type { ConsumerBackup, Extent, JsonObject } from './segment-header.ts';

/** What is known of a stream when an epoch of its backup begins. */
export interface EpochBeginning {
  /** Unique in the manifest; part of keys. */
  readonly id: string;
  /** When the server says that the stream was created: RFC 3339. */
  readonly created: string;
  readonly reason: Epoch['reason'];
  /** ms since the epoch. */
  readonly now: number;
  readonly config: JsonObject;
  readonly consumers: readonly ConsumerBackup[];
  /** As the server gives it: nothing of it is backed up yet. */
  readonly extent: Extent;
}

/** The manifest with a further epoch, or a new one: none of the epoch's messages is in it. */
export function beginEpoch(
  { cluster, account, stream }: StreamName,
  before: Manifest | undefined,
  { now, ...beginning }: EpochBeginning,
): Manifest {
  const epoch: Epoch = { ...beginning, begunAt: now, folded: [], nextIndex: 0 };
  return { format: 1, cluster, account, stream, epochs: [...(before?.epochs ?? []), epoch] };
}

/** The epoch that is written to; undefined in a manifest that has none. */
export function currentEpoch(manifest: Manifest): Epoch | undefined {
  return manifest.epochs.at(-1);
}

/** The manifest with an epoch replaced by another of the same id. */
export function withEpoch(manifest: Manifest, epoch: Epoch): Manifest {
  return { ...manifest, epochs: manifest.epochs.map((other) => (other.id === epoch.id ? epoch : other)) };
}
