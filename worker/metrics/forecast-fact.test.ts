import { expect, test } from 'vitest';
import type { Foreseen } from '../../api/forecast-facts.ts';
import { factOf, servedIn } from './forecast-fact.ts';

const FORESEEN: Foreseen = {
  ...{ version: 8, at: 1_000, source: 'traffic', confidence: 'good', movedShare: 0.5 },
  regions: [
    { region: 'weur', before: 1, after: 0.5 },
    { region: 'eeur', before: 0, after: 0.5 },
    { region: 'oc', before: 0, after: 0 },
  ],
};

const visit = (region: string, count: number) => ({
  ...{ region, wanted: region, flags: '', cause: '', refusal: region === '' ? 'residency' : '', country: '' },
  ...{ colo: '', count, attempts: 1, seconds: 1, within: [] },
});

test('what regions have taken is added up; those that nobody took are in none', () => {
  expect(servedIn([visit('weur', 2), visit('weur', 3), visit('oc', 1), visit('', 9)])).toEqual({
    weur: 5,
    oc: 1,
  });
});

test('clients that go where it was forecast leave nothing to tell', () => {
  const fact = factOf(FORESEEN, { before: { weur: 100 }, after: { weur: 110, eeur: 10 }, until: null });
  expect(fact).toEqual({
    ...{ version: 8, at: 1_000, until: null, source: 'traffic', confidence: 'good', movedShare: 0.5 },
    ...{ connects: 20, elsewhereShare: 0 },
    regions: [
      { region: 'weur', before: 1, forecast: 0.5, fact: 0.5 },
      { region: 'eeur', before: 0, forecast: 0.5, fact: 0.5 },
    ],
  });
});

test('clients that go elsewhere are counted once, also in a region of which nothing was forecast', () => {
  const stayed = factOf(FORESEEN, { before: {}, after: { weur: 10 }, until: 2_000 });
  expect(stayed).toMatchObject({ connects: 10, elsewhereShare: 0.5, until: 2_000 });
  const other = factOf(FORESEEN, { before: {}, after: { weur: 5, new: 5 }, until: null });
  expect(other.elsewhereShare).toBe(0.5);
  expect(other.regions).toContainEqual({ region: 'new', before: 0, forecast: 0, fact: 0.5 });
});

test('before anybody has come, what happens is not known', () => {
  const fact = factOf(FORESEEN, { before: { weur: 5 }, after: { weur: 5 }, until: null });
  expect(fact).toMatchObject({ connects: 0, elsewhereShare: null });
  expect(fact.regions.map((each) => each.fact)).toEqual([null, null]);
});

test('counts that have begun anew count from nothing', () => {
  const fact = factOf(FORESEEN, { before: { weur: 100, eeur: 1 }, after: { weur: 2, eeur: 2 }, until: null });
  expect(fact).toMatchObject({ connects: 4, elsewhereShare: 0 });
});
