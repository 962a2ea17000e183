import { expect, test } from 'vitest';
import { isOnGlobe } from '../../routing/coordinates.ts';
import { distanceKm } from '../../routing/distance.ts';
import {
  coordinatesOfColo,
  coordinatesOfContinent,
  coordinatesOfCountry,
} from '../../routing/places/lookup.ts';
import { CITIES, spreadOver, standingIn } from './cities.js';

test('there are sixty cities, each once, on all inhabited continents', () => {
  expect(CITIES).toHaveLength(60);
  expect(new Set(CITIES.map(({ name }) => name)).size).toBe(60);
  expect(new Set(CITIES.map(({ continent }) => continent))).toEqual(
    new Set(['AF', 'AS', 'EU', 'NA', 'OC', 'SA']),
  );
});

test('routing knows the data center, country and continent of each', () => {
  for (const { name, colo, country, continent, weight, ...coordinates } of CITIES) {
    expect(coordinatesOfColo(colo), `${name}: ${colo}`).toBeDefined();
    expect(coordinatesOfCountry(country), `${name}: ${country}`).toBeDefined();
    expect(coordinatesOfContinent(continent), `${name}: ${continent}`).toBeDefined();
    expect(isOnGlobe(coordinates), name).toBe(true);
    expect(weight, name).toBeGreaterThan(0);
  }
});

/** Cities that enter elsewhere: Cloudflare has no data center of its own there, or none that takes their traffic. */
const ENTER_ELSEWHERE = ['Shanghai', 'Tehran', 'Mexico City'];
const NEARBY_KM = 100;

test('clients enter at the data center of their city, but for the few that have none', () => {
  const far = CITIES.filter((city) => {
    const colo = coordinatesOfColo(city.colo);
    return colo !== undefined && distanceKm(colo, city) > NEARBY_KM;
  });
  expect(far.map(({ name }) => name).toSorted()).toEqual(ENTER_ELSEWHERE.toSorted());
});

test('clients are spread as people are, and everyone has a place', () => {
  const people = spreadOver(600, CITIES);
  expect(people).toHaveLength(600);
  const count = (name: string) => people.filter((city) => city.name === name).length;
  expect(CITIES.every(({ name }) => count(name) >= 1)).toBe(true);
  expect(count('Tokyo')).toBeGreaterThan(5 * count('Auckland'));
  expect(spreadOver(60, CITIES).map(({ name }) => name)).toEqual(CITIES.map(({ name }) => name));
});

test.each([1, 7, 59, 61, 1000])('%i clients are so many', (clients) => {
  expect(spreadOver(clients, CITIES)).toHaveLength(clients);
});

test('few clients are those of the largest cities', () => {
  const [tokyo] = CITIES;
  expect(spreadOver(1, CITIES)).toEqual([tokyo]);
});

test('a client stands in its city by the header that the local stack takes', () => {
  const [tokyo] = CITIES;
  if (tokyo === undefined) throw new Error('there are no cities');
  expect(JSON.parse(standingIn(tokyo)['MF-CF-Blob'] ?? '')).toEqual({
    colo: 'NRT',
    country: 'JP',
    continent: 'AS',
    latitude: '35.69',
    longitude: '139.69',
  });
});
