import { expect, test } from 'vitest';
import { inRounds, rotated } from './alternating.ts';

const signal = new AbortController().signal;

test('contestants take turns, and another one goes first in each round', async () => {
  const order: string[] = [];
  await inRounds({ rounds: 3, contestants: ['a', 'b', 'c'], signal }, async (name, round) => {
    order.push(`${name}${round}`);
  });
  expect(order).toEqual(['a0', 'b0', 'c0', 'b1', 'c1', 'a1', 'c2', 'a2', 'b2']);
});

test('a warm-up comes first and has a negative number', async () => {
  const rounds: number[] = [];
  await inRounds({ rounds: 2, contestants: ['a'], warmUps: 1, signal }, async (_, round) => {
    rounds.push(round);
  });
  expect(rounds).toEqual([-1, 0, 1]);
});

test('nothing is started once the run was interrupted', async () => {
  const stop = new AbortController();
  const done: string[] = [];
  const run = inRounds({ rounds: 5, contestants: ['a', 'b'], signal: stop.signal }, async (name) => {
    done.push(name);
    stop.abort(new Error('interrupted'));
  });
  await expect(run).rejects.toThrow('interrupted');
  expect(done).toEqual(['a']);
});

test('rotating nothing is nothing', () => expect(rotated([], 3)).toEqual([]));
