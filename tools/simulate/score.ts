// What choices cost: the measured round trip to the region that was chosen, compared with the best there is.

import { mean as average } from 'simple-statistics';
import { nearestRank } from '../nearest-rank.ts';
import type { Policy } from './policies.ts';
import type { ScenarioClient, ScenarioRegion } from './scenario.ts';
import type { SimulatedClient } from './setup.ts';

/** Where one client went, and where it should have gone. */
export interface Choice {
  readonly client: SimulatedClient;
  readonly chosen: string;
  readonly chosenMs: number;
  readonly best: string;
  readonly bestMs: number;
  /** chosenMs less bestMs. */
  readonly regretMs: number;
}

export interface Score {
  /** Clients that were given a region; all means are over these, each counting the same. */
  readonly clients: number;
  /** Clients that no region may serve. */
  readonly refused: number;
  /** Share of clients whose region has the best round trip there is. */
  readonly bestShare: number;
  readonly meanRegretMs: number;
  /** The regret that 95% of clients don't exceed (nearest rank). */
  readonly p95RegretMs: number;
  /** Mean over clients of chosen / best. */
  readonly meanRatio: number;
  /** Mean of chosen / mean of best: less affected by clients with a region very near. */
  readonly ratioOfMeans: number;
}

/** Shorter round trips count as this in ratios: less means the same building, and 0 has no ratio. */
const LEAST_RTT_MS = 0.1;

/** What a policy chooses for the clients that it does not refuse. */
export function choicesOf(
  clients: readonly SimulatedClient[],
  regions: readonly ScenarioRegion[],
  policy: Policy,
): readonly Choice[] {
  return clients.flatMap((client) => {
    const chosen = policy(client);
    if (chosen === undefined) return [];
    const best = bestOf(client, regions);
    const chosenMs = rttMs(client, chosen);
    return [{ client, chosen, chosenMs, best: best.id, bestMs: best.ms, regretMs: chosenMs - best.ms }];
  });
}

/** The region with the shortest round trip; of equals the first. */
export function bestOf(
  client: ScenarioClient,
  regions: readonly ScenarioRegion[],
): { id: string; ms: number } {
  let best = { id: '', ms: Number.POSITIVE_INFINITY };
  for (const { id } of regions) {
    const ms = rttMs(client, id);
    if (ms < best.ms) best = { id, ms };
  }
  return best;
}

export function rttMs(client: ScenarioClient, region: string): number {
  const ms = client.rttMs.get(region);
  if (ms === undefined) throw new Error(`client ${client.id} has no round trip to ${region}`);
  return ms;
}

/** @param asked how many clients there were, refused ones included */
export function scoreOf(choices: readonly Choice[], asked: number): Score {
  const regrets = choices.map(({ regretMs }) => regretMs);
  return {
    clients: choices.length,
    refused: asked - choices.length,
    bestShare: mean(choices.map(({ regretMs }) => (regretMs === 0 ? 1 : 0))),
    meanRegretMs: mean(regrets),
    p95RegretMs: nearestRank(regrets, 0.95) ?? 0,
    meanRatio: mean(choices.map(({ chosenMs, bestMs }) => atLeast(chosenMs) / atLeast(bestMs))),
    ratioOfMeans:
      atLeast(mean(choices.map(({ chosenMs }) => chosenMs))) /
      atLeast(mean(choices.map(({ bestMs }) => bestMs))),
  };
}

/** The choices that cost the most, worst first, without those that cost nothing. */
export function worstOf(choices: readonly Choice[], most: number): readonly Choice[] {
  return choices
    .filter(({ regretMs }) => regretMs > 0)
    .toSorted((a, b) => b.regretMs - a.regretMs)
    .slice(0, most);
}

/** 0 without values. */
export function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : average([...values]);
}

function atLeast(ms: number): number {
  return Math.max(ms, LEAST_RTT_MS);
}
