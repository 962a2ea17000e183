import fc from 'fast-check';
import { expect, test } from 'vitest';
import { pack, unpack } from './packed-table.ts';

const HALF_A_STEP = 0.025 + 1e-9;

const someKey = fc.stringMatching(/^[A-Z]{3}$/);
const somePlace = fc.record({
  latitude: fc.double({ min: -90, max: 90, noNaN: true }),
  longitude: fc.double({ min: -180, max: 180, noNaN: true }),
});
const somePlaces = fc.array(fc.tuple(someKey, somePlace)).map((entries) => new Map(entries));

test('every packed place is found again within half a step', () => {
  fc.assert(
    fc.property(somePlaces, (places) => {
      const table = { keyLength: 3, records: pack(3, places) };
      for (const [key, { latitude, longitude }] of places) {
        const found = unpack(table, key);
        expect(Math.abs((found?.latitude ?? Number.NaN) - latitude)).toBeLessThanOrEqual(HALF_A_STEP);
        expect(Math.abs((found?.longitude ?? Number.NaN) - longitude)).toBeLessThanOrEqual(HALF_A_STEP);
      }
    }),
  );
});

test('a key that was not packed is not found', () => {
  fc.assert(
    fc.property(somePlaces, fc.oneof(someKey, fc.string()), (places, key) => {
      fc.pre(!places.has(key));
      expect(unpack({ keyLength: 3, records: pack(3, places) }, key)).toBeUndefined();
    }),
  );
});

test.each([
  [-90, -180],
  [90, 180],
  [0, 0],
])('the corner %d, %d survives exactly', (latitude, longitude) => {
  const records = pack(2, new Map([['XX', { latitude, longitude }]]));
  expect(unpack({ keyLength: 2, records }, 'XX')).toEqual({ latitude, longitude });
});

test.each(['', 'ab', 'A', 'ABC', 'A1', 'ÄB'])('"%s" is refused as a key of two letters', (key) => {
  expect(() => pack(2, new Map([[key, { latitude: 0, longitude: 0 }]]))).toThrow(RangeError);
});

test('an empty table finds nothing', () => {
  expect(unpack({ keyLength: 2, records: '' }, 'NL')).toBeUndefined();
});
