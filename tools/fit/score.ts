// How good a choice of regions is: how much latency a client loses by the region chosen for it. Pure.

import { mean } from 'simple-statistics';
import { nearestRank } from '../nearest-rank.ts';
import type { Estimator } from './estimator.ts';
import type { Measurement, Scenario } from './measurements.ts';

/** Over all clients, each weighing the same. Regret is the RTT of the chosen region less that of the best. */
export interface Score {
  readonly bestShare: number;
  readonly meanRegretMs: number;
  readonly p95RegretMs: number;
  /** Mean RTT chosen / mean RTT best. */
  readonly meanRatio: number;
}

/** RTTs in ms that one choice came to. */
interface Outcome {
  readonly best: number;
  readonly chosen: number;
}

/** Scores the region with the lowest estimate for each client. */
export function scoreOf({ regions, clients }: Scenario, estimate: Estimator): Score {
  return score(
    clients.map((client) => {
      const measured = regions.flatMap((region) => {
        const ms = client.rttMs[region.id];
        return ms === undefined ? [] : [{ ms, estimate: estimate(client, region) }];
      });
      const [chosen] = measured.toSorted((a, b) => a.estimate - b.estimate);
      return { best: Math.min(...measured.map(({ ms }) => ms)), chosen: chosen?.ms ?? Number.NaN };
    }),
  );
}

/** Scores every choice between two regions of a data set, not only between the regions of a scenario. */
export function scoreOfPairs(measurements: readonly Measurement[], estimate: Estimator): Score {
  const byClient = Map.groupBy(measurements, ({ from }) => from);
  return score(
    [...byClient.values()].flatMap((row) => {
      const options = row.map(({ from, to, ms }) => ({ ms, estimate: estimate(from, to) }));
      return options.flatMap((a, i) =>
        options.slice(i + 1).map((b) => ({
          best: Math.min(a.ms, b.ms),
          chosen: a.estimate <= b.estimate ? a.ms : b.ms,
        })),
      );
    }),
  );
}

function score(outcomes: readonly Outcome[]): Score {
  const regrets = outcomes.map(({ best, chosen }) => chosen - best);
  return {
    bestShare: regrets.filter((regret) => regret === 0).length / regrets.length,
    meanRegretMs: mean(regrets),
    p95RegretMs: nearestRank(regrets, 0.95) ?? Number.NaN,
    meanRatio: mean(outcomes.map(({ chosen }) => chosen)) / mean(outcomes.map(({ best }) => best)),
  };
}
