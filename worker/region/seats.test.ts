import { expect, test } from 'vitest';
import { COUNTED_AFTER_MS, Seats } from './seats.ts';

const NOW = 10_000;

test('clients on their way count, and no longer once the server did not take them', () => {
  const seats = new Seats(0);
  const [one] = [seats.take(), seats.take()];
  expect(seats.used).toBe(2);
  seats.free(one);
  expect(seats.used).toBe(1);
});

test('nobody knows how many a server has that was found running, until it is asked', () => {
  const seats = new Seats(undefined);
  seats.take();
  expect(seats.used).toBeUndefined();
  seats.counted(7, NOW);
  expect(seats.used).toBe(8);
});

test('a client is counted by the server once it has been there for a moment, and until then besides', () => {
  const seats = new Seats(0);
  seats.take().takenAt = NOW;
  seats.counted(0, NOW);
  expect(seats.used).toBe(1);
  seats.counted(1, NOW + COUNTED_AFTER_MS - 1);
  expect(seats.used).toBe(2);
  seats.counted(1, NOW + COUNTED_AFTER_MS);
  expect(seats.used).toBe(1);
});

test('clients that have gone are noticed when the server is asked', () => {
  const seats = new Seats(0);
  for (let index = 0; index < 5; index++) seats.take().takenAt = NOW;
  seats.counted(1, NOW + COUNTED_AFTER_MS);
  expect(seats.used).toBe(1);
});
