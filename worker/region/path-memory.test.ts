import { expect, test } from 'vitest';
import { PathMemory } from './path-memory.ts';

const TRIPS = { ms: [20, 21], at: 1_000 };

test('it tells what it was told, of each data center its own', () => {
  const memory = new PathMemory();
  memory.remember('AMS', TRIPS);
  expect(memory.from('AMS')).toEqual(TRIPS);
  expect(memory.from('SYD')).toBeUndefined();
});

test('nonsense leaves what it knows as it is', () => {
  const memory = new PathMemory();
  memory.remember('AMS', TRIPS);
  for (const nonsense of [undefined, { ms: [], at: 1 }, { ms: [0], at: 1 }, { meanMs: 3 }]) {
    memory.remember('AMS', nonsense);
  }
  expect(memory.from('AMS')).toEqual(TRIPS);
});

test('it remembers 512 data centers, and of more those that reported last', () => {
  const memory = new PathMemory();
  for (let i = 0; i < 512; i++) memory.remember(`C${i}`, TRIPS);
  memory.remember('C0', TRIPS);
  expect(memory.from('C1')).toEqual(TRIPS);
  memory.remember('new', TRIPS);
  expect([memory.from('C0'), memory.from('C1'), memory.from('new')]).toEqual([TRIPS, undefined, TRIPS]);
});
