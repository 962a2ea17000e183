import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ownRegions } from '../../regions/config.ts';
import { diffConfigs } from '../../regions/edits/diff.ts';
import { validateConfig } from '../../regions/validate.ts';
import { servesAnybody } from '../../routing/served.ts';
import { externalRegion } from '../../test/support/data/external-region.ts';
import { configOf, region, withRegion } from '../../test/support/data/sample-config.ts';
import { ontoDeployed } from './onto-deployed.ts';

const weur = region('weur');
const enam = region('enam');
const apac = region('apac');
const deployed = configOf([weur, enam]);

test('on the deployment it was stored on, a version stays as it was stored', () => {
  const stored = configOf([region('enam', { weight: 7 }), region('weur', { dial: 10 })], {
    routing: { bandMs: 20 },
  });
  expect(ontoDeployed(stored, deployed)).toEqual(stored);
});

test('a region that is no longer deployed is dropped, and a new one comes with the values of the file', () => {
  const stored = configOf([region('weur', { weight: 7 }), enam], { defaultRegion: 'enam' });
  const later = configOf([weur, region('apac', { weight: 9 })]);
  const merged = ontoDeployed(stored, later);
  expect(merged.regions.map(({ id, weight }) => [id, weight])).toEqual([
    ['weur', 7],
    ['apac', 9],
  ]);
  expect(merged.defaultRegion).toBe('weur');
});

test('hint, size, cluster and mesh are the deployed ones; weight, limits, residency and routing are the stored ones', () => {
  const residency = { deny: ['DE'] };
  const stored = configOf(
    [region('weur', { weight: 7, residency, limits: { softConnections: 5, maxConnections: 9 } }), enam],
    {
      routing: { bandMs: 20 },
    },
  );
  const later = configOf(
    [region('weur', { instanceType: 'basic', weight: 1, limits: { maxConnections: 3 } }), enam],
    { cluster: 'other', mesh: { retryMaxMs: 100 } },
  );
  const merged = ontoDeployed(stored, later);
  expect(merged).toMatchObject({ cluster: 'other', mesh: { retryMaxMs: 100 }, routing: { bandMs: 20 } });
  expect(merged.regions[0]).toMatchObject({ instanceType: 'basic', weight: 7, residency });
  expect(ownRegions(merged)[0]?.limits).toMatchObject({ softConnections: 5, maxConnections: 9 });
});

test('a region that was moved has its place from the file; one that was not, from the stored version', () => {
  const stored = configOf([region('weur', { name: 'old' }), region('enam', { name: 'mine' })]);
  const moved = configOf([region('weur', { hint: 'eeur', name: 'new', latitude: 51 }), enam]);
  expect(ontoDeployed(stored, moved).regions).toMatchObject([
    { hint: 'eeur', name: 'new', latitude: 51 },
    { name: 'mine' },
  ]);
});

test('a region that a deploy makes external, or one of ours, keeps how clients are routed to it', () => {
  const ours = configOf([region('weur', { limits: { maxConnections: 9 }, keepAwake: true }), enam]);
  const theirs = configOf([externalRegion({ id: 'weur' }), enam]);
  const dialled = withRegion(ours, 'weur', { dial: 7, residency: { allow: ['FR'] } });
  const [external] = ontoDeployed(dialled, theirs).regions;
  expect(external).toEqual({ ...theirs.regions[0], dial: 7, residency: { allow: ['FR'] } });
  const [back] = ontoDeployed(withRegion(theirs, 'weur', { dial: 8 }), ours).regions;
  expect(back).toEqual({ ...ours.regions[0], dial: 8 });
});

describe('where stored and deployed contradict each other', () => {
  test('JetStream regions stay awake', () => {
    const awake = { jetstream: true, keepAwake: true };
    const later = configOf([region('weur', awake), region('enam', awake), region('apac', awake)]);
    const stored = configOf([weur, enam, apac]);
    expect(ownRegions(ontoDeployed(stored, later)).map(({ keepAwake }) => keepAwake)).toEqual([
      true,
      true,
      true,
    ]);
  });

  test('when the only region that took clients is gone, the others do as the file says', () => {
    const stored = configOf([region('weur', { drain: true, weight: 7 }), enam]);
    expect(ontoDeployed(stored, configOf([weur])).regions).toMatchObject([{ drain: false, weight: 7 }]);
  });

  test('a dial of 0 keeps clients away as a drain does', () => {
    const stored = configOf([region('weur', { dial: 0, weight: 7 }), enam]);
    expect(ontoDeployed(stored, configOf([weur])).regions).toMatchObject([{ dial: 100, weight: 7 }]);
  });

  test('residency stays as stored, even if it leaves nobody to be served', () => {
    const residency = { allow: ['FR'], deny: ['FR'] };
    const stored = configOf([region('weur', { residency, weight: 7 }), enam]);
    const merged = ontoDeployed(stored, configOf([weur]));
    expect(merged.regions).toMatchObject([{ residency, weight: 7 }]);
    expect(servesAnybody(merged)).toBe(false);
  });

  test('when no region took clients on purpose, none does after the deploy', () => {
    const stored = configOf([region('weur', { drain: true }), region('enam', { drain: true })]);
    expect(servesAnybody(ontoDeployed(stored, configOf([weur])))).toBe(false);
  });
});

test('a version that lacks newer fields gets their defaults', () => {
  const { routing: _routing, ...old } = deployed;
  expect(ontoDeployed(old as typeof deployed, deployed)).toEqual(deployed);
});

test('instead of a version that is no longer valid, the deployed configuration is used', () => {
  expect(ontoDeployed(withRegion(deployed, 'weur', { weight: -1 }), deployed)).toBe(deployed);
});

test('whatever was stored and is deployed, the result is valid, needs no deploy, and keeps residency', () => {
  const hints = ['weur', 'enam', 'apac', 'oc', 'wnam'] as const;
  const anyRegion = (id: string) =>
    fc
      .record({
        jetstream: fc.boolean(),
        keepAwake: fc.boolean(),
        enabled: fc.boolean(),
        drain: fc.boolean(),
        instanceType: fc.constantFrom('lite', 'basic'),
        residency: fc.constantFrom({}, { deny: ['DE'] }, { allow: ['EU'] }),
        limits: fc.record(
          {
            softConnections: fc.integer({ min: 1, max: 20 }),
            maxConnections: fc.integer({ min: 1, max: 20 }),
          },
          { requiredKeys: [] },
        ),
      })
      .map((more) => region(id, more));
  const anyConfig = fc
    .subarray([...hints], { minLength: 1 })
    .chain((ids) => fc.tuple(...ids.map(anyRegion)))
    .map((regions) => validateConfig({ regions }))
    .filter((validation) => validation.ok)
    .map((validation) => validation.config);
  void fc.assert(
    fc.property(anyConfig, anyConfig, (stored, file) => {
      const merged = ontoDeployed(stored, file);
      expect(validateConfig(merged).ok).toBe(true);
      expect(diffConfigs(file, merged).filter(({ kind }) => kind === 'platform')).toEqual([]);
      for (const { id, residency } of merged.regions) {
        const source =
          stored.regions.find((each) => each.id === id) ?? file.regions.find((each) => each.id === id);
        expect(residency).toEqual(source?.residency);
      }
    }),
  );
});
