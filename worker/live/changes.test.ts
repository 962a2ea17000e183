import { expect, test } from 'vitest';
import type { MeshLink } from '../../api/mesh.ts';
import type { RegionView } from '../../api/regions.ts';
import { changeBetween, type Seen } from './changes.ts';

const oc = { id: 'oc', state: 'up', clients: 3 } as RegionView;
const weur = { id: 'weur', state: 'up', clients: null } as RegionView;
const link: MeshLink = {
  a: 'oc',
  b: 'weur',
  state: 'up',
  since: 1,
  rttMs: 250,
  bytes: 5,
  remade: 0,
  compression: null,
  plainBecause: null,
  transport: 'connect',
};
const place = { key: 'oc SYD', region: 'oc', latitude: -34, longitude: 151, clients: 2 };
const before: Seen = { at: 1, version: 7, regions: [oc, weur], links: [link], places: [place] };

test('the time alone is no change', () => {
  expect(changeBetween(before, { ...structuredClone(before), at: 2 })).toBeUndefined();
});

test('only what is different is told, each as a whole', () => {
  const down = { ...oc, state: 'down', clients: null } as RegionView;
  const after = { ...before, at: 2, version: 8, regions: [down, weur], links: [{ ...link, bytes: 9 }] };
  expect(changeBetween(before, after)).toEqual({
    kind: 'change',
    at: 2,
    version: 8,
    regions: [down],
    links: [{ ...link, bytes: 9 }],
  });
});

test('a place that is gone has no clients; a new one is told', () => {
  const other = { ...place, key: 'oc AKL', clients: 1 };
  const change = changeBetween(before, { ...before, at: 2, places: [other] });
  expect(change).toEqual({ kind: 'change', at: 2, places: [other, { ...place, clients: 0 }] });
});

test.each([
  ['goes', [oc]],
  ['comes', [oc, weur, { ...oc, id: 'apac' }]],
  ['changes its place in the order', [weur, oc]],
])('where a region %s, a snapshot is needed', (_, regions) => {
  expect(changeBetween(before, { ...before, at: 2, regions })).toBe('snapshot');
});

test('where a link goes, a snapshot is needed', () => {
  expect(changeBetween(before, { ...before, at: 2, links: [] })).toBe('snapshot');
});
