import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { pairsOf, peersThatDial, peersToDial, turnOf } from './topology.ts';

const REGIONS = ['weur', 'apac', 'enam'];
const ids = fc.uniqueArray(fc.stringMatching(/^[a-z]{1,5}$/), { maxLength: 24 });

const many = (count: number) => Array.from({ length: count }, (_, n) => `r${`${n}`.padStart(2, '0')}`);

test('three regions make three pairs, of which each region dials one', () => {
  expect(pairsOf(REGIONS)).toEqual([
    { a: 'apac', b: 'enam' },
    { a: 'weur', b: 'apac' },
    { a: 'enam', b: 'weur' },
  ]);
});

test.each([[[]], [['weur']]])('%j makes no pair', (regions) => {
  expect(pairsOf(regions)).toEqual([]);
  expect(peersToDial('weur', regions)).toEqual([]);
});

test.each([
  [['a', 'b'], { a: ['b'], b: [] }],
  [['a', 'b', 'c', 'd'], { a: ['b', 'd'], b: ['c'], c: ['a', 'd'], d: ['b'] }],
  [
    ['apac', 'eeur', 'enam', 'oc', 'weur', 'wnam'],
    {
      apac: ['eeur', 'oc', 'wnam'],
      eeur: ['enam', 'weur'],
      enam: ['apac', 'oc', 'wnam'],
      oc: ['eeur', 'weur'],
      weur: ['apac', 'enam', 'wnam'],
      wnam: ['eeur', 'oc'],
    },
  ],
])('of %j each dials about half of the others', (regions, dialled) => {
  expect(Object.fromEntries(regions.map((region) => [region, peersToDial(region, regions)]))).toEqual(
    dialled,
  );
});

describe.each([2, 3, 5, 6, 12, 13, 24])('%i regions', (count) => {
  test('dial half of their peers each, one more or less', () => {
    const regions = many(count);
    const dialled = regions.map((region) => peersToDial(region, regions).length);
    const half = (count - 1) / 2;
    expect([Math.min(...dialled), Math.max(...dialled)]).toEqual([Math.floor(half), Math.ceil(half)]);
  });
});

test('every pair is dialled from exactly one side, and no region dials two more than another', () => {
  fc.assert(
    fc.property(ids, (regions) => {
      const dialled = regions.flatMap((a) => peersToDial(a, regions).map((b) => [a, b].toSorted().join(' ')));
      const sorted = regions.toSorted();
      const pairs = sorted.flatMap((a, index) => sorted.slice(index + 1).map((b) => `${a} ${b}`));
      expect(dialled.toSorted()).toEqual(pairs.toSorted());
      const counts = regions.map((region) => peersToDial(region, regions).length);
      expect(Math.max(0, ...counts) - Math.min(regions.length, ...counts)).toBeLessThanOrEqual(1);
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
  fc.assert(
    fc.property(ids, (regions) => {
      expect(pairsOf(regions.toReversed())).toEqual(pairsOf(regions));
    }),
  );
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
