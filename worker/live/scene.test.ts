import { expect, test } from 'vitest';
import type { LivePlace } from '../../api/live.ts';
import type { MeshLink } from '../../api/mesh.ts';
import type { RegionView } from '../../api/regions.ts';
import { MOST_PLACES, placesOf } from './places.ts';
import { changeOf, type Scene, snapshotOf } from './scene.ts';

const regionView = (id: string): RegionView => ({
  ...{
    id,
    region: id,
    name: id,
    hint: 'weur',
    placement: ['WEUR'],
    latitude: 0,
    longitude: 0,
    enabled: true,
  },
  ...{ keepAwake: true, jetstream: false, state: 'up', since: 1, clients: 2, objectAgeMs: 5 },
});
const link = (a: string, b: string, bytes: number): MeshLink => ({
  ...{ a, b, bytes, state: 'up', since: 1, rttMs: 80, remade: 0 },
});
const place = (key: string, clients: number): LivePlace => ({
  ...{ key, clients, region: 'weur', latitude: 48, longitude: 2 },
});

const SCENE: Scene = {
  at: 1_000,
  version: 3,
  regions: [regionView('weur'), regionView('oc')],
  links: [link('oc', 'weur', 100)],
  places: [place('weur CDG', 2)],
};

test('a snapshot has everything for a reader, and no places for anyone', () => {
  expect(snapshotOf(SCENE, 'reader', 'b')).toEqual({
    kind: 'snapshot',
    level: 'reader',
    build: 'b',
    ...SCENE,
  });
  expect(snapshotOf(SCENE, 'public', 'b').places).toEqual([]);
});

test('where nothing is different, only the time is told', () => {
  const later = { ...SCENE, at: 2_000, regions: SCENE.regions.map((each) => ({ ...each, objectAgeMs: 99 })) };
  expect(changeOf(SCENE, later, 'reader')).toEqual({ kind: 'change', at: 2_000 });
});

test('what is different is told as a whole, and what is gone as 0 clients', () => {
  const down = { ...regionView('oc'), state: 'down' as const };
  const later: Scene = {
    at: 2_000,
    version: 4,
    regions: [regionView('weur'), down],
    links: [link('oc', 'weur', 200)],
    places: [place('weur LHR', 1)],
  };
  const change = { kind: 'change', at: 2_000, version: 4, regions: [down], links: later.links };
  expect(changeOf(SCENE, later, 'admin')).toEqual({
    ...change,
    places: [place('weur LHR', 1), place('weur CDG', 0)],
  });
  expect(changeOf(SCENE, later, 'public')).toEqual(change);
});

test('other regions, or another order of them, need a snapshot', () => {
  expect(changeOf(SCENE, { ...SCENE, regions: SCENE.regions.toReversed() }, 'reader')).toBeUndefined();
  expect(changeOf(SCENE, { ...SCENE, regions: [] }, 'reader')).toBeUndefined();
});

test('the clients of a region are spread over the places that it has counted', () => {
  const samples = [{ colo: 'CDG', country: 'FR', clients: 3 }, { country: 'DE', clients: 1 }, { clients: 4 }];
  const places = placesOf([{ region: 'weur', clients: 80, samples }]);
  expect(places.map(({ clients }) => clients)).toEqual([30, 10]);
  expect(places[0]).toMatchObject({ region: 'weur', colo: 'CDG', country: 'FR' });
  expect(places[0]?.latitude).toBeCloseTo(49, 0);
});

test('a region of which it is not known how many clients it has shows none, and there is a most', () => {
  expect(placesOf([{ region: 'weur', clients: null, samples: [{ colo: 'CDG', clients: 3 }] }])).toEqual([]);
  const samples = Array.from({ length: 5_000 }, (_, n) => ({
    ...{ latitude: (n % 170) - 85, longitude: n % 180, country: `C${n}`, clients: n + 1 },
  }));
  const places = placesOf([{ region: 'weur', clients: 5_000, samples }]);
  expect(places).toHaveLength(MOST_PLACES);
  expect(places[0]?.clients).toBeGreaterThan(places.at(-1)?.clients ?? 0);
});
