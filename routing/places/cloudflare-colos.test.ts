// Compares with a list of Cloudflare's data centers, which is not part of the project: set
// MERIDIAN_COLO_LIST to a CSV file of "colo,...,lat,lon" with a heading. Skipped when not set.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { Coordinates } from '../coordinates.ts';
import { coordinatesOfColo } from './lookup.ts';

const list = process.env.MERIDIAN_COLO_LIST;
/** A metropolis: further away than this, the code names another place. */
const TOLERANCE_KM = 60;
/** Where the list is wrong: it has Salvador at Luís Eduardo Magalhães, the town of its airport's namesake. */
const WRONG_IN_LIST = ['SSA'];

function kilometersBetween(a: Coordinates, b: Coordinates): number {
  const radians = Math.PI / 180;
  const haversine =
    Math.sin(((a.latitude - b.latitude) * radians) / 2) ** 2 +
    Math.cos(a.latitude * radians) *
      Math.cos(b.latitude * radians) *
      Math.sin(((a.longitude - b.longitude) * radians) / 2) ** 2;
  return 2 * 6371 * Math.asin(Math.sqrt(haversine));
}

test('every data center of the list is known, within a metropolis', (context) => {
  if (list === undefined) return context.skip('MERIDIAN_COLO_LIST names no list of data centers');
  const rows = readFileSync(list, 'utf8').trim().split('\n').slice(1);
  const problems = rows.flatMap((row) => {
    const code = row.slice(0, 3);
    const [latitude, longitude] = row.split(',').slice(-2);
    const known = coordinatesOfColo(code);
    if (known === undefined) return [`${code} is unknown`];
    if (latitude === '' || longitude === '' || WRONG_IN_LIST.includes(code)) return [];
    const km = kilometersBetween(known, { latitude: Number(latitude), longitude: Number(longitude) });
    return km <= TOLERANCE_KM ? [] : [`${code} is ${km.toFixed()} km from where the list has it`];
  });
  expect(rows.length).toBeGreaterThan(300);
  expect(problems).toEqual([]);
});
