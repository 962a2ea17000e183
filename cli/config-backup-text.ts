// How the backup of the configuration and of the audit log stands, as text.

import type { ConfigBackup } from '../api/config-backup.ts';
import { durationText } from './backup-text.ts';
import { printable } from './printable.ts';
import { versionText } from './version-text.ts';

/** @param now ms since the epoch */
export function configBackupText(backup: ConfigBackup, now: number): string {
  const { earlier, earlierProblem, problem, missed } = backup;
  const lines = [`Configuration and audit log: ${standing(backup, now)}.`];
  if (problem !== null) lines.push(printable(`The last write failed, and is tried again: ${problem}`));
  if (missed.versions + missed.entries > 0)
    lines.push(`Deleted before the bucket took it: ${amount(missed.versions, missed.entries)}.`);
  if (earlier !== null)
    lines.push(
      `An earlier deployment (${printable(earlier.store)}) left ${versionText(earlier)}. \`regions backup restore-config\` takes it.`,
    );
  if (earlierProblem !== null)
    lines.push(printable(`What an earlier deployment left is not known: ${earlierProblem}`));
  return lines.join('\n');
}

function standing(
  { store, versionsBehind, entriesBehind, behindSince, writtenAt }: ConfigBackup,
  now: number,
): string {
  const ago = (time: string | null) => (time === null ? '' : ` ${durationText(now - Date.parse(time))}`);
  if (versionsBehind + entriesBehind > 0)
    return `${amount(versionsBehind, entriesBehind)} not in the bucket yet, since${ago(behindSince)}`;
  if (writtenAt === null) return 'nothing to back up yet';
  return `all in the bucket, written${ago(writtenAt)} ago (store ${printable(store ?? '?')})`;
}

function amount(versions: number, entries: number): string {
  return `${versions} version${versions === 1 ? '' : 's'} and ${entries} ${entries === 1 ? 'entry' : 'entries'} of the log`;
}
