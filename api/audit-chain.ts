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
  readonly heads: Heads;
}

type Heads = { readonly [kind in AuditEntry['kind']]?: string };

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

/**
 * Whether a log goes on from an earlier one, of which only the newest entry of a kind has to be known: the chain covers the rest.
 * `unknown`: the later log begins behind that entry, as when more came than are kept.
 */
export type Continuity = 'goes on' | 'unknown' | 'another log';

/** @param later a whole log, oldest entry first, as `earlier` was. Both are chains as `checkChain` wants them */
export function continuityOf(
  kind: AuditEntry['kind'],
  earlier: readonly AuditEntry[],
  later: readonly AuditEntry[],
): Continuity {
  const head = earlier.findLast((each) => each.kind === kind);
  if (head === undefined) return 'goes on';
  const entries = later.filter((each) => each.kind === kind);
  if (entries.some(({ hash }) => hash === head.hash)) return 'goes on';
  const [oldest] = entries;
  const isBehind = oldest !== undefined && oldest.id > head.id && oldest.previous !== CHAIN_BEGIN;
  // The next one names it.
  if (isBehind && oldest.previous === head.hash) return 'goes on';
  return isBehind ? 'unknown' : 'another log';
}
