import fc from 'fast-check';
import { expect, test } from 'vitest';
import { configOf, defaultConfig } from '../test/support/data/checked-in.ts';
import { holdSecondsOf, KILLED_AFTER_SECONDS, turnSecondsOf } from './deploy-turns.ts';

const holdsOf = (config: Parameters<typeof holdSecondsOf>[0]) =>
  config.regions.map(({ id }) => [id, holdSecondsOf(config, id)]);

test('as checked in, the three JetStream regions go five minutes apart, the others at once', () => {
  expect(Object.fromEntries(holdsOf(defaultConfig()))).toEqual({
    wnam: 0,
    enam: 300,
    weur: 600,
    eeur: 0,
    apac: 0,
    oc: 0,
  });
});

test('a disabled region has no turn, and a region that does not exist goes at once', () => {
  const config = configOf(['wnam', 'enam', 'weur', 'oc'], { wnam: { enabled: false } });
  expect(holdsOf(config)).toEqual([
    ['wnam', 0],
    ['enam', 0],
    ['weur', 300],
    ['oc', 0],
  ]);
  expect(holdSecondsOf(config, 'mars')).toBe(0);
});

test('turns can be turned off', () => {
  const config = defaultConfig();
  const off = { ...config, jetstream: { ...config.jetstream, turnSeconds: 0 } };
  expect(holdsOf(off).map(([, seconds]) => seconds)).toEqual([0, 0, 0, 0, 0, 0]);
});

test('whatever is configured, the last server has left before Cloudflare kills it', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 600 }),
      fc.integer({ min: 1, max: 29 }),
      fc.integer({ min: 30, max: 600 }),
      fc.integer({ min: 0, max: 9 }),
      (turnSeconds, graceSeconds, durationSeconds, count) => {
        const config = defaultConfig();
        const [region] = config.regions;
        if (region === undefined) throw new Error('there is no region');
        const regions = Array.from({ length: count }, (_, n) => ({
          ...region,
          id: `r${n}`,
          jetstream: true,
        }));
        const deployed = {
          regions,
          lameDuck: { graceSeconds, durationSeconds },
          jetstream: { ...config.jetstream, turnSeconds },
        };
        const last = Math.max(0, ...regions.map(({ id }) => holdSecondsOf(deployed, id)));
        expect(last + graceSeconds + durationSeconds).toBeLessThan(KILLED_AFTER_SECONDS);
        expect(turnSecondsOf(deployed)).toBeGreaterThanOrEqual(0);
      },
    ),
  );
});
