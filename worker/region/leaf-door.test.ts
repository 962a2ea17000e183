import { expect, test, vi } from 'vitest';
import { configOf } from '../../test/support/data/checked-in.ts';
import { LeafDoor } from './leaf-door.ts';

const [REGION] = configOf(['weur']).regions.map((region) => ({
  ...region,
  limits: { ...region.limits, maxLeafs: 2 },
}));
if (REGION === undefined) throw new Error('there is no region');

test('as many as it takes, those on their way among them', () => {
  const door = new LeafDoor(() => 0);
  door.open();
  const [first, second, third] = [door.admit(REGION), door.admit(REGION), door.admit(REGION)];
  expect(third).toMatchObject({ code: 'full', reason: expect.stringContaining('limits.maxLeafs') });
  if (!('seat' in first) || !('seat' in second)) throw new Error('two are taken');
  door.left(first.seat);
  expect(door.admit(REGION)).toHaveProperty('seat');
});

test('none while it is unknown how many there are', () => {
  const door = new LeafDoor(() => 0);
  expect(door.admit(REGION)).toMatchObject({ code: 'region_unavailable' });
  door.counted({ leafs: 0, askedAt: 1 });
  expect(door.admit(REGION)).toHaveProperty('seat');
});

test('one that the server counts is counted once, and one that has left no more', () => {
  vi.useFakeTimers({ now: 1_000 });
  const door = new LeafDoor(() => 0);
  door.open();
  const admitted = door.admit(REGION);
  if (!('seat' in admitted)) throw new Error('it is taken');
  door.taken(admitted.seat);
  door.counted({ leafs: 0, askedAt: 1_000 });
  expect(door.used).toBe(1);
  door.counted({ leafs: 1, askedAt: 2_000 });
  expect(door.used).toBe(1);
  door.counted({ leafs: 0, askedAt: 3_000 });
  expect(door.used).toBe(0);
  vi.useRealTimers();
});

test('sessions that are joined take nobody the place', () => {
  const door = new LeafDoor(() => 5);
  door.counted({ leafs: 6, askedAt: 1 });
  expect(door.used).toBe(1);
  door.counted({ leafs: 4, askedAt: 2 });
  expect(door.used).toBe(0);
});
