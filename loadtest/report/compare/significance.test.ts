import { expect, test } from 'vitest';
import { randomFrom } from '../../../test/support/data/noise.ts';
import { effectiveSize, holm, pairedPValue, studentP } from './significance.ts';

test.each([
  [12.706, 1, 0.05],
  [2.571, 5, 0.05],
  [4.032, 5, 0.01],
  [2.042, 30, 0.05],
  [1.96, 1e6, 0.05],
])('the two tails beyond t = %d of %d degrees of freedom hold %d, as the tables say', (t, degrees, p) => {
  expect(studentP(t, degrees)).toBeCloseTo(p, 4);
  expect(studentP(-t, degrees)).toBeCloseTo(p, 4);
});

test('Holm multiplies the smallest by all, the next by one less, and never goes down', () => {
  expect(holm([0.01, 0.04, 0.03])).toEqual([0.03, 0.06, 0.06]);
  expect(holm([])).toEqual([]);
});

test('values that each repeat the one before are worth fewer', () => {
  const random = randomFrom(7);
  const fresh = Array.from({ length: 200 }, () => random());
  const lasting = fresh.flatMap((value) => [value, value, value, value]).slice(0, 200);
  expect(effectiveSize(fresh)).toBeGreaterThan(120);
  expect(effectiveSize(lasting)).toBeLessThan(60);
});

test('of differences around 0 that drift, at most about one in twenty is called a difference', () => {
  const random = randomFrom(11);
  let found = 0;
  const TRIES = 400;
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    let drift = 0;
    const differences = Array.from({ length: 40 }, () => {
      drift = 0.7 * drift + random() - 0.5;
      return drift;
    });
    if ((pairedPValue(differences) ?? 1) < 0.05) found += 1;
  }
  // If they were treated as independent, a third would be.
  expect(found / TRIES).toBeLessThan(0.09);
});

test('seven pairs say nothing, eight may', () => {
  const differences = [1, 1.1, 0.9, 1, 1.2, 0.8, 1, 1.1];
  expect(pairedPValue(differences.slice(1))).toBeNull();
  expect(pairedPValue(differences)).toBeLessThan(0.001);
});

test('one event, however large, says nothing of chance', () => {
  const event = Array.from({ length: 30 }, (_, n) => (n >= 10 && n < 22 ? 400 : 0.1 * (n % 3)));
  expect(pairedPValue(event)).toBeNull();
});
