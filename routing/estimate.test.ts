import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { estimate } from './estimate.ts';

const ms = fc.double({ min: 0.5, max: 5_000, noNaN: true });
const samples = fc.double({ min: 0.01, max: 36, noNaN: true });

test('without samples it is the prior', () => {
  expect(estimate(39, undefined)).toEqual({ priorMs: 39, samples: 0, finalMs: 39 });
});

test('of samples that contradict each other it tells the middle, and stays the prior', () => {
  expect(estimate(39, { ms: 310, samples: 0 })).toEqual({
    priorMs: 39,
    measuredMs: 310,
    samples: 0,
    finalMs: 39,
  });
});

test('a region that measures 310 ms where the model says 39 is believed to be there', () => {
  expect(estimate(39, { ms: 310, samples: 36 }).finalMs).toBeGreaterThan(305);
  expect(estimate(310, { ms: 39, samples: 36 }).finalMs).toBeLessThan(41);
});

test('it lies between the prior and what was measured', () => {
  fc.assert(
    fc.property(ms, ms, samples, (priorMs, measuredMs, count) => {
      const { finalMs } = estimate(priorMs, { ms: measuredMs, samples: count });
      expect(finalMs).toBeGreaterThanOrEqual(Math.min(priorMs, measuredMs) * (1 - 1e-9));
      expect(finalMs).toBeLessThanOrEqual(Math.max(priorMs, measuredMs) * (1 + 1e-9));
    }),
  );
});

test('more samples that say the same never lead away from it', () => {
  fc.assert(
    fc.property(ms, ms, samples, samples, (priorMs, measuredMs, a, b) => {
      const [few, many] = [Math.min(a, b), Math.max(a, b)];
      const missOf = (count: number) =>
        Math.abs(estimate(priorMs, { ms: measuredMs, samples: count }).finalMs - measuredMs);
      expect(missOf(many)).toBeLessThanOrEqual(missOf(few) + 1e-6 * measuredMs);
    }),
  );
});

describe('the prior', () => {
  test('washes out: with the samples that are kept little is left of it, however wrong it is', () => {
    fc.assert(
      fc.property(ms, ms, (priorMs, measuredMs) => {
        const { finalMs } = estimate(priorMs, { ms: measuredMs, samples: 36 });
        const most = 0.101 * Math.abs(priorMs - measuredMs) + 1e-9;
        expect(Math.abs(finalMs - measuredMs)).toBeLessThanOrEqual(most);
      }),
    );
  });

  test('stays when one sample differs from it within the noise', () => {
    expect(estimate(100, { ms: 120, samples: 1 }).finalMs).toBeLessThan(110);
  });

  test('is not given up for one sample that is ten times as long', () => {
    expect(estimate(40, { ms: 400, samples: 1 }).finalMs).toBeLessThan(40 * 1.7);
    expect(estimate(40, { ms: 400, samples: 4 }).finalMs).toBeGreaterThan(380);
  });
});
