import { expect, test } from 'vitest';
import { SUPPLEMENT } from '../../tools/places/supplement.ts';
import { isOnGlobe } from '../coordinates.ts';
import { COLOS } from './colos.ts';
import { CONTINENTS, COUNTRIES } from './countries.ts';
import { coordinatesOfColo, coordinatesOfContinent, coordinatesOfCountry } from './lookup.ts';
import { unpack } from './packed-table.ts';

/** Digits after the point to compare: closer than 0.05 degrees, twice what packing may lose. */
const PRECISION = 1;

test.each([
  ['SYD', -33.946, 151.177],
  ['AMS', 52.309, 4.764],
  ['LHR', 51.471, -0.462],
  ['SIN', 1.35, 103.994],
  ['JNB', -26.139, 28.246],
  ['GRU', -23.432, -46.47],
  ['LAX', 33.943, -118.408],
  ['AKL', -37.012, 174.786],
  ['ICN', 37.463, 126.441],
])('the data center %s is at its airport', (code, latitude, longitude) => {
  expect(coordinatesOfColo(code)).toEqual({
    latitude: expect.closeTo(latitude, PRECISION),
    longitude: expect.closeTo(longitude, PRECISION),
  });
});

test.each([
  ['NL', 52, 5, 1],
  ['AU', -34, 146, 3],
  ['SG', 1.3, 103.8, 0.3],
  ['US', 37, -92, 4],
  ['FJ', -17.9, 178.2, 1],
  ['XK', 42.5, 21, 0.5],
])('people of %s live around %d, %d', (code, latitude, longitude, degrees) => {
  const middle = coordinatesOfCountry(code);
  expect(Math.abs((middle?.latitude ?? Number.NaN) - latitude)).toBeLessThan(degrees);
  expect(Math.abs((middle?.longitude ?? Number.NaN) - longitude)).toBeLessThan(degrees);
});

test('every continent that request.cf knows has a middle', () => {
  for (const code of ['AF', 'AN', 'AS', 'EU', 'NA', 'OC', 'SA']) {
    expect(coordinatesOfContinent(code), code).toBeDefined();
  }
  expect(CONTINENTS.records).toHaveLength(7 * 6);
  expect(coordinatesOfContinent('AN')?.latitude).toBeLessThan(-60);
});

test('an answer has no digits beyond its precision', () => {
  expect(coordinatesOfContinent('AF')).toEqual({ latitude: 6.85, longitude: 16.25 });
});

test('every data center of the supplement is found', () => {
  for (const { code } of SUPPLEMENT) expect(coordinatesOfColo(code), code).toBeDefined();
});

const garbage = [
  '',
  ' ',
  'A',
  'zz',
  'nl',
  'ams',
  'Ams',
  'AMSX',
  'XX',
  'T1',
  'XXX',
  'QQQ',
  '../../x',
  '..',
  '\0\0\0',
  '(((',
  '|||',
  'ÄÖÜ',
  '💥',
  'constructor',
  '__proto__',
  'AMS ',
  '\uD800\uD800',
  'A'.repeat(10_240),
  undefined,
];

test.each(garbage)('%j is no place', (code) => {
  expect(coordinatesOfColo(code)).toBeUndefined();
  expect(coordinatesOfCountry(code)).toBeUndefined();
  expect(coordinatesOfContinent(code)).toBeUndefined();
});

test.each([null, 7, true, {}, [[]], [['A', 'M', 'S']]])(
  '%j, which no type allows, is no place either',
  (value) => {
    expect(coordinatesOfColo(value as unknown as string)).toBeUndefined();
    expect(coordinatesOfCountry(value as unknown as string)).toBeUndefined();
  },
);

test.each([
  ['COLOS', COLOS],
  ['COUNTRIES', COUNTRIES],
  ['CONTINENTS', CONTINENTS],
])('%s is in order, without doubles, and every record is found and on the globe', (_name, table) => {
  const width = table.keyLength + 4;
  expect(table.records.length % width).toBe(0);
  let previous = '';
  for (let start = 0; start < table.records.length; start += width) {
    const key = table.records.slice(start, start + table.keyLength);
    if (!(key > previous)) expect.fail(`${key} comes after ${previous}`);
    const found = unpack(table, key);
    if (found === undefined || !isOnGlobe(found)) expect.fail(`${key} is at ${JSON.stringify(found)}`);
    previous = key;
  }
});
