// Copies of the state. R2 keeps no old versions, so each state is also written below `history/`, once: with If-None-Match, and
// under a lock rule of the bucket (infra/buckets.tf) that lets nobody change or delete it.

import { type CopyName, copyNameOf, HISTORY_PREFIX, parseCopyName } from './copy-name.ts';
import { STATE_KEY } from './settings.ts';
import type { StateBucket } from './state-bucket.ts';
import { readStateText, type StateFacts } from './state-text.ts';

export interface KeptState extends StateFacts {
  readonly copy: CopyName;
  /** Whether the copy was not there yet. */
  readonly isNew: boolean;
}

/**
 * Writes a copy of the state as it is in the bucket; undefined if there is none.
 *
 * @throws CommandError if the copy cannot be written
 */
export async function keepCopy(bucket: StateBucket): Promise<KeptState | undefined> {
  const bytes = await bucket.read(STATE_KEY);
  const facts = bytes && readStateText(new TextDecoder().decode(bytes));
  if (bytes === undefined || facts === undefined) return undefined;
  const copy = copyNameOf(facts.serial, bytes);
  const { status, ...answer } = await bucket.putNew(copy.key, bytes);
  if (status !== 200 && status !== 412) throw bucket.refused({ status, ...answer });
  return { ...facts, copy, isNew: status === 200 };
}

export interface Copy extends CopyName {
  readonly modified: string;
  readonly bytes: number;
}

/** All copies, the newest state first. */
export async function listCopies(bucket: StateBucket): Promise<readonly Copy[]> {
  const objects = await bucket.list(HISTORY_PREFIX);
  const copies = objects.flatMap(({ key, modified, bytes }) => {
    const name = parseCopyName(key);
    return name === undefined ? [] : [{ ...name, modified, bytes }];
  });
  return copies.sort((a, b) => b.serial - a.serial || b.modified.localeCompare(a.modified));
}
