import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fileOf, region } from '../test/support/data/sample-config.ts';
import { describeProblem } from './problems.ts';
import { parseConfig, validateConfig } from './validate.ts';

const CHECKED_IN = readFileSync(new URL('regions.json', import.meta.url), 'utf8');

test('the checked-in regions.json is valid, without a warning', () => {
  const result = parseConfig(CHECKED_IN);
  expect(result).toMatchObject({ ok: true, warnings: [] });
  if (result.ok)
    expect(result.config.regions.map(({ id }) => id)).toEqual(['wnam', 'enam', 'weur', 'eeur', 'apac', 'oc']);
});

test('every default is filled in', () => {
  expect(validateConfig(fileOf(region('weur')))).toEqual({
    ok: true,
    warnings: [],
    config: {
      cluster: 'meridian',
      export: [],
      defaultRegion: 'weur',
      doors: { leafnode: false, mqtt: false },
      flags: {},
      mesh: {
        reconcileSeconds: 30,
        retryMaxMs: 5000,
        compression: 'off',
        transport: 'auto',
        systemRoute: false,
        poolSize: 1,
      },
      admin: {},
      jetstream: {
        turnSeconds: 300,
        acceptLoss: false,
        backup: { enabled: true, everySeconds: 10, segmentBytes: 8_388_608, keepDays: 30, verifyHours: 24 },
      },
      regions: [
        {
          ...region('weur'),
          name: 'weur',
          enabled: true,
          keepAwake: false,
          sleepAfter: '10m',
          jetstream: false,
          instanceType: 'basic',
          limits: {
            maxConnections: 10_000,
            maxUnauthenticatedPerAddress: 20,
            maxUnauthenticated: 200,
            maxPayloadBytes: 1_048_576,
          },
          priority: 1,
          weight: 100,
          bias: 1,
          dial: 100,
          drain: false,
          residency: {},
          off: [],
        },
      ],
      lameDuck: { graceSeconds: 10, durationSeconds: 120 },
      routing: {
        bandMs: 0,
        flipRatio: 1.1,
        flipFloorMs: 5,
        spillMs: 50,
        coldStartMs: 3000,
        coldStartRoundTrips: 20,
        measure: true,
        drainSettleSeconds: 60,
        panicShare: 0.5,
        pinDomains: [],
        off: [],
      },
      sessions: {
        madeBy: 'nobody',
        most: 20,
        mayJoin: false,
        mostPerOwner: 10,
        ttlSeconds: 3600,
        mostTtlSeconds: 86_400,
        sleepAfter: '10m',
        instanceType: 'lite',
      },
    },
  });
});

test('without a default region it is the first enabled one', () => {
  const result = validateConfig(fileOf(region('wnam', { enabled: false }), region('weur')));
  expect(result).toMatchObject({ ok: true, config: { defaultRegion: 'weur' } });
});

test('a resolved configuration is a valid configuration and resolves to itself', () => {
  const first = parseConfig(CHECKED_IN);
  expect(first.ok && validateConfig(first.config)).toEqual(first);
});

test('everything that is wrong is reported at once, and one broken region hides nothing of the others', () => {
  const result = validateConfig({
    clutser: 'x',
    colour: 1,
    defaultRegion: 'nowhere',
    regions: [
      region('weur', { hint: 'wuer', keepawake: true }),
      region('oc', { latitude: '46', jetstream: true, placement: ['OC'] }),
      region('oc', { hint: 'enam', sleepAfter: '5s' }),
    ],
  });
  expect(result.ok).toBe(false);
  expect(result.ok ? [] : result.problems.map(describeProblem)).toEqual([
    'regions[0].hint: "wuer" is not known; did you mean "weur"? Use one of wnam, enam, sam, weur, eeur, apac, apac-ne, apac-se, oc, afr, me.',
    'regions[1].latitude: should be a number, but is "46".',
    'there is no "clutser" here; did you mean "cluster"? Remove or rename it.',
    'there is no "colour" here. Remove or rename it.',
    'regions[0]: there is no "keepawake" here; did you mean "keepAwake"? Remove or rename it.',
    'regions[2].id: "oc" is already used at regions[1].id: give one of the two regions a different id.',
    'regions[1].placement: Cloudflare refuses OC alone (limited capacity): add another placement, such as APAC.',
    'regions[2].sleepAfter: should be from 10s to 24h, but is "5s".',
    'regions[1].jetstream: a region that may sleep would break the JetStream majority: set keepAwake to true, or jetstream to false.',
    'regions: JetStream in oc only would lose its majority when one region is lost: enable it in at least three regions, or in none.',
    'defaultRegion: there is no region "nowhere". Known: weur, oc, oc.',
  ]);
});

test('a text that is not JSON is reported with its line and column', () => {
  expect(parseConfig('{\n  "regions": [,]\n}')).toEqual({
    ok: false,
    problems: [{ code: 'broken-json', path: '', line: 2, column: 15, expected: 'a value or ]' }],
    warnings: [],
  });
});

test('the input is not changed', () => {
  const input = Object.freeze(fileOf(Object.freeze(region('weur'))));
  expect(validateConfig(input).ok).toBe(true);
});

test('no JSON makes validation throw, and what it refuses it can describe', () => {
  fc.assert(fc.property(fc.jsonValue(), describesOrAccepts));
});

test('no change of one value in a valid file makes validation throw or give an invalid configuration', () => {
  const places = pathsOf(JSON.parse(CHECKED_IN));
  const value = fc.oneof(
    fc.jsonValue(),
    fc.constantFrom('weur', 'sam', 'apac-ne', true, false, [], {}, '10s', 1),
  );
  fc.assert(
    fc.property(fc.constantFrom(...places), value, (place, replacement) =>
      describesOrAccepts(replaced(JSON.parse(CHECKED_IN), place, replacement)),
    ),
    { numRuns: 1000 },
  );
});

function describesOrAccepts(input: unknown): void {
  const result = validateConfig(input);
  for (const warning of result.warnings) expect(describeProblem(warning)).not.toMatch(/undefined|\[object/);
  if (result.ok) {
    expect(validateConfig(result.config)).toEqual(result);
  } else {
    expect(result.problems).not.toEqual([]);
    for (const problem of result.problems) expect(typeof describeProblem(problem)).toBe('string');
  }
}

function pathsOf(value: unknown, path: string[] = []): string[][] {
  if (typeof value !== 'object' || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([key, item]) => pathsOf(item, [...path, key]))];
}

function replaced(value: unknown, [key, ...rest]: string[], replacement: unknown): unknown {
  if (key === undefined || typeof value !== 'object' || value === null) return replacement;
  const inner = replaced(Reflect.get(value, key), rest, replacement);
  return Array.isArray(value) ? value.with(Number(key), inner) : { ...value, [key]: inner };
}
