import { expect, test } from 'vitest';
import { dollarsPerMonth } from '../../cost/container-cost.ts';
import type { RegionConfig } from '../../regions/config.ts';
import { planOf } from '../../test/support/data/checked-in.ts';
import { serversNeeded } from './servers-needed.ts';

const MEMBERS = { min: 1, max: 4, freeConnections: 100, windowSeconds: 300 };
const LIMITS = { ...regionLimits(), maxConnections: 1_000 };

function regionLimits(): RegionConfig['limits'] {
  const [region] = planOf().config.regions;
  if (region === undefined) throw new Error('no region');
  return region.limits;
}

const planWith = (changes: Readonly<Record<string, Partial<RegionConfig>>>) =>
  planOf((config) => ({
    ...config,
    regions: config.regions.map((region) => ({ ...region, ...changes[region.id] })),
  }));
const weur = (change: Partial<RegionConfig>) => planWith({ weur: { limits: LIMITS, ...change } });
const shares = (before: number, after: number) => [
  { region: 'weur', before, after },
  { region: 'oc', before: 1 - before, after: 1 - after },
];
const MONTH = dollarsPerMonth(
  planOf().config.regions.find(({ id }) => id === 'weur')?.instanceType ?? 'basic',
);

test.each<[string, ReturnType<typeof planOf>, ReturnType<typeof planOf>, number, number, number]>([
  ['more clients that come', weur({ members: MEMBERS }), weur({ members: MEMBERS }), 0.4, 1, 3],
  [
    'more free places',
    weur({ members: MEMBERS }),
    weur({ members: { ...MEMBERS, freeConnections: 2_000 } }),
    0.4,
    0.4,
    3,
  ],
  ['a higher minimum', weur({ members: MEMBERS }), weur({ members: { ...MEMBERS, min: 3 } }), 0.4, 0.4, 3],
  ['members at all', weur({}), weur({ members: { ...MEMBERS, min: 2 } }), 0.4, 0.4, 2],
  [
    'fewer than there may be',
    weur({ members: MEMBERS }),
    weur({ members: { ...MEMBERS, max: 2 } }),
    0.4,
    1,
    2,
  ],
  ['a drain', weur({ members: MEMBERS }), weur({ members: MEMBERS, drain: true }), 0.4, 0, 0],
])('%s: how many it would need, and what the difference costs', (_what, before, after, from, to, needed) => {
  const [row, ...more] = serversNeeded(before, after, shares(from, to), 2_000);
  expect(more).toEqual([]);
  expect(row).toEqual({
    region: 'weur',
    before: 1,
    after: needed,
    dollarsPerMonth: expect.closeTo((needed - 1) * MONTH, 6),
  });
});

test('how many are needed is unknown with the number of clients, unless there is no choice', () => {
  const [row] = serversNeeded(
    weur({ members: MEMBERS }),
    weur({ members: MEMBERS }),
    shares(1, 1),
    undefined,
  );
  expect(row).toEqual({ region: 'weur', before: null, after: null, dollarsPerMonth: null });
  const fixed = weur({ members: { ...MEMBERS, min: 4 } });
  expect(serversNeeded(fixed, fixed, shares(1, 1), undefined)).toMatchObject([{ before: 4, after: 4 }]);
});

test('regions of one server are not listed while they stay so', () => {
  expect(serversNeeded(planOf(), planOf(), shares(0.4, 1), 2_000)).toEqual([]);
  const off = planWith({ oc: { enabled: false } });
  expect(serversNeeded(planOf(), off, shares(0.4, 1), 2_000)).toMatchObject([
    { region: 'oc', before: 1, after: 0 },
  ]);
});
