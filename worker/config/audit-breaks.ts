// How much of an audit log in the bucket is not as it was written. A restore says so before it takes it. Pure.

import { createHash } from 'node:crypto';
import { AUDIT_KINDS } from '../../api/audit.ts';
import { checkChain } from '../../api/audit-chain.ts';
import { type BackedUpEntry, kindOf } from './audit-table.ts';

/** Entries that were changed, or follow on another one than they did. @param entries oldest first */
export function countBreaks(entries: readonly BackedUpEntry[]): number {
  const broken = AUDIT_KINDS.flatMap((kind) =>
    breaksIn(entries.filter(({ outcome }) => kindOf(outcome) === kind)),
  );
  return new Set(broken).size;
}

function breaksIn(entries: readonly BackedUpEntry[]): readonly number[] {
  // Those of an earlier Meridian have no hashes; none comes after one that has.
  const begin = entries.findIndex(isHashed);
  if (begin === -1) return [];
  const rest = entries.slice(begin);
  const chained = rest.filter(isHashed).map((entry) => ({
    ...{ ...entry, kind: kindOf(entry.outcome), time: new Date(entry.time).toISOString() },
  }));
  const { breaks } = checkChain(chained, (text) => createHash('sha256').update(text).digest('hex'));
  return [...breaks, ...rest.filter((entry) => !isHashed(entry))].map(({ id }) => id);
}

function isHashed(entry: BackedUpEntry): entry is Required<BackedUpEntry> {
  return typeof entry.hash === 'string' && typeof entry.previous === 'string';
}
