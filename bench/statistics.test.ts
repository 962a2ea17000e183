import { describe, expect, test } from 'vitest';
import { median, pairedRatio, percentile, spreadOf } from './statistics.ts';

describe('median', () => {
  test('is the middle value, in whatever order they come', () => expect(median([9, 1, 5])).toBe(5));
  test('of an even number of values is the mean of the middle two', () =>
    expect(median([4, 1, 3, 100])).toBe(3.5));
  test('of nothing is not a number', () => expect(median([])).toBeNaN());
  test('leaves the values as they were', () => {
    const values = [3, 1, 2];
    median(values);
    expect(values).toEqual([3, 1, 2]);
  });
});

describe('percentile', () => {
  const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);

  test('between two values is as far from the lower as the share says', () => {
    expect(percentile(hundred, 0.5)).toBe(50.5);
    expect(percentile(hundred, 0.99)).toBeCloseTo(99.01, 10);
    expect(percentile([10, 20, 30], 0.5)).toBe(20);
  });
  test('p100 is the greatest and p0 the least', () => {
    expect(percentile(hundred, 1)).toBe(100);
    expect(percentile(hundred, 0)).toBe(1);
  });
  test('of one value is that value', () => expect(percentile([7], 0.99)).toBe(7));
  test('of nothing is not a number', () => expect(percentile([], 0.5)).toBeNaN());
});

test('the spread names the least and the most', () => {
  expect(spreadOf([5, 1, 3])).toEqual({ median: 3, least: 1, most: 5 });
});

describe('pairedRatio', () => {
  test('compares the values of one round with each other, not the medians', () => {
    // The machine was slow in the second round, for both: twice the control in each.
    expect(pairedRatio([20, 2, 40], [10, 1, 20])).toBe(2);
  });
  test('skips rounds whose control is nothing or missing', () => {
    expect(pairedRatio([6, 5, 9], [2, 0])).toBe(3);
  });
  test('is not a number when there is no control', () => expect(pairedRatio([1, 2], [])).toBeNaN());
});
