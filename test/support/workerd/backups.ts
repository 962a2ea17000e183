// What tests of restores share: a connection to a real server, and a backup of a real stream, written by the real code
// into a real bucket.

import type { NatsConnection } from '@nats-io/nats-core';
import type { ArchiveEntry } from '../../../worker/jetstream/archive/entry.ts';
import { SegmentBuilder } from '../../../worker/jetstream/archive/segment.ts';
import type { BackupBucket } from '../../../worker/jetstream/bucket/backup-bucket.ts';
import { beginEpoch } from '../../../worker/jetstream/manifest/epochs.ts';
import type { StreamName } from '../../../worker/jetstream/manifest/manifest.ts';
import type {
  ConsumerBackup,
  Extent,
  JsonObject,
} from '../../../worker/jetstream/manifest/segment-header.ts';
import { connectOver } from '../../../worker/jetstream/restore/connect.ts';
import type { JetStreamServer } from './jetstream-servers.ts';

/** @param creds who signs in; nobody where no authentication is needed */
export function connectTo({ webSocket }: JetStreamServer, creds?: string): Promise<NatsConnection> {
  const login = creds === undefined ? {} : { creds };
  return connectOver((_url, init) => fetch(`http://127.0.0.1:${webSocket}/`, init), login);
}

export interface Written {
  readonly config: JsonObject;
  readonly extent: Extent;
  readonly consumers?: readonly ConsumerBackup[];
  /** By segment. */
  readonly segments: readonly (readonly ArchiveEntry[])[];
  /** When each was written, ms since the epoch. */
  readonly writtenAt?: readonly number[];
}

export function message(sequence: number, subject: string, text: string, at = sequence): ArchiveEntry {
  return {
    name: subject,
    header: new Uint8Array(0),
    payload: new TextEncoder().encode(text),
    timestampNs: BigInt(1_700_000_000_000 + at) * 1_000_000n,
    sequence,
  };
}

export async function writeBackup(bucket: BackupBucket, name: StreamName, written: Written): Promise<void> {
  const { config, extent, consumers = [], segments, writtenAt = [] } = written;
  const now = 1_700_000_000_000;
  const manifest = beginEpoch(name, undefined, {
    id: 'e1',
    created: new Date(now).toISOString(),
    reason: 'new',
    now,
    config,
    consumers,
    extent,
  });
  await bucket.save(manifest, undefined);
  for (const [index, entries] of segments.entries()) {
    const builder = new SegmentBuilder();
    for (const entry of entries) builder.add(entry);
    const isLast = index === segments.length - 1;
    const last = entries.at(-1)?.sequence ?? extent.lastSeq;
    const segment = builder.finish({
      format: 1,
      epoch: 'e1',
      index,
      extent: isLast
        ? extent
        : { ...extent, lastSeq: last, deleted: extent.deleted.filter(([, to]) => to <= last) },
      ...(index === 0 && { config }),
      ...((index === 0 || isLast) && { consumers }),
      writer: 'weur',
      writtenAt: writtenAt[index] ?? now + last,
    });
    await bucket.append(name, segment);
  }
}
