import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Distribution } from './distribution.ts';

function of(values: readonly number[], limit?: number): Distribution {
  const distribution = new Distribution(limit);
  for (const value of values) distribution.add(value);
  return distribution;
}

test('quantiles of few values are exact, interpolated as k6 does', () => {
  const distribution = of([40, 10, 30, 20]);
  expect(distribution.quantile(0)).toBe(10);
  expect(distribution.quantile(0.5)).toBe(25);
  expect(distribution.quantile(1)).toBe(40);
  expect(distribution.mean).toBe(25);
});

test('of nothing, everything is 0', () => {
  expect(of([]).quantile(0.95)).toBe(0);
  expect(of([]).mean).toBe(0);
});

test('beyond the limit a quantile is off by half a percent at most', () => {
  const values = Array.from({ length: 10_000 }, (_, index) => 0.05 * 1.001 ** index);
  const distribution = of(values, 100);
  for (const share of [0.01, 0.5, 0.95, 0.99]) {
    const exact = values[Math.floor(share * (values.length - 1))] ?? 0;
    expect(Math.abs(distribution.quantile(share) / exact - 1)).toBeLessThan(0.0051);
  }
  expect(distribution.max).toBe(values.at(-1));
});

test('zeros are kept as zeros beyond the limit', () => {
  expect(of([0, 0, 0, 0, 5], 2).quantile(0.5)).toBe(0);
});

test('merged is the same as added one by one, whichever of the two is beyond its limit', () => {
  const values = fc.array(fc.double({ min: 0.01, max: 1e5, noNaN: true }), { minLength: 1, maxLength: 60 });
  fc.assert(
    fc.property(values, values, fc.integer({ min: 1, max: 80 }), (a, b, limit) => {
      const merged = of(a, limit);
      merged.merge(of(b, 20));
      const whole = of([...a, ...b], 1_000);
      expect(merged.count).toBe(whole.count);
      expect(merged.max).toBe(whole.max);
      expect(merged.min).toBe(whole.min);
      expect(merged.sum).toBeCloseTo(whole.sum, 3);
      const ranked = [...a, ...b].toSorted((x, y) => x - y);
      const at = 0.5 * (ranked.length - 1);
      expect(merged.quantile(0.5)).toBeGreaterThanOrEqual((ranked[Math.floor(at)] ?? 0) * 0.99);
      expect(merged.quantile(0.5)).toBeLessThanOrEqual((ranked[Math.ceil(at)] ?? 0) * 1.01);
    }),
  );
});
