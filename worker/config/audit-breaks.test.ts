import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { CHAIN_BEGIN, chainText } from '../../api/audit-chain.ts';
import { countBreaks } from './audit-breaks.ts';
import type { BackedUpEntry } from './audit-table.ts';

/** As the store writes them, of two kinds in turn. */
function logOf(count: number): Required<BackedUpEntry>[] {
  const heads = { change: CHAIN_BEGIN, refused: CHAIN_BEGIN };
  return Array.from({ length: count }, (_, index) => {
    const kind = index % 2 === 0 ? 'change' : 'refused';
    const said = {
      ...({ id: index + 1, time: index * 1000, kind, actor: 'ann', action: 'put' } as const),
      ...{
        outcome: kind === 'change' ? 'ok' : 'invalid',
        from: 1,
        to: 2,
        address: null,
        detail: null,
        attempts: 1,
      },
    };
    const previous = heads[kind];
    const text = chainText(previous, { ...said, time: new Date(said.time).toISOString() });
    const hash = createHash('sha256').update(text).digest('hex');
    heads[kind] = hash;
    return { ...said, previous, hash };
  });
}

const LOG = logOf(8);
const bare = ({ previous: _p, hash: _h, kind: _k, ...entry }: Required<BackedUpEntry>): BackedUpEntry =>
  entry;

test('a log as it was written has no breaks, nor has its end, nor one of an earlier Meridian', () => {
  expect(countBreaks(LOG)).toBe(0);
  expect(countBreaks(LOG.slice(3))).toBe(0);
  expect(countBreaks([])).toBe(0);
  expect(countBreaks(LOG.map(bare))).toBe(0);
  const updated = [...[-3, -2, -1].map((id) => ({ ...bare(LOG[0] as never), id })), ...LOG];
  expect(countBreaks(updated)).toBe(0);
});

test('entries that were changed, removed or lost their hashes are counted once each', () => {
  expect(countBreaks(LOG.map((each) => (each.id === 3 ? { ...each, actor: 'eve' } : each)))).toBe(1);
  expect(countBreaks(LOG.filter(({ id }) => id !== 3))).toBe(1);
  expect(countBreaks(LOG.map((each) => (each.id >= 7 ? bare(each) : each)))).toBe(2);
});
