import { expect, test } from 'vitest';
import { Ledger, Reading } from './ledger.js';

function acknowledged(...numbers: readonly number[]): Ledger {
  const ledger = new Ledger();
  for (const number of numbers) ledger.acknowledge(number, number + 1);
  return ledger;
}

test('what is acknowledged and read once is whole', () => {
  const reading = new Reading(acknowledged(0, 1, 2));
  expect([0, 1, 2].map((number) => reading.take(number))).toEqual(['next', 'next', 'next']);
  expect(reading.isWhole).toBe(true);
  expect(reading.unread()).toEqual([]);
});

test('only what is acknowledged can be missing', () => {
  const reading = new Reading(acknowledged(0, 3));
  reading.take(0);
  expect(reading.isWhole).toBe(false);
  expect(reading.unread()).toEqual([3]);
});

test('what is in the stream without an acknowledgement does not make up for what is missing', () => {
  const reading = new Reading(acknowledged(0, 3));
  reading.take(0);
  reading.take(1);
  reading.take(2);
  expect(reading.count).toBe(3);
  expect(reading.isWhole).toBe(false);
});

test('a second copy is doubled, one after a higher number disordered, and each counts once', () => {
  const reading = new Reading(acknowledged(0, 1, 2));
  expect([0, 2, 2, 1, 1].map((number) => reading.take(number))).toEqual([
    'next',
    'next',
    'doubled',
    'disordered',
    'doubled',
  ]);
  expect(reading.count).toBe(3);
  expect(reading.isWhole).toBe(true);
});

test('acknowledgements may come out of order, and count once', () => {
  const ledger = acknowledged(4, 1, 4);
  expect(ledger.count).toBe(2);
  expect(ledger.numbers()).toEqual([1, 4]);
  expect(ledger.sequenceOf(4)).toBe(5);
  expect(ledger.sequenceOf(2)).toBe(0);
  expect(ledger.sequenceOf(9)).toBe(0);
});
