import { expect, test } from 'vitest';
import type { SeenState } from '../../api/states.ts';
import type { LinkStatus } from '../region/status.ts';
import { meshLinks } from './mesh.ts';

const ALL_UP: ReadonlyMap<string, SeenState> = new Map([
  ['apac', 'up'],
  ['enam', 'up'],
  ['weur', 'up'],
]);

test('every pair of regions is one link', () => {
  const pairs = meshLinks(['weur', 'apac', 'enam'], ALL_UP, new Map()).map(({ a, b }) => [a, b]);
  expect(pairs).toEqual([
    ['apac', 'enam'],
    ['weur', 'apac'],
    ['enam', 'weur'],
  ]);
});

test('a link is as its dialling side reports it', () => {
  const dialled = reports('apac', {
    peer: 'enam',
    state: 'up',
    since: 7,
    remade: 2,
    rttMs: 80.5,
    bytes: 99,
    transport: 'rpc',
  });
  expect(meshLinks(['apac', 'enam'], ALL_UP, dialled)).toEqual([
    {
      a: 'apac',
      b: 'enam',
      state: 'up',
      since: 7,
      remade: 2,
      rttMs: 80.5,
      bytes: 99,
      transport: 'rpc',
      compression: null,
      plainBecause: null,
    },
  ]);
});

test('how a link is compressed, and why not, is as its dialling side reports it', () => {
  const known = { peer: 'enam', state: 'up', since: 7, remade: 0, bytes: 0 } as const;
  const dialled = reports('apac', { ...known, compression: 's2_fast' });
  expect(meshLinks(['apac', 'enam'], ALL_UP, dialled)[0]).toMatchObject({ compression: 's2_fast' });
  const plain = reports('apac', { ...known, compression: 'off', plainBecause: 'nats-enam is old' });
  expect(meshLinks(['apac', 'enam'], ALL_UP, plain)[0]).toMatchObject({
    compression: 'off',
    plainBecause: 'nats-enam is old',
  });
});

test('a link whose round trip was not measured yet has none', () => {
  const dialled = reports('apac', { peer: 'enam', state: 'up', since: 7, remade: 0, bytes: 0 });
  expect(meshLinks(['apac', 'enam'], ALL_UP, dialled)[0]?.rttMs).toBeNull();
});

test('a link that nobody reports is down, and nothing else is known of it', () => {
  expect(meshLinks(['apac', 'enam'], ALL_UP, new Map())).toEqual([
    {
      a: 'apac',
      b: 'enam',
      state: 'down',
      since: null,
      remade: null,
      rttMs: null,
      bytes: null,
      compression: null,
      plainBecause: null,
      transport: null,
    },
  ]);
});

test('whichever side reports that it dials is the one that does', () => {
  const dialled = reports('enam', { peer: 'apac', state: 'up', since: 7, remade: 0, bytes: 0 });
  expect(meshLinks(['apac', 'enam'], ALL_UP, dialled)).toMatchObject([{ a: 'enam', b: 'apac', state: 'up' }]);
});

test.each(['apac', 'enam'])('a link is asleep while %s sleeps, whatever was reported before', (sleeper) => {
  const dialled = reports('apac', { peer: 'enam', state: 'up', since: 7, remade: 0, bytes: 0 });
  const states = new Map(ALL_UP).set(sleeper, 'asleep');
  expect(meshLinks(['apac', 'enam'], states, dialled)[0]?.state).toBe('asleep');
});

test('a region that sleeps leaves the links of the others alone', () => {
  const dialled = reports('enam', { peer: 'weur', state: 'up', since: 7, remade: 0, bytes: 0 });
  const states = new Map(ALL_UP).set('apac', 'asleep');
  const links = meshLinks(['apac', 'enam', 'weur'], states, dialled);
  expect(links.map(({ state }) => state)).toEqual(['asleep', 'asleep', 'up']);
});

test.each([[[]], [['apac']]])('the mesh of %j has no link', (regions) => {
  expect(meshLinks(regions, ALL_UP, new Map())).toEqual([]);
});

function reports(region: string, ...links: readonly LinkStatus[]): Map<string, readonly LinkStatus[]> {
  return new Map([[region, links]]);
}
