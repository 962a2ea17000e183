import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fileOf, region } from '../../test/support/data/sample-config.ts';
import type { MeridianConfig } from '../config.ts';
import { validateConfig } from '../validate.ts';
import { describeChange } from './describe-change.ts';
import { diffConfigs, platformChanges } from './diff.ts';

function configOf(...regions: unknown[]): MeridianConfig {
  const result = validateConfig(fileOf(...regions));
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result.config;
}

const WEUR = region('weur');
const ENAM = region('enam');
const BOTH = configOf(WEUR, ENAM);

const routingSettings = fc.record(
  {
    weight: fc.integer({ min: 1, max: 1000 }),
    dial: fc.integer({ min: 0, max: 100 }),
    drain: fc.boolean(),
    residency: fc.record({ allow: fc.constantFrom(['DE'], ['DE', 'FR']) }, { requiredKeys: [] }),
  },
  { requiredKeys: [] },
);

test('a configuration does not differ from itself', () => {
  fc.assert(
    fc.property(routingSettings, (more) => {
      const make = () => configOf(region('weur', more), ENAM);
      expect(diffConfigs(make(), make())).toEqual([]);
    }),
  );
});

test('the way back has the same changes in reverse', () => {
  fc.assert(
    fc.property(routingSettings, routingSettings, (one, other) => {
      const a = configOf(region('weur', one), ENAM);
      const b = configOf(region('weur', other), ENAM);
      const back = diffConfigs(b, a).map(({ path, from, to, kind }) => ({ path, from: to, to: from, kind }));
      expect(new Set(back)).toEqual(new Set(diffConfigs(a, b)));
    }),
  );
});

test('how many members there may be is deployed, how many there are is live', () => {
  const withMembers = (members: object) => configOf(region('weur', { keepAwake: true, members }));
  const before = withMembers({ max: 3 });
  const kinds = (after: MeridianConfig) => diffConfigs(before, after).map(({ path, kind }) => [path, kind]);
  expect(kinds(withMembers({ min: 2, max: 4, windowSeconds: 60 }))).toEqual([
    ['regions.weur.members.min', 'steers'],
    ['regions.weur.members.max', 'platform'],
    ['regions.weur.members.windowSeconds', 'steers'],
  ]);
  expect(kinds(configOf(region('weur', { keepAwake: true })))).toEqual([
    ['regions.weur.members', 'platform'],
  ]);
});

test('routing settings need no deploy, and are named by the path that people write', () => {
  const after = configOf(
    region('weur', { priority: 2, weight: 50, residency: { allow: ['DE', 'FR'] } }),
    ENAM,
  );
  const changes = diffConfigs(BOTH, { ...after, routing: { ...after.routing, bandMs: 5 } });
  expect(changes.map(describeChange)).toEqual([
    'routing.bandMs: 0 -> 5',
    'regions.weur.priority: 1 -> 2',
    'regions.weur.weight: 100 -> 50',
    'regions.weur.residency.allow: not set -> DE,FR',
  ]);
  expect(platformChanges(changes)).toEqual([]);
});

test.each([
  [{ placement: ['EEUR'] }, 'regions.weur.placement'],
  [{ instanceType: 'lite' }, 'regions.weur.instanceType'],
  [{ instanceType: { vcpu: 1, memoryMib: 3072, diskMb: 100 } }, 'regions.weur.instanceType'],
  [{ limits: { maxConnections: 5 }, instanceType: 'lite' }, 'regions.weur.instanceType'],
])('%j needs a deploy', (more, path) => {
  expect(platformChanges(diffConfigs(BOTH, configOf(region('weur', more), ENAM)))).toMatchObject([{ path }]);
});

test.each([
  { limits: { softConnections: 5 } },
  { limits: { maxConnections: 5 } },
  { limits: { maxPayloadBytes: 5 } },
  { limits: { jetstreamMaxMemoryBytes: 5 } },
  { limits: { jetstreamMaxStoreBytes: 5 } },
  { keepAwake: true },
  { sleepAfter: '1h' },
  { latitude: 47 },
  { name: 'West' },
])('%j does not need a deploy', (more) => {
  const changes = diffConfigs(BOTH, configOf(region('weur', more), ENAM));
  expect(changes).toHaveLength(1);
  expect(platformChanges(changes)).toEqual([]);
});

test('settings that regions read at their start need a deploy', () => {
  const changes = diffConfigs(BOTH, {
    ...BOTH,
    cluster: 'other',
    mesh: { ...BOTH.mesh, retryMaxMs: 900 },
    lameDuck: { ...BOTH.lameDuck, graceSeconds: 5 },
  });
  expect(changes).toMatchObject([
    { path: 'cluster', kind: 'platform' },
    { path: 'mesh.retryMaxMs', kind: 'platform' },
    { path: 'lameDuck.graceSeconds', kind: 'platform' },
  ]);
});

test('adding or removing a region is one change, which needs a deploy', () => {
  const changes = diffConfigs(configOf(WEUR, ENAM), configOf(WEUR, region('apac')));
  expect(changes.map(describeChange)).toEqual([
    'regions.apac: added (needs a deploy)',
    'regions.enam: removed (needs a deploy)',
  ]);
});

test('a different order is a change too', () => {
  const changes = diffConfigs(BOTH, { ...BOTH, regions: BOTH.regions.toReversed() });
  expect(changes.map(describeChange)).toEqual(['regions: order weur,enam -> enam,weur']);
});

test('who may make sessions is edited live, and how many containers there are for them is deployed', () => {
  const after: MeridianConfig = {
    ...BOTH,
    sessions: { ...BOTH.sessions, madeBy: 'admins', mostPerOwner: 2, most: 50, instanceType: 'basic' },
  };
  const kinds = diffConfigs(BOTH, after).map(({ path, kind }) => [path, kind]);
  expect(Object.fromEntries(kinds)).toEqual({
    'sessions.madeBy': 'steers',
    'sessions.mostPerOwner': 'steers',
    'sessions.most': 'platform',
    'sessions.instanceType': 'platform',
  });
});

test('of the mesh, only how links are compressed takes effect live', () => {
  const edited = { ...BOTH, mesh: { ...BOTH.mesh, compression: 's2_fast' as const, retryMaxMs: 900 } };
  expect(
    diffConfigs(BOTH, edited)
      .map(({ path, kind }) => [path, kind])
      .toSorted(),
  ).toEqual([
    ['mesh.compression', 'steers'],
    ['mesh.retryMaxMs', 'platform'],
  ]);
});
