import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { isOnGlobe } from '../../routing/coordinates.ts';
import { COUNTRIES } from '../../routing/places/countries.ts';
import { populationTraffic } from '../../worker/forecast/population-traffic.ts';
import { generatePopulation } from './generate.ts';

const MAX_BYTES = 12 * 1024;

test('the generated file is what the package gives today; if not: node tools/population/generate.ts', () => {
  const checkedIn = readFileSync(new URL('../../worker/forecast/population.ts', import.meta.url), 'utf8');
  expect(checkedIn === generatePopulation(), 'population.ts is stale').toBe(true);
});

test('it stays small', () => {
  expect(Buffer.byteLength(generatePopulation())).toBeLessThan(MAX_BYTES);
});

test('every country that routing knows has a city', () => {
  const { keyLength, records } = COUNTRIES;
  const known = records.match(new RegExp(`.{${keyLength + 4}}`, 'g'))?.map((record) => record.slice(0, 2));
  const populated = new Set(populationTraffic().samples.map(({ country }) => country));
  expect([...populated]).toEqual(known);
});

test('the cities are on the globe, inhabited, and hold the people of their countries', () => {
  const { source, samples } = populationTraffic();
  expect(source).toBe('population');
  for (const { latitude = Number.NaN, longitude = Number.NaN, clients } of samples) {
    expect(isOnGlobe({ latitude, longitude })).toBe(true);
    expect(clients).toBeGreaterThanOrEqual(1);
  }
  const millions = (code?: string) =>
    samples
      .filter(({ country }) => code === undefined || country === code)
      .reduce((sum, { clients }) => sum + clients, 0) / 1000;
  expect(millions()).toBeGreaterThan(2500);
  expect(millions('NL')).toBeGreaterThan(14);
  expect(millions('NL')).toBeLessThan(18);
});
