// Names of copies of the state: `history/<serial>-<sha256>.tfstate`. A copy's name says what is in it, so one that is written
// twice is the same. Pure.

import { createHash } from 'node:crypto';
import { CommandError, EXIT } from '../exit.ts';

export const HISTORY_PREFIX = 'history/';

/** As much of a hash as people read and type. */
export const SHORT_HASH_CHARACTERS = 8;

export interface CopyName {
  readonly key: string;
  readonly serial: number;
  readonly sha256: string;
}

export function copyNameOf(serial: number, bytes: Uint8Array): CopyName {
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { key: `${HISTORY_PREFIX}${serial}-${sha256}.tfstate`, serial, sha256 };
}

/** Undefined for what is no copy. */
export function parseCopyName(key: string): CopyName | undefined {
  const [, serial, sha256] = /^history\/(\d{1,15})-([0-9a-f]{64})\.tfstate$/.exec(key) ?? [];
  return serial === undefined || sha256 === undefined ? undefined : { key, serial: Number(serial), sha256 };
}

/**
 * The copy that somebody names by its serial, and, where two have the same, by the beginning of its hash: `12`, `12-3fa9`.
 *
 * @throws CommandError if there is none, or more than one
 */
export function chooseCopy<T extends CopyName>(copies: readonly T[], named: string): T {
  const [, serial, hash = ''] = /^(\d{1,15})(?:-([0-9a-f]{1,64}))?$/.exec(named) ?? [];
  if (serial === undefined)
    throw new CommandError(
      EXIT.usage,
      `${JSON.stringify(named)} names no copy: it is a serial, such as 12, or one with the beginning of a hash, 12-3fa9.`,
    );
  const found = copies.filter((copy) => copy.serial === Number(serial) && copy.sha256.startsWith(hash));
  const [only, another] = found;
  if (only === undefined)
    throw new CommandError(EXIT.refused, `There is no copy ${named}: npm run infra -- history lists them.`);
  if (another === undefined) return only;
  const names = found.map((copy) => `${copy.serial}-${copy.sha256.slice(0, SHORT_HASH_CHARACTERS)}`);
  throw new CommandError(
    EXIT.usage,
    `There are ${found.length} copies ${named}: ${names.join(', ')}. Name one of them.`,
  );
}
