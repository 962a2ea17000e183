import { expect, test } from 'vitest';
import { chartOf } from './chart.ts';

const TEXTS = { unit: 'ms', each: 'round' };

test('the highest fills its column, half of it half of the rows, and nothing none', () => {
  const lines = chartOf([6, 3, 0], TEXTS).split('\n');
  expect(lines).toHaveLength(7);
  expect(lines[0]).toBe('     6.0 ┤█');
  expect(lines[2]).toBe('         ┤█');
  expect(lines[3]).toBe('         ┤██');
  expect(lines[5]).toBe('     0.0 ┤██');
  expect(lines[6]).toBe('      ms  a column is one round, 3 in all');
});

test('more than fit on a line are averaged', () => {
  const lines = chartOf(
    Array.from({ length: 131 }, (_, index) => (index < 2 ? 4 : 2)),
    TEXTS,
  ).split('\n');
  expect(lines[0]).toBe('     4.0 ┤█');
  expect(lines[5]).toBe(`     0.0 ┤${'█'.repeat(66)}`);
  expect(lines[6]).toContain('a column is 2 rounds, 131 in all');
});

test('zeros alone are an empty chart', () => {
  expect(chartOf([0, 0], TEXTS)).not.toMatch(/[▁-█]/);
});
