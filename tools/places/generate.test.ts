import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { generatePlaces } from './generate.ts';

/** How many bytes a Worker may spend on places: they are parsed at every start of an isolate. */
const COLOS_MAX_BYTES = 40 * 1024;

test('the generated files are what the packages give today; if not: npm run places', () => {
  for (const [name, text] of generatePlaces()) {
    const checkedIn = readFileSync(new URL(`../../routing/places/${name}`, import.meta.url), 'utf8');
    expect(checkedIn === text, `${name} is stale: npm run places`).toBe(true);
  }
});

test('generating twice gives the same bytes', () => {
  expect(generatePlaces()).toEqual(generatePlaces());
});

test('the table of colos stays small', () => {
  expect(Buffer.byteLength(generatePlaces().get('colos.ts') ?? '')).toBeLessThan(COLOS_MAX_BYTES);
});
