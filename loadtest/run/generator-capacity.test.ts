import { expect, test } from 'vitest';
import { judgeGenerator } from './generator-capacity.ts';

const ALONE = { runners: 1, cores: 2 };

test('what this machine can generate is no matter', () => {
  expect(judgeGenerator([{ cores: 1.4, users: 6 }], ALONE)).toEqual([]);
  expect(judgeGenerator([], ALONE)).toEqual([]);
});

test('more than the one thread of a user is told, whatever cores there are', () => {
  const [note] = judgeGenerator([{ cores: 1.5, users: 1 }], { runners: 1, cores: 64 });
  expect(note).toBe(
    'the one user of k6 would need 1.5 times the CPU that it has, which is one thread. Then it is this machine that is measured. Take a lower rate, more users (CLIENTS, PAIRS, STREAMS), or share the run: plan --runners.',
  );
});

test('more than all cores is told, unless several k6 share it', () => {
  const work = [{ cores: 3.6, users: 12 }];
  expect(judgeGenerator(work, ALONE)[0]).toMatch(
    /^k6 would need 1\.8 times the CPU of this machine, which has 2 cores\./,
  );
  expect(judgeGenerator(work, { ...ALONE, runners: 2 })).toEqual([]);
});

test('what no machine could generate is refused', () => {
  expect(() => judgeGenerator([{ cores: 6, users: 1 }], ALONE)).toThrow('would need 6.0 times the CPU');
});

test('of several steps some may go through: the others are told', () => {
  const steps = [0.5, 1, 2, 12].map((cores) => ({ cores, users: 4 }));
  expect(judgeGenerator(steps, ALONE)[0]).toMatch(
    /^1 of 4 steps are more than k6 can generate here: k6 would need 6\.0/,
  );
});
