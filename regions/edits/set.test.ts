import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fileOf, region } from '../../test/support/data/sample-config.ts';
import type { MeridianConfig } from '../config.ts';
import { describeProblem } from '../problems.ts';
import { validateConfig } from '../validate.ts';
import { diffConfigs } from './diff.ts';
import { applyAssignments } from './set.ts';

const CONFIG = (() => {
  const result = validateConfig(fileOf(region('weur'), region('apac'), region('enam')));
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result.config;
})();

function applied(...assignments: string[]): MeridianConfig {
  const result = applyAssignments(CONFIG, assignments);
  if (!result.ok) throw new Error(result.problems.map(describeProblem).join('\n'));
  return result.config;
}

function refused(...assignments: string[]): string[] {
  const result = applyAssignments(CONFIG, assignments);
  return result.ok ? [] : result.problems.map(describeProblem);
}

/** Assignments to different fields, with the change that each should make. */
const assignments = fc
  .record(
    {
      'weur.weight': fc.integer({ min: 1, max: 1000 }),
      'weur.priority': fc.integer({ min: 1, max: 100 }),
      'apac.dial': fc.integer({ min: 0, max: 100 }),
      'enam.drain': fc.boolean(),
      'weur.residency.allow': fc.uniqueArray(fc.constantFrom('DE', 'FR', 'EU'), { minLength: 1 }),
      'apac.limits.softConnections': fc.integer({ min: 1, max: 9999 }),
      'routing.bandMs': fc.integer({ min: 0, max: 100 }),
      'mesh.retryMaxMs': fc.integer({ min: 100, max: 60_000 }),
    },
    { requiredKeys: [] },
  )
  .map((values) => Object.entries(values));

/** What these fields are in CONFIG, where they are set. */
const CURRENT = new Map<string, unknown>([
  ['weur.priority', 1],
  ['weur.weight', 100],
  ['apac.dial', 100],
  ['enam.drain', false],
  ['routing.bandMs', 0],
  ['mesh.retryMaxMs', 5000],
]);

test('assignments make exactly their own changes', () => {
  fc.assert(
    fc.property(assignments, (entries) => {
      const before = structuredClone(CONFIG);
      const after = applied(...entries.map(([path, value]) => `${path}=${value}`));
      const changes = diffConfigs(CONFIG, after).map(({ path, to }) => [path.replace(/^regions\./, ''), to]);
      const news = entries.filter(([path, value]) => value !== CURRENT.get(path));
      expect(new Set(changes)).toEqual(new Set(news));
      expect(CONFIG).toEqual(before);
    }),
  );
});

test('any text is a configuration or problems, never an exception', () => {
  const part = fc.constantFrom(
    'weur',
    'regions',
    'routing',
    'limits',
    'instanceType',
    '__proto__',
    'constructor',
    '',
  );
  const text = fc.tuple(fc.array(fc.oneof(part, fc.string())), fc.constantFrom('=', ''), fc.string());
  fc.assert(
    fc.property(fc.array(text, { maxLength: 3 }), (parts) => {
      const result = applyAssignments(
        CONFIG,
        parts.map(([path, equals, value]) => path.join('.') + equals + value),
      );
      if (!result.ok) expect(result.problems.map(describeProblem)).not.toEqual([]);
    }),
  );
  expect(({} as Record<string, unknown>).polluted).toBeUndefined();
});

test('each field is read as its own type', () => {
  const { regions, routing } = applied(
    'weur.weight=50',
    'weur.bias=0.5',
    'regions.weur.drain=true',
    'weur.name=West = best',
    'weur.residency.allow=DE, FR',
    'weur.instanceType={"vcpu":1,"memoryMib":3072,"diskMb":100}',
    'routing.off=band',
  );
  expect(regions[0]).toMatchObject({
    weight: 50,
    bias: 0.5,
    drain: true,
    name: 'West = best',
    residency: { allow: ['DE', 'FR'] },
    instanceType: { vcpu: 1 },
  });
  expect(routing.off).toEqual(['band']);
});

test('nothing after the = restores the default', () => {
  const limited = applied('weur.weight=50', 'weur.limits.softConnections=5', 'weur.name=West');
  const result = applyAssignments(limited, ['weur.weight=', 'weur.limits.softConnections=', 'weur.name=']);
  expect(result.ok && diffConfigs(CONFIG, result.config)).toEqual([]);
});

test('an unknown name is reported, with the nearest known one', () => {
  expect(refused('weur.wieght=50')[0]).toContain('weur: there is no "wieght" here; did you mean "weight"?');
  expect(refused('wuer.weight=50')[0]).toContain('there is no region "wuer"; did you mean "weur"?');
  expect(refused('routng.bandMs=5')[0]).toContain('did you mean "routing"?');
  expect(refused('routing.bandms=5')[0]).toContain('did you mean "bandMs"?');
  expect(refused('weur.instanceType=lit')[0]).toContain(
    'weur.instanceType: "lit" is not known; did you mean "lite"?',
  );
  expect(refused('nowhere.weight=5')[0]).toContain('Known: weur, apac, enam');
});

test('wrong values are refused by their path', () => {
  expect(refused('weur.weight=heavy')).toEqual(['weur.weight: should be a number, but is "heavy".']);
  expect(refused('weur.weight=0x10')).toEqual(['weur.weight: should be a number, but is "0x10".']);
  expect(refused('weur.weight=1001')).toEqual(['weur.weight: should be at most 1000, but is 1001.']);
  expect(refused('weur.drain=yes')).toEqual(['weur.drain: should be true or false, but is "yes".']);
  expect(refused('weur.residency.allow=germany')[0]).toMatch(
    /^weur\.residency\.allow\[0\]: "germany" is no country\. Write/,
  );
  expect(refused('weur.residency.deny=DE,UK')[0]).toMatch(
    /^weur\.residency\.deny\[1\]: "UK" is no country; did you mean "GB"\?/,
  );
  expect(refused('weur.hint=')).toEqual(['weur.hint: is missing and has no default: add it.']);
});

test('an assignment without a value, of a whole object, or made twice is refused', () => {
  expect(refused('weur.weight')[0]).toContain('such as "weur.weight=50"');
  expect(refused('=50')[0]).toContain('such as "weur.weight=50"');
  expect(refused('weur=50')[0]).toContain('field by field');
  expect(refused('weur.limits=50')[0]).toContain('weur.limits.maxConnections');
  expect(refused('weur.weight=1', 'regions.weur.weight=2')).toEqual([
    'weur.weight: should be assigned once, but is assigned twice.',
  ]);
});

test('a key that is given twice in an object is refused', () => {
  expect(refused('weur.limits={"maxConnections": 5, "maxConnections": 6}')[0]).toMatch(
    /^weur\.limits: "maxConnections" is given twice/,
  );
});

test('all wrong assignments are reported at once, and none is applied', () => {
  expect(refused('weur.wieght=50', 'apac.dial=lots', 'enam.weight=5')).toHaveLength(2);
});

test('rules apply as they do to a file', () => {
  expect(refused('weur.enabled=false', 'apac.enabled=false', 'enam.enabled=false')[0]).toContain(
    'no region is enabled',
  );
  expect(refused('weur.jetstream=true').join()).toContain('weur.jetstream');
});
