import { expect, test } from 'vitest';
import { expectedRttMs } from '../../routing/latency/prior.ts';
import { wayBetween } from './way.ts';

const NAIROBI = { latitude: -1.29, longitude: 36.82 };
const DUBAI = { latitude: 25.2, longitude: 55.3 };
const LONDON = { latitude: 51.5, longitude: -0.1 };
const SYDNEY = { latitude: -33.9, longitude: 151.2 };

test('a link that is stated is taken as it is', () => {
  expect(wayBetween(NAIROBI, DUBAI)).toBe('NBO -110- DXB');
});

test('the links of a way add up to the estimate, but for what the ends take', () => {
  for (const [from, to] of [
    [LONDON, SYDNEY],
    [NAIROBI, SYDNEY],
    [DUBAI, LONDON],
  ] as const) {
    const way = wayBetween(from, to);
    const linksMs = [...way.matchAll(/-([\d.]+)-/g)].reduce((sum, [, ms]) => sum + Number(ms), 0);
    expect(linksMs, way).toBeLessThanOrEqual(expectedRttMs(from, to));
    expect(linksMs, way).toBeGreaterThan(expectedRttMs(from, to) - 10);
  }
});

test('two places of one city need no link', () => {
  expect(wayBetween(LONDON, { latitude: 51.6, longitude: -0.2 })).not.toContain(' -');
});
