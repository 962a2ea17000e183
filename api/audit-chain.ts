// The audit log is a chain: the hash of each entry covers the one before it, so that nobody can change, remove or insert
// an entry without changing all that come later. Changes and refused attempts are a chain each, since they are kept for
// different times. Pure: the hash function, SHA-256 in hexadecimal digits, is the caller's.

import type { AuditEntry } from './audit.ts';

/** What the first entry of a chain has in place of the hash before it. */
export const CHAIN_BEGIN = '0'.repeat(64);

/** What of an entry its hash covers, besides the hash before it: all of it. */
export type Hashed = Omit<AuditEntry, 'previous' | 'hash'>;

/** The text whose SHA-256 is the hash of an entry. @param previous the hash of the entry before it */
export function chainText(previous: string, entry: Hashed): string {
  const { id, time, kind, actor, action, outcome, from, to, address, detail, attempts } = entry;
  const said = [id, time, kind, actor, action, outcome, from, to, address, detail, attempts];
  return JSON.stringify([previous, ...said]);
}

/** An entry that is not as it was written, or that does not follow on the one before. */
export interface ChainBreak {
  readonly id: number;
  readonly kind: AuditEntry['kind'];
  readonly what: 'changed' | 'not after the one before';
}

export interface ChainReport {
  readonly entries: number;
  readonly breaks: readonly ChainBreak[];
  /** The hash of the newest entry of each kind: whoever keeps it can tell later whether the log was rewritten. */
  readonly heads: { readonly [kind in AuditEntry['kind']]?: string };
}

/** Checks a log, or a part of it without gaps, oldest entry first. */
export function checkChain(entries: Iterable<AuditEntry>, sha256: (text: string) => string): ChainReport {
  const heads: { [kind in AuditEntry['kind']]?: string } = {};
  const breaks: ChainBreak[] = [];
  let count = 0;
  for (const entry of entries) {
    const { id, kind, previous, hash } = entry;
    count += 1;
    // What came before the first one is no longer kept.
    if (previous !== (heads[kind] ?? previous)) breaks.push({ id, kind, what: 'not after the one before' });
    if (sha256(chainText(previous, entry)) !== hash) breaks.push({ id, kind, what: 'changed' });
    heads[kind] = hash;
  }
  return { entries: count, breaks, heads };
}
