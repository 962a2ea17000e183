import { expect, test } from 'vitest';
import { dollarsOf, dollarsPerHour } from './container-cost.ts';

const HOURS_PER_MONTH = 30 * 24;

test('six containers of standard-1 cost in a month $156 for memory and $9 for disk', () => {
  expect(6 * HOURS_PER_MONTH * dollarsPerHour('standard-1')).toBeCloseTo(155.5 + 8.7, 0);
});

test('a custom container costs by its memory and its disk', () => {
  const small = dollarsPerHour({ vcpu: 1, memoryMib: 3_072, diskMb: 2_000 });
  const large = dollarsPerHour({ vcpu: 1, memoryMib: 6_144, diskMb: 4_000 });
  expect(large).toBeCloseTo(2 * small, 10);
});

test.each([
  ['WEUR', 'AMS07', 0.025],
  ['OC', 'SYD01', 0.05],
  ['APAC', 'ICN01', 0.05],
  ['APAC', 'SIN02', 0.04],
  ['', '', 0.04],
])('a gigabyte sent from %s (%s) costs $%d', (region, location, dollars) => {
  const used = { cpuSeconds: 0, memoryByteSeconds: 0, diskByteSeconds: 0, sentBytes: 1e9 };
  expect(dollarsOf(used, { region, location })).toBeCloseTo(dollars, 10);
});

test('an hour of half a CPU costs what the price list says', () => {
  const used = { cpuSeconds: 1_800, memoryByteSeconds: 0, diskByteSeconds: 0, sentBytes: 0 };
  expect(dollarsOf(used)).toBeCloseTo(0.036, 10);
});
