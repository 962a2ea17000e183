import { describe, expect, test } from 'vitest';
import { KEPT_SAMPLES } from '../../routing/round-trips.ts';
import { CALM } from '../../test/support/data/calm.ts';
import { tinySetup } from '../../test/support/data/scenario.ts';
import { spoiledWorld } from '../../test/support/data/spoiled-world.ts';
import { learn } from './learning.ts';
import { policiesOf } from './policies.ts';
import { choicesOf, scoreOf } from './score.ts';
import type { Setup } from './setup.ts';

const OPTIONS = CALM;

test('the same seed gives the same numbers, another seed others', () => {
  const setup = tinySetup();
  expect(learn(setup, OPTIONS)).toEqual(learn(setup, OPTIONS));
  expect(learn(setup, OPTIONS)).not.toEqual(learn(setup, { ...OPTIONS, seed: 2 }));
});

test('the steps are 1, 3, 10 and 30 samples', () => {
  expect(learn(tinySetup(), OPTIONS).learning.map(({ samples }) => samples)).toEqual([1, 3, 10, 30]);
});

test('without noise nothing flips any more, and what is left is less than the margin', () => {
  const { flipsByRound, steadyRegretMs } = learn(tinySetup(), { ...OPTIONS, noise: 0 });
  // Until as many samples are kept as ever are, more of them may still settle a choice.
  expect(flipsByRound.slice(KEPT_SAMPLES + 1).every((share) => share === 0)).toBe(true);
  // `crossed` may stay where it is: 8 ms of 80 are more than the floor of the margin, but about its ratio.
  expect(steadyRegretMs).toBeLessThanOrEqual(8 / 5);
});

test('measuring corrects a prior that is wrong', () => {
  const setup = tinySetup();
  const choices = choicesOf(setup.clients, setup.regions, policiesOf(setup).meridian);
  const cold = scoreOf(choices, setup.clients.length).meanRegretMs;
  expect(cold).toBeGreaterThan(10); // `slow`, near to weur on the globe only.
  expect(learn(setup, OPTIONS).learning.at(-1)?.meanRegretMs).toBeLessThan(5);
});

test('clients do not share their chance: one less changes nothing for the others', () => {
  const setup = tinySetup();
  const regretOf = (ids: readonly string[]) => {
    const clients = setup.clients.filter(({ id }) => ids.includes(id));
    return clients.length * learn({ ...setup, clients }, { ...OPTIONS, noise: 0.5 }).steadyRegretMs;
  };
  expect(regretOf(['crossed', 'slow'])).toBeCloseTo(regretOf(['crossed']) + regretOf(['slow']), 10);
});

test('where all regions sleep nothing is measured, and the choice by the model stays', () => {
  const { flipsByRound, regretOverTimeMs } = learn(tinySetup(), { ...OPTIONS, asleep: 1 });
  expect(Math.max(...flipsByRound)).toBe(0);
  expect(regretOverTimeMs.at(-1)).toBe(regretOverTimeMs[0]);
});

describe('in worlds where the model is wrong', () => {
  const OUTLIERS = { ...CALM, runs: 1, outliers: 0.05 };
  const worlds = [1, 2].flatMap((seed) => [spoiledWorld(seed, 9), spoiledWorld(seed, 6)]);
  const calm = worlds.map((world) => learn(world, { ...CALM, runs: 1 }));
  const rough = worlds.map((world) => learn(world, OUTLIERS));
  const meanOf = (values: readonly number[]) => values.reduce((sum, each) => sum + each, 0) / values.length;
  const regretAfter = (round: number, learned = rough) =>
    meanOf(learned.map(({ regretOverTimeMs }) => regretOverTimeMs[round] ?? Number.NaN));

  test('the prior alone leaves milliseconds, and measuring takes most of them away, with outliers too', () => {
    expect(regretAfter(0)).toBeGreaterThan(2.5);
    expect(regretAfter(1)).toBeLessThanOrEqual(regretAfter(0));
    expect(regretAfter(10)).toBeLessThan(0.8);
    expect(regretAfter(30)).toBeLessThan(0.5);
  });

  test('choices hold still from the fourth round on', () => {
    for (const learned of [calm, rough]) {
      const flips = learned.map(({ flipsByRound }) => meanOf(flipsByRound.slice(4)));
      expect(meanOf(flips)).toBeLessThan(0.001);
    }
  });

  test('one in twenty samples that is ten times too long costs little for good', () => {
    const steady = (learned: typeof calm) => meanOf(learned.map(({ steadyRegretMs }) => steadyRegretMs));
    // In one run of 364 clients a single one that keeps a region 18 ms too far makes 0.05 ms.
    expect(steady(rough)).toBeLessThan(1.5 * steady(calm) + 0.05);
  });

  test('a path that has become 60 ms longer overnight is left', () => {
    const { secondDay } = learn(fewOf(spoiledWorld(1, 9)), { ...OUTLIERS, driftMs: 60 });
    expect(secondDay?.firstRegretMs).toBeGreaterThan(10);
    expect(secondDay?.lastRegretMs).toBeLessThan(1);
  });

  test('a visit every ten minutes learns as much as one every 30 s', () => {
    const few = fewOf(spoiledWorld(1, 9));
    const [often, rare] = [30_000, 600_000].map((visitEveryMs) => learn(few, { ...OUTLIERS, visitEveryMs }));
    expect(rare?.regretOverTimeMs[0]).toBeGreaterThan(0.8);
    expect(rare?.regretOverTimeMs[30]).toBeLessThan(0.5);
    expect(rare?.regretOverTimeMs[30]).toBeCloseTo(often?.regretOverTimeMs[30] ?? Number.NaN, 0);
  });

  test('where some regions sleep the others are learned all the same', () => {
    const { regretOverTimeMs } = learn(fewOf(spoiledWorld(1, 9)), { ...OUTLIERS, asleep: 0.3 });
    expect(regretOverTimeMs[30]).toBeLessThan(0.8 * (regretOverTimeMs[1] ?? 0));
  });
});

/** Every fourth of its clients: a test of one thing needs no more. */
function fewOf(world: Setup): Setup {
  return { ...world, clients: world.clients.filter((_, index) => index % 4 === 1) };
}
