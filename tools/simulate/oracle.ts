// What the best that any rule could do would leave: a decision that measures every region in each round, sees no outlier,
// knows how far the model is off on the whole, and is given the margins that turn out best. It flips when another region is
// better by the switching margin and by so many standard deviations of the difference, in rounds 1 to 3 by one number of
// them, from then on by another. Pure.

import { switchingMarginMs } from '../../routing/switching-margin.ts';
import { coldDecision } from './policies.ts';
import { normal, seededRandom } from './random.ts';
import { bestOf, mean, rttMs } from './score.ts';
import type { Setup } from './setup.ts';

export interface OracleOptions {
  readonly seed: number;
  readonly runs: number;
  /** Standard deviation of a measurement, as a share of the true round trip. */
  readonly noise: number;
}

export interface OracleResult {
  /** The two numbers of standard deviations; infinite: no choice changes any more. */
  readonly early: number;
  readonly later: number;
  /** After the 10th round. */
  readonly meanRegretMs: number;
  /** Of all choices of rounds 4 to 10. */
  readonly flipShare: number;
}

const ROUNDS = 10;
const EARLY_ROUNDS = 3;
const DEVIATIONS = [0, 0.5, 0.75, 1, 1.25, 1.5, 2, 2.5, 3, Number.POSITIVE_INFINITY];

/** A shorter round trip has no logarithm worth the name. */
const LEAST_MS = 0.5;

/** What one client knows after each round, the model first: the estimates of all regions. */
interface Track {
  readonly regretsMs: readonly number[];
  readonly estimates: readonly (readonly number[])[];
}

/** For each pair of margins, what it leaves. */
export function oracle(setup: Setup, options: OracleOptions): readonly OracleResult[] {
  const modelVariance = modelVarianceOf(setup);
  const tracks = tracksOf(setup, options, modelVariance);
  const deviations = Array.from({ length: ROUNDS + 1 }, (_, round) =>
    Math.sqrt(posteriorVariance(modelVariance, options.noise, Math.max(1, round))),
  );
  const margin = (ms: number) => switchingMarginMs(ms, setup.plan.config.routing);
  return DEVIATIONS.flatMap((early) =>
    DEVIATIONS.map((later) => {
      const followed = tracks.map(({ estimates, regretsMs }) => {
        let choice = smallest(estimates[0] ?? []);
        let flips = 0;
        for (let round = 1; round <= ROUNDS; round++) {
          const now = estimates[round] ?? [];
          const share = (round <= EARLY_ROUNDS ? early : later) * (deviations[round] ?? 0);
          const next = betterThan(choice, now, (a, b) => Math.max(margin(a), share * Math.hypot(a, b)));
          if (next !== choice && round > EARLY_ROUNDS) flips += 1;
          choice = next;
        }
        return { regretMs: regretsMs[choice] ?? 0, flips };
      });
      return {
        early,
        later,
        meanRegretMs: mean(followed.map(({ regretMs }) => regretMs)),
        flipShare: mean(followed.map(({ flips }) => flips)) / (ROUNDS - EARLY_ROUNDS),
      };
    }),
  );
}

/** Of those that flip no more choices than this, the one that leaves the least regret. */
export function bestWithin(results: readonly OracleResult[], mostFlips: number): OracleResult | undefined {
  return results
    .filter(({ flipShare }) => flipShare <= mostFlips)
    .toSorted((a, b) => a.meanRegretMs - b.meanRegretMs)[0];
}

function tracksOf(
  setup: Setup,
  { seed, runs, noise }: OracleOptions,
  modelVariance: number,
): readonly Track[] {
  return setup.clients.flatMap((client) => {
    const priors = priorsOf(client, setup);
    const best = bestOf(client, setup.regions).ms;
    const truths = setup.regions.map(({ id }) => rttMs(client, id));
    return Array.from({ length: runs }, (_, run) => {
      const random = seededRandom(`oracle ${seed} ${run} ${client.id}`);
      const sums = truths.map(() => 0);
      const estimates = Array.from({ length: ROUNDS + 1 }, (_round, round) => {
        if (round === 0) return priors;
        for (const [index, ms] of truths.entries())
          sums[index] = (sums[index] ?? 0) + ms * (1 + noise * normal(random));
        return sums.map((sum, index) =>
          combined(sum / round, priors[index] ?? 0, noise ** 2 / round, modelVariance),
        );
      });
      return { estimates, regretsMs: truths.map((ms) => ms - best) };
    });
  });
}

/** The model's estimates, in the order of the setup's regions. */
function priorsOf(client: Setup['clients'][number], { regions, plan }: Setup): readonly number[] {
  const { candidates } = coldDecision(client, plan);
  return regions.map(
    ({ id }) => candidates.find(({ region }) => region === id)?.estimate.priorMs ?? Number.NaN,
  );
}

/** Of the logarithm of what the model is off by, over all clients and regions. */
function modelVarianceOf(setup: Setup): number {
  return mean(
    setup.clients.flatMap((client) => {
      const priors = priorsOf(client, setup);
      return setup.regions.map(({ id }, index) => {
        const truth = Math.max(LEAST_MS, rttMs(client, id));
        return Math.log(truth / Math.max(LEAST_MS, priors[index] ?? 0)) ** 2;
      });
    }),
  );
}

function posteriorVariance(modelVariance: number, noise: number, samples: number): number {
  const sampleVariance = noise ** 2 / samples;
  return sampleVariance === 0 ? 0 : (modelVariance * sampleVariance) / (modelVariance + sampleVariance);
}

/** The mean of both in logarithms, weighted by how exact they are. */
function combined(
  measuredMs: number,
  priorMs: number,
  sampleVariance: number,
  modelVariance: number,
): number {
  if (modelVariance + sampleVariance === 0) return priorMs;
  const [measured, prior] = [measuredMs, priorMs].map((ms) => Math.log(Math.max(LEAST_MS, ms)));
  return Math.exp(
    ((measured ?? 0) * modelVariance + (prior ?? 0) * sampleVariance) / (modelVariance + sampleVariance),
  );
}

function smallest(values: readonly number[]): number {
  return values.indexOf(Math.min(...values));
}

/** The one that is better than the choice by most, beyond the margin; else the choice. */
function betterThan(
  choice: number,
  values: readonly number[],
  marginMs: (a: number, b: number) => number,
): number {
  const chosen = values[choice] ?? Number.NaN;
  let best = choice;
  let most = 0;
  for (const [index, value] of values.entries()) {
    const gain = index === choice ? 0 : chosen - value - marginMs(chosen, value);
    if (gain > most) [best, most] = [index, gain];
  }
  return best;
}
