import { expect, test } from 'vitest';
import { dollarsPerHour } from './container-cost.ts';

const HOURS_PER_MONTH = 30 * 24;

test('six containers of standard-1 cost in a month what docs/limits.md says: $156 of memory, $9 of disk', () => {
  expect(6 * HOURS_PER_MONTH * dollarsPerHour('standard-1')).toBeCloseTo(155.5 + 8.7, 0);
});

test('a custom container costs by its memory and its disk', () => {
  const small = dollarsPerHour({ vcpu: 1, memoryMib: 3_072, diskMb: 2_000 });
  const large = dollarsPerHour({ vcpu: 1, memoryMib: 6_144, diskMb: 4_000 });
  expect(large).toBeCloseTo(2 * small, 10);
});
