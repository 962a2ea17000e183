import { expect, test } from 'vitest';
import { AWS, SYNADIA_EGRESS } from './other-prices.ts';
import { PRICES } from './prices.ts';
import { ageOf, cloudflarePriceAge, otherPriceAge, STALE_AFTER_DAYS, staleText } from './stale.ts';

const READ = '2026-01-01';
const DAY_MS = 86_400_000;
const price = (service: string, readOn = READ) => ({ service, source: `https://${service}/`, readOn });
const daysAfter = (days: number) => Date.parse(READ) + days * DAY_MS;

test('a price is not stale after 90 days, and is after 91', () => {
  expect(ageOf([price('one')], daysAfter(STALE_AFTER_DAYS)).stale).toEqual([]);
  expect(ageOf([price('one')], daysAfter(STALE_AFTER_DAYS + 1)).stale).toEqual([
    { service: 'one', source: 'https://one/', readOn: READ, days: 91 },
  ]);
});

test('each service is named once, by its oldest price, and the oldest comes first', () => {
  const prices = [
    price('new', '2026-03-01'),
    price('two', '2026-02-01'),
    price('two'),
    price('one', '2025-12-01'),
  ];
  const { readOn, stale } = ageOf(prices, daysAfter(100));
  expect(readOn).toBe('2025-12-01');
  expect(stale.map(({ service, days }) => [service, days])).toEqual([
    ['one', 131],
    ['two', 100],
  ]);
});

test('the words name service and day', () => {
  const prices = [price('one'), price('two', '2025-12-01'), price('new', '2026-03-01')];
  expect(staleText(ageOf(prices, daysAfter(91)))).toEqual([
    'Stale, since they were read more than 90 days ago: prices of two (2025-12-01), one (2026-01-01). Their pages are in --json.',
  ]);
  expect(staleText(ageOf([price('one')], daysAfter(90)))).toEqual([]);
});

test('a date that is none is an error, and not a price that never gets old', () => {
  expect(() => ageOf([price('one', 'soon')], 0)).toThrow('soon is no day');
  expect(() => ageOf([], 0)).toThrow('there is no price');
});

test('every price has a page, and a day that is one', () => {
  for (const { source, readOn } of [...Object.values(PRICES), ...Object.values(AWS), SYNADIA_EGRESS]) {
    expect(source).toMatch(/^https:\/\/[\w.]+\/\S+$/);
    expect(new Date(readOn).toISOString().slice(0, 10)).toBe(readOn);
  }
});

test('a year later all of them are stale', () => {
  const later = Date.parse('2027-12-01');
  expect(cloudflarePriceAge(later).stale).toHaveLength(4);
  expect(otherPriceAge(later).stale.map(({ service }) => service)).toContain('Synadia Cloud');
});
