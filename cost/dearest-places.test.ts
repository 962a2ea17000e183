import { describe, expect, test } from 'vitest';
import { configOf } from '../test/support/data/checked-in.ts';
import { cost } from './cost.ts';
import { dearestPlaces } from './dearest-places.ts';
import { egressPrices } from './egress-price.ts';
import { resolveTraffic } from './traffic.ts';

const EUROPE = 'egressNorthAmericaAndEurope';
const OCEANIA = 'egressOceaniaKoreaTaiwan';
const ELSEWHERE = 'egressElsewhere';

test.each([
  [['WEUR'], [EUROPE]],
  [['WEUR', 'EEUR'], [EUROPE]],
  [
    ['WEUR', 'ME'],
    [EUROPE, ELSEWHERE],
  ],
  [
    ['ENAM', 'SAM'],
    [EUROPE, ELSEWHERE],
  ],
  [
    ['ENAM', 'AFR'],
    [EUROPE, ELSEWHERE],
  ],
  [['APAC'], [ELSEWHERE, OCEANIA]],
  [
    ['OC', 'APAC'],
    [OCEANIA, ELSEWHERE],
  ],
  [
    ['AFR', 'WEUR', 'OC'],
    [ELSEWHERE, EUROPE, OCEANIA],
  ],
  [[], [ELSEWHERE]],
])('a container that may run in %j may cost %j, the first as a rule', (placement, prices) => {
  expect(egressPrices(placement)).toEqual(prices);
});

describe('the dearest places', () => {
  test('much traffic: at the highest price that each may have', () => {
    const far = { gb: 10_000, prices: [EUROPE, ELSEWHERE] } as const;
    expect(dearestPlaces([far, { gb: 10_000, prices: [EUROPE] }])).toEqual([ELSEWHERE, EUROPE]);
  });

  test('400 GB that would be included elsewhere stay where the terabyte is used up', () => {
    const little = { gb: 400, prices: [EUROPE, ELSEWHERE] } as const;
    // In Europe (400 + 1,000 - 1,000) x 0.025 = $10; elsewhere nothing.
    expect(dearestPlaces([little, { gb: 1_000, prices: [EUROPE] }])).toEqual([EUROPE, EUROPE]);
    // And 2,000 GB cost 1,500 x 0.04 = $60 there, which is more than 2,000 x 0.025 = $50.
    expect(
      dearestPlaces([
        { ...little, gb: 2_000 },
        { gb: 1_000, prices: [EUROPE] },
      ]),
    ).toEqual([ELSEWHERE, EUROPE]);
  });

  test('of thirty regions not all combinations are tried: none is left where it costs less', () => {
    const far = { gb: 10_000, prices: [EUROPE, ELSEWHERE, OCEANIA] } as const;
    expect(new Set(dearestPlaces(Array.from({ length: 30 }, () => far)))).toEqual(new Set([OCEANIA]));
    const little = { gb: 10, prices: [EUROPE, ELSEWHERE] } as const;
    // 300 GB cost nothing elsewhere, and $7.50 where a terabyte is used up.
    const all = dearestPlaces([{ gb: 1_000, prices: [EUROPE] }, ...Array.from({ length: 30 }, () => little)]);
    expect(new Set(all)).toEqual(new Set([EUROPE]));
  });

  test('two that cost nothing alone go together', () => {
    const half = { gb: 500, prices: [ELSEWHERE, OCEANIA] } as const;
    // 1,000 GB, of which 500 are included: 500 x 0.05.
    expect(dearestPlaces([half, half])).toEqual([OCEANIA, OCEANIA]);
  });
});

test('with weur in Europe or the Middle East, high is $1,011 for 16,246 GB of each', () => {
  const config = configOf(['weur', 'enam'], {
    weur: { placement: ['WEUR', 'ME'], jetstream: false },
    enam: { jetstream: false },
  });
  const resolved = resolveTraffic({ clients: 1_000, messages: 1_000, size: 1_024, fanOut: 10 }, config);
  if (!resolved.ok) throw new Error(JSON.stringify(resolved.problems));
  const { lines } = cost(config, resolved.traffic);
  const sent = lines.filter(({ driver }) => driver === 'egress' || driver === 'mesh');
  // 1,124 bytes; ten copies for clients and one for the other region.
  const gb = (11 * 1_000 * 1_124 * 2_628_000) / 1e9 / 2;
  expect(gb).toBeCloseTo(16_246, 0);
  const dollars = sent.reduce((sum, line) => sum + line.dollars.high, 0);
  expect(dollars).toBeCloseTo((gb - 500) * 0.04 + (gb - 1_000) * 0.025, 6);
  expect(dollars).toBeCloseTo(1_011, 0);
});
