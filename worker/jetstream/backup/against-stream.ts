// A backup against the stream as it is now: whether the stream still has what was backed up, and whether the backup lacks
// what the stream has.

import type { NatsConnection } from '@nats-io/nats-core';
import type { BackupState } from '../manifest/backup-state.ts';
import { missedOf } from '../manifest/coverage.ts';
import { count, liveRanges, within, without } from '../manifest/extent.ts';
import { messageAt } from '../restore/read-messages.ts';
import { extentNow } from './stream-now.ts';

/** Whether what is stored as the last message that was backed up is another one, or none ever was. */
export async function isDiverged(
  connection: NatsConnection,
  stream: string,
  { lastMessage }: BackupState,
): Promise<boolean> {
  if (lastMessage === undefined) return false;
  const there = await messageAt(connection, stream, lastMessage.sequence);
  return there !== undefined && there.timestampNs !== lastMessage.timestampNs;
}

/** Whether the stream has all that was backed up last, and no message before it that the backup lacks. */
export async function isRestored(
  connection: NatsConnection,
  stream: string,
  { lastMessage, extent }: BackupState,
): Promise<boolean> {
  if (lastMessage === undefined) return false;
  const { sequence, timestampNs } = lastMessage;
  const there = await messageAt(connection, stream, sequence);
  if (there?.timestampNs !== timestampNs) return false;
  const live = within(liveRanges(await extentNow(connection, stream, undefined)), 1, sequence);
  return count(without(live, liveRanges(extent))) === 0;
}

/** What a log lacks that can be written anew from the stream, in words; undefined if that is nothing. */
export async function lackOf(
  connection: NatsConnection,
  stream: string,
  { missingIndexes, gaps }: BackupState,
): Promise<string | undefined> {
  // A log that lacks a segment can't be folded, even if there was no message in it.
  if (missingIndexes.length > 0) return `${count(missingIndexes)} segments of its log are missing`;
  if (gaps.between.length === 0 && gaps.within.length === 0) return undefined;
  const missed = missedOf(gaps, await extentNow(connection, stream, undefined));
  return missed === 0 ? undefined : `it lacks ${missed} messages that the stream has`;
}
