// Backups, plans and jobs as text.

import type { Backup, BackupDetail, Job, RestorePlan } from '../api/backups.ts';
import { formatTable } from '../regions/table.ts';
import { printable } from './printable.ts';
import { timeText } from './version-text.ts';

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const;

/** `12 MiB`; `?` if it is unknown. */
export function bytesText(bytes: number | null): string {
  if (bytes === null) return '?';
  const power = bytes < 1 ? 0 : Math.min(Math.floor(Math.log2(bytes) / 10), UNITS.length - 1);
  const value = bytes / 2 ** (10 * power);
  return `${power === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${UNITS[power]}`;
}

/** How long something took or is ago: `3 min`; `?` if it is unknown. */
export function durationText(ms: number | null): string {
  if (ms === null) return '?';
  const seconds = Math.max(0, ms) / 1000;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 120) return `${Math.round(seconds)} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  if (seconds < 48 * 3600) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(seconds / 86_400)} days`;
}

/** ISO 8601, in UTC; `-` if there is none. */
export function instantText(at: number | null): string {
  return at === null ? '-' : timeText(new Date(at).toISOString());
}

const LIST_HEAD = [
  'ACCOUNT',
  'STREAM',
  'MESSAGES',
  'SIZE',
  'LAST SEQ',
  'WRITTEN',
  'LAG',
  'VERIFIED',
  'PROBLEM',
];

/** A table, one line a stream. @param now ms since the epoch */
export function backupsTable(backups: readonly Backup[], now: number): string {
  const rows = backups.map((backup) => {
    const { account, stream, messages, size, lastSeq, writtenAt, problems } = backup;
    const written = writtenAt === null ? notWrittenText(backup) : `${durationText(now - writtenAt)} ago`;
    const cells = [account, stream, count(messages), bytesText(size), count(lastSeq), written];
    return [...cells, lagText(backup, now), verifiedText(backup, now), problems.join('; ')].map(printable);
  });
  return formatTable([LIST_HEAD, ...rows]);
}

/** A backup without an epoch is none. */
function notWrittenText({ epochs }: Backup): string {
  return epochs === 0 ? 'no backup yet' : '?';
}

function lagText({ lagMessages, lagMs, deleted }: Backup, now: number): string {
  if (deleted !== null) return deletedText(deleted, now);
  if (lagMessages === null) return '?';
  return lagMessages === 0 ? 'none' : `${lagMessages} (${durationText(lagMs)})`;
}

/** Of a stream that was deleted, until when its backup is kept. */
function deletedText({ at, removedFrom }: NonNullable<Backup['deleted']>, now: number): string {
  const ago = `deleted ${durationText(now - at)} ago`;
  if (removedFrom === null) return ago;
  return `${ago}, kept ${removedFrom > now ? `for ${durationText(removedFrom - now)}` : 'no longer'}`;
}

function verifiedText({ verified }: Backup, now: number): string {
  if (verified === null) return 'never';
  const { at, ok, problem } = verified;
  const ago = `${durationText(now - at)} ago`;
  return ok ? ago : `FAILED ${ago}${problem === undefined ? '' : `: ${problem}`}`;
}

function count(value: number | null): string {
  return value === null ? '?' : String(value);
}

/** One backup: what it holds, its epochs, its segments. @param now ms since the epoch */
export function detailText({ backup, consumers, history, log, from, to }: BackupDetail, now: number): string {
  const { account, stream, messages, bytes, size, firstSeq, lastSeq, writtenAt, writer, problems } = backup;
  const lines = [
    [
      `${stream} of ${account}`,
      `${count(messages)} messages (${bytesText(bytes)}), ${bytesText(size)} in the bucket`,
    ],
    ['sequences', `${count(firstSeq)} to ${count(lastSeq)}`],
    ['can be restored', `${instantText(from)} to ${instantText(to)}`],
    ['written', `${instantText(writtenAt)} by ${writer ?? '?'}`],
    ['lag', lagText(backup, now)],
    ['verified', verifiedText(backup, now)],
    ['consumers', consumers.length === 0 ? 'none' : consumers.join(', ')],
    ...problems.map((problem) => ['problem', problem]),
  ];
  const epochs = history.map(({ id, reason, created, begunAt }) => [
    id,
    reason,
    created,
    instantText(begunAt),
  ]);
  const segments = log.map(({ epoch, first, last, messages, size, lastAt, folded }) => [
    epoch,
    messages === 0 ? '-' : `${first} to ${last}`,
    String(messages),
    bytesText(size),
    instantText(lastAt),
    folded ? 'folded' : '',
  ]);
  return [
    formatTable(printableRows(lines)),
    formatTable(printableRows([['EPOCH', 'REASON', 'STREAM CREATED', 'BEGUN'], ...epochs])),
    formatTable(printableRows([['EPOCH', 'SEQUENCES', 'MESSAGES', 'SIZE', 'UP TO', ''], ...segments])),
  ].join('\n\n');
}

/** What a restore would do. */
export function planText(plan: RestorePlan): string {
  const { account, stream, as, messages, bytes, firstSeq, lastSeq, firstAt, lastAt, consumers } = plan;
  const name = as === stream ? '' : ` as ${as}`;
  const lines = [
    ['restores', `${stream} of ${account}${name}`],
    ['messages', `${messages} (${bytesText(bytes)})`],
    ['sequences', `${firstSeq} to ${lastSeq}`],
    ['stored', `${instantText(firstAt)} to ${lastAt === null && messages > 0 ? '?' : instantText(lastAt)}`],
    ['subjects', plan.subjects.length === 0 ? 'none' : plan.subjects.join(', ')],
    ['consumers', consumers.length === 0 ? 'none' : consumers.join(', ')],
    ...plan.notRestored.map((what) => ['not restored', what]),
    ...plan.remarks.map((remark) => ['note', remark]),
  ];
  return formatTable(printableRows(lines));
}

const JOBS_HEAD = ['ID', 'KIND', 'ACCOUNT', 'STREAM', 'AS', 'STATE', 'MESSAGES', 'STARTED', 'TOOK', 'RESULT'];

/** A table of jobs. @param now ms since the epoch */
export function jobsTable(jobs: readonly Job[], now: number): string {
  const rows = jobs.map((job) => {
    const { id, kind, account, stream, as, state, doneMessages, totalMessages, startedAt } = job;
    const { endedAt = now, problem, result = '' } = job;
    const messages = `${doneMessages} of ${totalMessages}`;
    const times = [instantText(startedAt), durationText(endedAt - startedAt)];
    return [id, kind, account, stream, as, state, messages, ...times, problem ?? result];
  });
  return formatTable(printableRows([JOBS_HEAD, ...rows]));
}

function printableRows(rows: readonly (readonly string[])[]): string[][] {
  return rows.map((row) => row.map(printable));
}
