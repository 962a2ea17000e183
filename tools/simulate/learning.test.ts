import { expect, test } from 'vitest';
import { tinySetup } from '../../test/support/data/scenario.ts';
import { learn } from './learning.ts';
import { policiesOf } from './policies.ts';
import { choicesOf, scoreOf } from './score.ts';

const OPTIONS = { seed: 1, noise: 0.2, runs: 5 };

test('the same seed gives the same numbers, another seed others', () => {
  const setup = tinySetup();
  expect(learn(setup, OPTIONS)).toEqual(learn(setup, OPTIONS));
  expect(learn(setup, OPTIONS)).not.toEqual(learn(setup, { ...OPTIONS, seed: 2 }));
});

test('the steps are 1, 3, 10 and 30 samples', () => {
  expect(learn(tinySetup(), OPTIONS).learning.map(({ samples }) => samples)).toEqual([1, 3, 10, 30]);
});

test('without noise nothing flips any more, and what is left is less than the margin', () => {
  const { learning, steadyFlipShare, steadyRegretMs } = learn(tinySetup(), { ...OPTIONS, noise: 0 });
  expect(steadyFlipShare).toBe(0);
  // `crossed` may stay where it is: 8 ms of 80 are more than the floor of the margin, but about its ratio.
  expect(steadyRegretMs).toBeLessThanOrEqual(8 / 5);
  expect(learning.at(-1)?.meanRegretMs).toBeCloseTo(steadyRegretMs, 10);
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
