// A backup, as the API shows it: from the manifest, the log, the region that writes it and the last verification. Pure.

import type { Backup, BackupDetail } from '../../api/backups.ts';
import { backupStateOf } from '../jetstream/manifest/backup-state.ts';
import { count } from '../jetstream/manifest/extent.ts';
import type { Epoch, Manifest } from '../jetstream/manifest/manifest.ts';
import type { SegmentSummary, StoredSegment } from '../jetstream/manifest/segment-header.ts';
import type { Verification } from '../jetstream/restore/jobs.ts';
import type { BackupLag } from './backup-lags.ts';

/** An epoch, and the segments of its log. */
export interface ReadEpoch {
  readonly epoch: Epoch;
  readonly log: readonly StoredSegment[];
}

/** What is known besides the bucket. */
export interface Known {
  readonly lag: BackupLag | undefined;
  readonly verification: Verification | undefined;
}

/** @param latest the last epoch of the manifest */
export function backupView(
  { account, stream, epochs }: Manifest,
  { epoch, log }: ReadEpoch,
  known: Known,
): Backup {
  const state = backupStateOf(epoch, log);
  const { extent, gaps, missingIndexes, segments } = state;
  const newest = segments.findLast(({ header }) => header.messages > 0);
  const lost = count(gaps.between) + gaps.within.reduce((sum, { missing }) => sum + missing, 0);
  const problems = [
    ...(lost > 0 ? [`it lacks ${lost} messages that the stream has`] : []),
    ...(missingIndexes.length > 0 ? [`${count(missingIndexes)} segments of its log are missing`] : []),
  ];
  return {
    ...shared({ account, stream, epochs: epochs.length }, known, problems),
    messages: state.messages,
    bytes: state.bytes,
    size: state.storedBytes,
    segments: segments.length,
    firstSeq: extent.firstSeq,
    lastSeq: extent.lastSeq,
    lastAt: newest?.header.lastAt ?? null,
    writtenAt: state.writtenAt,
    writer: segments.at(-1)?.header.writer ?? null,
  };
}

/** A backup of which no more is known than that it is there. */
export function unreadableBackup(
  name: { readonly account: string; readonly stream: string },
  problem: string,
  known: Known,
): Backup {
  return {
    ...shared({ ...name, epochs: null }, known, [problem]),
    messages: null,
    bytes: null,
    size: null,
    segments: null,
    firstSeq: null,
    lastSeq: null,
    lastAt: null,
    writtenAt: null,
    writer: null,
  };
}

function shared(
  name: Pick<Backup, 'account' | 'stream' | 'epochs'>,
  { lag, verification }: Known,
  found: readonly string[],
) {
  const problems = [...found];
  if (lag?.problem !== undefined) problems.push(lag.problem);
  if (verification?.ok === false) {
    problems.push(`its last verification failed: ${verification.problem ?? 'it does not say why'}`);
  }
  return {
    ...name,
    lagMessages: lag?.lagMessages ?? null,
    lagMs: lag?.lagMs ?? null,
    verified: verification === undefined ? null : verificationView(verification),
    problems,
  };
}

function verificationView({ at, ok, problem }: Verification) {
  return { at, ok, ...(problem !== undefined && { problem }) };
}

/** @param epochs all of the manifest, in its order; at least one */
export function detailView(manifest: Manifest, epochs: readonly ReadEpoch[], known: Known): BackupDetail {
  const latest = epochs.at(-1);
  if (latest === undefined) throw new Error('a manifest without an epoch');
  const { config, consumers } = backupStateOf(latest.epoch, latest.log);
  const log = epochs.flatMap(({ epoch, log }) => [
    ...epoch.folded.map((segment) => segmentView(segment, epoch, true)),
    ...log.map((segment) => segmentView(segment, epoch, false)),
  ]);
  return {
    backup: backupView(manifest, latest, known),
    config,
    consumers: consumers.map(({ name }) => name),
    history: manifest.epochs.map(({ id, created, reason, begunAt }) => ({ id, created, reason, begunAt })),
    log,
    from: log[0]?.writtenAt ?? null,
    to: log.at(-1)?.writtenAt ?? null,
  };
}

function segmentView(
  { size, header }: StoredSegment<SegmentSummary>,
  { id }: Epoch,
  folded: boolean,
): BackupDetail['log'][number] {
  const { first, last, messages, bytes, firstAt, lastAt, writtenAt, writer } = header;
  const isEmpty = messages === 0;
  return {
    epoch: id,
    folded,
    first,
    last,
    messages,
    bytes,
    size,
    firstAt: isEmpty ? null : firstAt,
    lastAt: isEmpty ? null : lastAt,
    writtenAt,
    writer,
  };
}
