import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { AuditEntry } from './audit.ts';
import { CHAIN_BEGIN, chainText, checkChain } from './audit-chain.ts';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

/** A log with entries of these kinds, as it is written. */
function logOf(kinds: readonly AuditEntry['kind'][]): AuditEntry[] {
  const heads = { change: CHAIN_BEGIN, refused: CHAIN_BEGIN };
  return kinds.map((kind, index) => {
    const entry = {
      ...{ id: index + 1, kind, attempts: 1 },
      ...{ time: new Date(index * 1000).toISOString(), actor: `a${index}`, action: 'put', outcome: 'ok' },
      ...{ from: index, to: null, address: '192.0.2.1', detail: 'less' },
    };
    const previous = heads[kind];
    const hash = sha256(chainText(previous, entry));
    heads[kind] = hash;
    return { ...entry, previous, hash };
  });
}

const MIXED = logOf(['change', 'refused', 'change', 'change', 'refused', 'change']);

test('a log as it was written is whole, and so is the rest of it once its oldest entries are gone', () => {
  const heads = { change: MIXED[5]?.hash, refused: MIXED[4]?.hash };
  expect(checkChain(MIXED, sha256)).toEqual({ entries: 6, breaks: [], heads });
  expect(checkChain(MIXED.slice(3), sha256)).toEqual({ entries: 3, breaks: [], heads });
  expect(checkChain([], sha256)).toEqual({ entries: 0, breaks: [], heads: {} });
});

test('that many refused attempts are gone does not break the changes', () => {
  expect(
    checkChain(
      MIXED.filter(({ kind }) => kind === 'change'),
      sha256,
    ).breaks,
  ).toEqual([]);
});

/** A value that no entry of such a log has in the field. */
const OTHER = {
  ...{ id: 1_000_000, time: '2026-11-27T00:00:00.000Z', actor: 'x', action: 'x', outcome: 'x' },
  ...{ from: 1_000_000, to: 1, address: 'x', detail: 'x', attempts: 2 },
} satisfies Partial<AuditEntry>;

test('any field of any entry that is changed is found', () => {
  const kinds = fc.array(fc.constantFrom<AuditEntry['kind']>('change', 'refused'), { minLength: 1 });
  const fields = fc.constantFrom(...(Object.keys(OTHER) as (keyof typeof OTHER)[]));
  fc.assert(
    fc.property(kinds, fc.nat(), fields, (of, at, field) => {
      const log = logOf(of);
      const index = at % log.length;
      const changed = log.map((entry, each) =>
        each === index ? { ...entry, [field]: OTHER[field] } : entry,
      );
      expect(checkChain(changed, sha256).breaks).toEqual([
        { id: changed[index]?.id, kind: of[index], what: 'changed' },
      ]);
    }),
  );
});

test('a change cannot be passed off as a refused attempt, nor the other way round', () => {
  for (const kind of ['change', 'refused'] as const) {
    const [only] = logOf([kind]);
    const other = kind === 'change' ? 'refused' : 'change';
    expect(checkChain([{ ...(only as AuditEntry), kind: other }], sha256).breaks).toMatchObject([
      { what: 'changed' },
    ]);
  }
});

test('an entry that is taken out, put in or swapped is found', () => {
  const without = MIXED.filter(({ id }) => id !== 3);
  expect(checkChain(without, sha256).breaks).toEqual([
    { id: 4, kind: 'change', what: 'not after the one before' },
  ]);
  const [first, second, third, ...rest] = MIXED;
  if (first === undefined || second === undefined || third === undefined) throw new Error('a short log');
  expect(checkChain([third, second, first, ...rest], sha256).breaks).not.toEqual([]);
  expect(checkChain([first, second, third, third, ...rest], sha256).breaks).not.toEqual([]);
});
