import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { COUNTRIES } from '../regions/countries.ts';
import { configOf, region } from '../test/support/data/sample-config.ts';
import { NOTHING_OBSERVED } from './observation.ts';
import { getOptimalRegion } from './optimal-region.ts';
import { compileRouting } from './plan.ts';
import { isServed, REPORTED_COUNTRIES, servesAnybody } from './served.ts';

const IDS = ['weur', 'enam'] as const;

describe('a configuration serves', () => {
  test.each([
    ['somebody with one region', {}, true],
    ['nobody if it is drained', { drain: true }, false],
    ['nobody if it is dialled to 0', { dial: 0 }, false],
    ['somebody if that dial is switched off', { dial: 0, off: ['dial'] }, true],
    ['somebody if it is dialled to 0.1', { dial: 0.1 }, true],
    ['nobody if what it allows it denies too', { residency: { allow: ['DE', 'FR'], deny: ['EU'] } }, false],
    [
      'somebody if that is switched off',
      { residency: { allow: ['DE'], deny: ['DE'] }, off: ['residency'] },
      true,
    ],
    ['somebody if it allows Tor only', { residency: { allow: ['T1'] } }, true],
    [
      'nobody if it denies every country, Tor and the unknown one',
      { residency: { deny: [...REPORTED_COUNTRIES] } },
      false,
    ],
    [
      'somebody if it denies every country, but not the unknown one',
      { residency: { deny: [...COUNTRIES] } },
      true,
    ],
  ])('%s', (_what, fields, expected) => {
    expect(servesAnybody(configOf([region('weur', fields)]))).toBe(expected);
  });
});

test('a country is served exactly if some client from there is', () => {
  const settings = fc.record({
    enabled: fc.boolean(),
    drain: fc.boolean(),
    dial: fc.constantFrom(0, 30, 100),
    priority: fc.constantFrom(1, 2),
    residency: fc.constantFrom({}, { allow: ['EU'] }, { deny: ['FR', 'XX'] }, { allow: ['T1'] }),
  });
  fc.assert(
    fc.property(settings, settings, fc.constantFrom('FR', 'GB', 'T1', 'XX'), (one, other, country) => {
      fc.pre(one.enabled || other.enabled);
      const config = configOf([region(IDS[0], one), region(IDS[1], other)]);
      const plan = compileRouting(config, 1);
      const state = { plan, observations: NOTHING_OBSERVED, now: 0 };
      const clients = Array.from({ length: 100 }, (_, index) => `198.51.100.${index}`);
      const isAnyServed = clients.some(
        (client) => getOptimalRegion({ cf: { country }, client }, state).winner !== undefined,
      );
      expect(isServed(country, plan)).toBe(isAnyServed);
      if (isAnyServed) expect(servesAnybody(config)).toBe(true);
    }),
  );
});
