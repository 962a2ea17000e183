import { expect, test } from 'vitest';
import { tinySetup } from '../../test/support/data/scenario.ts';
import { spoiledWorld } from '../../test/support/data/spoiled-world.ts';
import { bestWithin, oracle } from './oracle.ts';

const OPTIONS = { seed: 1, runs: 5, noise: 0.2 };

test('with exact samples it leaves no more than the switching margin', () => {
  const best = bestWithin(oracle(tinySetup(), { ...OPTIONS, noise: 0 }), 1);
  // Of five clients `crossed` may stay where it is, 8 ms too far.
  expect(best?.meanRegretMs).toBeLessThanOrEqual(8 / 5);
});

test('little regret and few flips cannot be had at once', () => {
  const results = oracle(spoiledWorld(2, 6), OPTIONS);
  const [none, few, any] = [0, 0.001, 1].map((most) => bestWithin(results, most)?.meanRegretMs ?? Number.NaN);
  expect(none).toBeGreaterThanOrEqual(few ?? Number.NaN);
  expect(few).toBeGreaterThan(0.4);
  expect(few).toBeGreaterThan(1.2 * (any ?? Number.NaN));
});

test('a choice that may not change flips never', () => {
  const results = oracle(tinySetup(), OPTIONS);
  expect(results.find(({ later }) => later === Number.POSITIVE_INFINITY)?.flipShare).toBe(0);
});
