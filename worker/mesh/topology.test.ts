import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { pairsOf, peersThatDial, peersToDial, turnOf } from './topology.ts';

const REGIONS = ['weur', 'apac', 'enam'];
const ids = fc.uniqueArray(fc.stringMatching(/^[a-z]{1,5}$/), { maxLength: 12 });

test('three regions make three pairs, of which the smaller id dials', () => {
  expect(pairsOf(REGIONS)).toEqual([
    { a: 'apac', b: 'enam' },
    { a: 'apac', b: 'weur' },
    { a: 'enam', b: 'weur' },
  ]);
});

test.each([[[]], [['weur']]])('%j makes no pair', (regions) => {
  expect(pairsOf(regions)).toEqual([]);
});

test('the first id dials everyone, the last no one', () => {
  expect(peersToDial('apac', REGIONS)).toEqual(['enam', 'weur']);
  expect(peersToDial('enam', REGIONS)).toEqual(['weur']);
  expect(peersToDial('weur', REGIONS)).toEqual([]);
});

test('the last id is dialled by everyone, the first by no one', () => {
  expect(peersThatDial('weur', REGIONS)).toEqual(['apac', 'enam']);
  expect(peersThatDial('apac', REGIONS)).toEqual([]);
});

test('n regions have n (n - 1) / 2 pairs, each dialled from exactly one side', () => {
  fc.assert(
    fc.property(ids, (regions) => {
      const pairs = pairsOf(regions);
      expect(pairs).toHaveLength((regions.length * (regions.length - 1)) / 2);
      const dialled = regions.flatMap((a) => peersToDial(a, regions).map((b) => `${a} ${b}`));
      expect(dialled.toSorted()).toEqual(pairs.map(({ a, b }) => `${a} ${b}`).toSorted());
    }),
  );
});

test('a region is dialled by exactly those that dial it', () => {
  fc.assert(
    fc.property(ids, (regions) => {
      for (const region of regions) {
        const dialling = regions.filter((peer) => peersToDial(peer, regions).includes(region));
        expect(peersThatDial(region, regions)).toEqual(dialling.toSorted());
      }
    }),
  );
});

test('the order in which regions are configured makes no difference', () => {
  expect(pairsOf(REGIONS.toReversed())).toEqual(pairsOf(REGIONS));
});

test('the list of regions is left as it was', () => {
  const regions = Object.freeze([...REGIONS]);
  pairsOf(regions);
  peersToDial('enam', regions);
  expect(regions).toEqual(REGIONS);
});

describe('the turns in which links are made again', () => {
  test.each([2, 3, 5, 6, 11, 12, 48])('cut at most one link of each of %i servers at a time', (count) => {
    const servers = Array.from({ length: count }, (_, index) => `r${String(index).padStart(2, '0')}`);
    const busy = pairsOf(servers).flatMap(({ a, b }) => {
      const turn = turnOf(a, b, servers);
      return [`${a} ${turn}`, `${b} ${turn}`];
    });
    expect(new Set(busy).size).toBe(busy.length);
  });

  test.each([
    [2, 1],
    [3, 3],
    [6, 5],
    [12, 11],
  ])('of %i servers are %i, the fewest that there can be', (count, turns) => {
    const servers = Array.from({ length: count }, (_, index) => `r${String(index).padStart(2, '0')}`);
    const all = new Set(pairsOf(servers).map(({ a, b }) => turnOf(a, b, servers)));
    expect([...all].toSorted((x, y) => x - y)).toEqual(Array.from({ length: turns }, (_, turn) => turn));
  });

  test('are the same from both ends, and in whatever order the servers are listed', () => {
    expect(turnOf('weur', 'apac', ['apac', 'enam', 'weur'])).toBe(
      turnOf('apac', 'weur', ['weur', 'enam', 'apac']),
    );
  });

  test('has nobody who is not in the mesh', () => {
    expect(() => turnOf('apac', 'mars', ['apac', 'enam'])).toThrow('are not one mesh');
  });
});
