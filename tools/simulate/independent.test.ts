// The learning curve once more, by loops of its own: of the product it takes the decision and what samples say, and of the
// simulation nothing but what is compared. Which regions are asked, how a sample comes about, when a choice changes, what a
// regret is: all of it is written anew, from docs/routing.md. Both draw the same random numbers, so they agree exactly or
// one of them is wrong.

import { expect, test } from 'vitest';
import { hashText } from '../../routing/client-hash.ts';
import { getOptimalRegion } from '../../routing/optimal-region.ts';
import { addSample, measurementOf, type RoundTrips } from '../../routing/round-trips.ts';
import { CALM } from '../../test/support/data/calm.ts';
import { spoiledWorld } from '../../test/support/data/spoiled-world.ts';
import { learn } from './learning.ts';
import type { Setup, SimulatedClient } from './setup.ts';

const EVERY_MS = 30_000;
const ROUNDS = 40;
const RUNS = 2;
const SEED = 1;

interface Disturbance {
  readonly noise: number;
  readonly outliers: number;
}

test.each<[string, Disturbance]>([
  ['exact samples', { noise: 0, outliers: 0 }],
  ['noise', { noise: 0.2, outliers: 0 }],
  ['noise and outliers', { noise: 0.2, outliers: 0.05 }],
])('with %s an independent implementation learns the same, round by round', (_what, disturbance) => {
  const whole = spoiledWorld(1, 9);
  const world = { ...whole, clients: whole.clients.filter((_, index) => index % 6 === 2) };
  const { regretOverTimeMs } = learn(world, { ...CALM, ...disturbance, seed: SEED, runs: RUNS });
  const own = meanRegrets(world, disturbance);
  expect(own[0]).toBeGreaterThan(1);
  expect(own.at(-1)).toBeLessThan(0.2 * (own[0] ?? 0));
  for (const [round, ms] of own.entries())
    expect(regretOverTimeMs[round], `round ${round}`).toBeCloseTo(ms, 6);
});

/** By round, the choice by the model alone first. */
function meanRegrets(world: Setup, disturbance: Disturbance): readonly number[] {
  const sums = new Float64Array(ROUNDS + 1);
  for (const client of world.clients) {
    for (let run = 0; run < RUNS; run++) {
      const random = uniform(hashText(`${SEED} ${run} ${client.id}`));
      for (const [round, ms] of regretsOf(client, world, disturbance, random).entries()) {
        sums[round] = (sums[round] ?? 0) + ms;
      }
    }
  }
  return [...sums].map((sum) => sum / world.clients.length / RUNS);
}

/** One data center learns. */
function regretsOf(
  { request, rttMs }: SimulatedClient,
  { regions, plan }: Setup,
  { noise, outliers }: Disturbance,
  random: () => number,
): readonly number[] {
  const rttOf = (id: string) => rttMs.get(id) ?? Number.NaN;
  const best = Math.min(...regions.map(({ id }) => rttOf(id)));
  const trips = new Map<string, RoundTrips>();
  const lastAsked = new Map<string, number>();
  const rankedAt = (now: number, incumbent: string | undefined) => {
    const seen = [...trips].map(([id, of]) => [id, { measurement: measurementOf(of, now) }] as const);
    const observations = { regions: new Map(seen), ...(incumbent !== undefined && { incumbent }) };
    const { candidates } = getOptimalRegion(request, { plan, observations, now });
    return candidates.map(({ region }) => region);
  };
  const regrets: number[] = [];
  let choice: string | undefined;
  for (let now = 0; ; now += EVERY_MS) {
    choice = rankedAt(now, choice)[0] ?? '';
    regrets.push(rttOf(choice) - best);
    if (regrets.length > ROUNDS) return regrets;
    for (const id of asked(rankedAt(now, choice), trips, lastAsked, random())) {
      const share = 1 + noise * deviate(random);
      const isOutlier = outliers > 0 && random() < outliers;
      const sample = rttOf(id) * (isOutlier ? 10 : Math.max(0.1, share));
      const known = addSample(trips.get(id), sample, now + EVERY_MS);
      if (known !== undefined) trips.set(id, known);
      lastAsked.set(id, now + EVERY_MS);
    }
  }
}

/**
 * The three best; beside them three that have fewer than five samples or have changed, those asked longest ago first, or now
 * and then one.
 */
function asked(
  ranked: readonly string[],
  trips: ReadonlyMap<string, RoundTrips>,
  lastAsked: ReadonlyMap<string, number>,
  chance: number,
): readonly string[] {
  const others = ranked.slice(3);
  const fresh = others
    .filter((id) => (trips.get(id)?.ms.length ?? 0) < 5 || trips.get(id)?.hasChanged)
    .sort((a, b) => (lastAsked.get(a) ?? 0) - (lastAsked.get(b) ?? 0));
  if (fresh.length > 0) return [...ranked.slice(0, 3), ...fresh.slice(0, 3)];
  return [...ranked.slice(0, 3), ...others.filter((_, i) => i === Math.floor(chance * 4 * others.length))];
}

/** mulberry32. */
function uniform(seed: number): () => number {
  let a = seed;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Of a normal distribution, by Box and Muller. */
function deviate(random: () => number): number {
  const [u, v] = [random(), random()];
  return Math.sqrt(-2 * Math.log(1 - u)) * Math.cos(2 * Math.PI * v);
}
