// A backup, as the API shows it: from the manifest, the log, the region that writes it and the last verification. Pure.

import type { Backup, BackupDetail } from '../../api/backups.ts';
import { type BackupState, backupStateOf, type LogSegment } from '../jetstream/manifest/backup-state.ts';
import { unwrittenOf } from '../jetstream/manifest/coverage.ts';
import { count, liveRanges } from '../jetstream/manifest/extent.ts';
import type { Epoch, Manifest } from '../jetstream/manifest/manifest.ts';
import type { SegmentSummary, StoredSegment } from '../jetstream/manifest/segment-header.ts';
import type { Verification } from '../jetstream/restore/jobs.ts';
import type { BackupLag } from './backup-lags.ts';

/** An epoch, and the segments of its log. */
export interface ReadEpoch {
  readonly epoch: Epoch;
  readonly log: readonly LogSegment[];
  /** Why the log could not be read. */
  readonly problem?: string;
}

/** What is known besides the bucket. */
export interface Known {
  readonly lag: BackupLag | undefined;
  readonly verification: Verification | undefined;
  /** Whether the Keeper knows that there is such a stream. */
  readonly isKnown: boolean;
  /** Absent unless the stream is known to have been deleted. */
  readonly deleted?: NonNullable<Backup['deleted']>;
}

/**
 * @param latest the last epoch of the manifest
 * @param before the one before it: looked at only if the last does not have what the stream had when it began
 */
export function backupView(
  { account, stream, epochs }: Manifest,
  { epoch, log }: ReadEpoch,
  known: Known,
  before?: ReadEpoch,
): Backup {
  const state = backupStateOf(epoch, log);
  const { extent, gaps, missingIndexes, segments } = state;
  const newest = segments.findLast(({ header }) => header.messages > 0);
  const lost = count(gaps.between) + gaps.within.reduce((sum, { missing }) => sum + missing, 0);
  const unwritten = unwrittenOf(state);
  const problems = [
    ...(lost > 0 ? [`it lacks ${lost} messages that the stream has`] : []),
    ...(missingIndexes.length > 0 ? [`${count(missingIndexes)} segments of its log are missing`] : []),
    ...(unwritten > 0 ? [unwrittenText(state, unwritten, before)] : []),
    ...epochs.flatMap(damageText),
  ];
  // Of a stream that had messages it is not known what a segment had that is no longer there.
  const isUnknown = unwritten > 0 && newest === undefined;
  const { deleted, ...rest } = known;
  // What was begun after the deletion, as by an import, is not removed.
  const goes = deleted !== undefined && epoch.begunAt <= deleted.at ? { ...rest, deleted } : rest;
  return {
    ...shared({ account, stream, epochs: epochs.length }, goes, problems),
    messages: isUnknown ? null : state.messages,
    bytes: isUnknown ? null : state.bytes,
    size: state.storedBytes,
    segments: segments.length,
    firstSeq: isUnknown ? null : extent.firstSeq,
    lastSeq: isUnknown ? null : extent.lastSeq,
    lastAt: newest?.header.lastAt ?? null,
    writtenAt: state.writtenAt,
    writer: segments.at(-1)?.header.writer ?? null,
  };
}

/** Whether the last epoch lacks what the stream had when it began, so that the one before is of interest. */
export function lacksItsBeginning({ epoch, log }: ReadEpoch): boolean {
  return unwrittenOf(backupStateOf(epoch, log)) > 0;
}

function unwrittenText({ epoch, messages }: BackupState, unwritten: number, before?: ReadEpoch): string {
  const there = messages === 0 ? 'nothing is there' : `${unwritten} are not there`;
  const text = `of ${count(liveRanges(epoch.extent))} messages that the stream had when the epoch began ${there}`;
  if (before === undefined) return text;
  if (before.problem !== undefined) return `${text}; the epoch before cannot be read: ${before.problem}`;
  return `${text}; the epoch before has ${backupStateOf(before.epoch, before.log).messages}`;
}

/** An epoch that began since the one before it is damaged says so for as long as that one is kept. */
function damageText({ reason, begunAt }: Epoch, place: number): readonly string[] {
  if (reason !== 'damaged' || place === 0) return [];
  const since = new Date(begunAt).toISOString();
  return [`the epoch before ${since} is damaged: the stream was backed up anew then, as it was`];
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

/** A stream of which nothing is backed up: it is new, or its region says why. @param lag undefined if no region leads it */
export function missingBackup(
  { account, stream }: Pick<Backup, 'account' | 'stream'>,
  lag: BackupLag | undefined,
): Backup {
  const nothing = { messages: 0, bytes: 0, size: 0, segments: 0, firstSeq: null, lastSeq: null };
  const never = { lastAt: null, writtenAt: null, writer: null };
  return {
    ...shared({ account, stream, epochs: 0 }, { lag, verification: undefined, isKnown: true }, []),
    ...nothing,
    ...never,
  };
}

const UNLED = 'no region that is in service leads the stream: how far behind its backup is is unknown';

function shared(
  name: Pick<Backup, 'account' | 'stream' | 'epochs'>,
  { lag, verification, isKnown, deleted }: Known,
  found: readonly string[],
) {
  const problems = [...found];
  if (lag === undefined && isKnown) problems.push(UNLED);
  if (lag?.problem !== undefined) problems.push(lag.problem);
  if (verification?.ok === false) {
    problems.push(`its last verification failed: ${verification.problem ?? 'it does not say why'}`);
  }
  return {
    ...name,
    lagMessages: lag?.lagMessages ?? null,
    lagMs: lag?.lagMs ?? null,
    verified: verification === undefined ? null : verificationView(verification),
    deleted: deleted ?? null,
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
  const backup = backupView(manifest, latest, known, epochs.at(-2));
  const unread = epochs
    .slice(0, -1)
    .flatMap(({ epoch, problem }) =>
      problem === undefined ? [] : [`epoch ${epoch.id} cannot be read: ${problem}`],
    );
  return {
    backup: { ...backup, problems: [...backup.problems, ...unread] },
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
