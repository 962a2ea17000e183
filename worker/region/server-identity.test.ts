import { expect, test } from 'vitest';
import { NamelessServerError, serverNumberIn } from './server-identity.ts';

function storageOf(kept?: number) {
  const all = new Map(kept === undefined ? [] : [['server-number', kept]]);
  return {
    get: (key: string) => all.get(key),
    put: (key: string, number: number) => void all.set(key, number),
  };
}

test('an object is the server that its name says, and still is when it is not told its name', () => {
  const storage = storageOf();
  expect(serverNumberIn(storage, 'weur', 'nats-weur-3', true)).toBe(3);
  expect(serverNumberIn(storage, 'weur', undefined, true)).toBe(3);
});

test("one without a name and a memory is the region's own only where there are no members", () => {
  expect(serverNumberIn(storageOf(), 'weur', undefined, false)).toBe(1);
  expect(() => serverNumberIn(storageOf(), 'weur', undefined, true)).toThrow(NamelessServerError);
});

test('a name counts more than what is kept', () => {
  const storage = storageOf(2);
  expect(serverNumberIn(storage, 'weur', 'nats-weur', true)).toBe(1);
  expect(serverNumberIn(storage, 'weur', undefined, true)).toBe(1);
});
