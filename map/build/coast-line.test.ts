import { expect, test } from 'vitest';
import { EXTENT } from '../src/geo/equal-earth.ts';
import { unpackLines } from '../src/geo/packed-lines.ts';
import { coastLine } from './coast-line.ts';

test('the coast line is whole, and within what the map shows', () => {
  const rings = unpackLines(coastLine().land);
  expect(rings.length).toBeGreaterThan(60);
  for (const [x, y] of rings.flat()) {
    expect(x).toBeGreaterThan(EXTENT.left - 0.01);
    expect(x).toBeLessThan(EXTENT.right + 0.01);
    expect(y).toBeGreaterThan(EXTENT.top - 0.01);
    expect(y).toBeLessThan(EXTENT.bottom + 0.01);
  }
});
