// How the decision gets better as a data center measures. Every client of a scenario represents a data center that
// starts without measurements and measures in rounds, by the product's own rules: which regions are measured
// (regionsToAsk), how a sample counts (withAnswer, addSample), when a choice may flip (chooseIncumbent). A region that
// is measured in every round has as many samples as there were rounds.

import { instanceNameOf } from '../../regions/names.ts';
import type { Decision } from '../../routing/decision.ts';
import { lastingOrder } from '../../routing/lasting-order.ts';
import { chooseIncumbent, getOptimalRegion, type RoutingState } from '../../routing/optimal-region.ts';
import {
  type ColoRecord,
  EMPTY_RECORD,
  observationsOf,
  withAnswer,
  withIncumbent,
  withState,
} from '../../worker/connect/colo-record.ts';
import { regionsToAsk } from '../../worker/connect/whom-to-ask.ts';
import { type Conditions, sampleMs } from './conditions.ts';
import { type Random, seededRandom } from './random.ts';
import { bestOf, mean, rttMs } from './score.ts';
import type { Setup, SimulatedClient } from './setup.ts';

export interface LearningOptions extends Conditions {
  /** The same seed gives the same numbers. */
  readonly seed: number;
  /** How many times each client goes through all rounds, with different noise; the results are means over these. */
  readonly runs: number;
}

export interface LearningStep {
  /** Rounds since the start. */
  readonly samples: number;
  readonly meanRegretMs: number;
  /**
   * Share of choices (one per client and round) that differ from the round before, over the rounds since the
   * step before: 1; 2 and 3; 4 to 10; 11 to 30. The round before the first is the choice by the prior alone.
   */
  readonly flipShare: number;
}

export interface Learning {
  readonly learning: readonly LearningStep[];
  /** The same share, and the regret, over the 100 rounds after the last step. */
  readonly steadyFlipShare: number;
  readonly steadyRegretMs: number;
  /** Mean regret after each round, the choice by the prior alone first; with a drift also of the second day. */
  readonly regretOverTimeMs: readonly number[];
  /** Share of choices that differ from the round before, by round. */
  readonly flipsByRound: readonly number[];
  /** With a drift: the regret on the second day, after the first round and after the last. */
  readonly secondDay?: { readonly firstRegretMs: number; readonly lastRegretMs: number };
}

/** Rounds after which the result is looked at. */
const STEPS = [1, 3, 10, 30] as const;
const STEADY_ROUNDS = 100;
const LAST_STEP = STEPS[STEPS.length - 1] ?? 0;
const LAST_ROUND = LAST_STEP + STEADY_ROUNDS;
const DAY_MS = 24 * 3_600_000;

/** Lets every client of a setup learn. Clients that no region may serve are not counted. */
export function learn(setup: Setup, { seed, runs, ...conditions }: LearningOptions): Learning {
  const tracks: Track[] = [];
  for (const client of setup.clients) {
    for (let run = 0; run < runs; run++) {
      const track = follow(client, setup, conditions, seededRandom(`${seed} ${run} ${client.id}`));
      if (track !== undefined) tracks.push(track);
    }
  }
  const rounds = conditions.driftMs > 0 ? 2 * LAST_ROUND : LAST_ROUND;
  const regretAfter = (round: number) => mean(tracks.map(({ regretsMs }) => regretsMs[round] ?? 0));
  const regretOverTimeMs = Array.from({ length: rounds + 1 }, (_, round) => regretAfter(round));
  return {
    learning: STEPS.map((samples, index) => ({
      samples,
      meanRegretMs: regretAfter(samples),
      flipShare: flipShareOf(tracks, STEPS[index - 1] ?? 0, samples),
    })),
    steadyFlipShare: flipShareOf(tracks, LAST_STEP, LAST_ROUND),
    steadyRegretMs: mean(regretOverTimeMs.slice(LAST_STEP + 1, LAST_ROUND + 1)),
    regretOverTimeMs,
    flipsByRound: regretOverTimeMs.map((_, round) =>
      round === 0 ? 0 : flipShareOf(tracks, round - 1, round),
    ),
    ...(rounds > LAST_ROUND && {
      secondDay: { firstRegretMs: regretAfter(LAST_ROUND + 1), lastRegretMs: regretAfter(rounds) },
    }),
  };
}

/** The choices for one client, one per round, that of the prior alone first. */
interface Track {
  readonly choices: readonly string[];
  readonly regretsMs: readonly number[];
}

function follow(
  client: SimulatedClient,
  setup: Setup,
  conditions: Conditions,
  random: Random,
): Track | undefined {
  const { asleep, driftMs, visitEveryMs } = conditions;
  const sleeping = new Set(
    asleep > 0 ? setup.regions.flatMap(({ id }) => (random() < asleep ? [id] : [])) : [],
  );
  const choices: string[] = [];
  const regretsMs: number[] = [];
  let today = client;
  // As in the product: the model's first choice is kept until another is better by the switching margin.
  let record = withIncumbent(EMPTY_RECORD, incumbentOf(client, stateOf(setup, EMPTY_RECORD, 0)));
  let decision = decide(client, stateOf(setup, record, 0));
  const rounds = driftMs > 0 ? 2 * LAST_ROUND : LAST_ROUND;
  for (let round = 1; ; round++) {
    const chosen = decision.candidates[0]?.region;
    if (chosen === undefined) return undefined;
    choices.push(chosen);
    regretsMs.push(rttMs(today, chosen) - bestOf(today, setup.regions).ms);
    if (round > rounds) break;
    if (round === LAST_ROUND + 1) today = withLongerPath(client, chosen, driftMs);
    const now = round * visitEveryMs + (round > LAST_ROUND ? DAY_MS : 0);
    record = measure(record, decision, now, random(), (region) =>
      sleeping.has(region) ? undefined : sampleMs(rttMs(today, region), conditions, random),
    );
    for (let news = true; news; ) {
      record = withIncumbent(record, incumbentOf(client, stateOf(setup, record, now)));
      const state = stateOf(setup, record, now);
      decision = decide(client, state);
      // A region that is dialled says that it sleeps, if that is not known, and the client is decided for again.
      const dialled = decision.candidates[0]?.region ?? '';
      news = sleeping.has(dialled) && state.observations.regions.get(dialled)?.state !== 'asleep';
      if (news) record = withState(record, dialled, 'asleep', now);
    }
  }
  return { choices, regretsMs };
}

function withLongerPath(client: SimulatedClient, region: string, byMs: number): SimulatedClient {
  return { ...client, rttMs: new Map([...client.rttMs, [region, rttMs(client, region) + byMs]]) };
}

/** One round: the regions whose turn it is answer, and what they measured is remembered. */
function measure(
  record: ColoRecord,
  decision: Decision,
  now: number,
  chance: number,
  sample: (region: string) => number | undefined,
): ColoRecord {
  // Every region that does not sleep is up and has routes to all the others.
  const peers = [...decision.candidates, ...decision.rejected].map(({ region }) => instanceNameOf(region));
  return regionsToAsk(record, lastingOrder(decision), now, chance).reduce((known, region) => {
    const rttMs = sample(region);
    const answer =
      rttMs === undefined
        ? ({ state: 'asleep' } as const)
        : ({ state: 'up', clients: 0, peers, rttMs } as const);
    return withAnswer(known, region, answer, now);
  }, record);
}

function decide({ request }: SimulatedClient, state: RoutingState): Decision {
  return getOptimalRegion(request, state);
}

/** For a client whose data center has no code its coordinates are used, which chooseIncumbent does not support. */
function incumbentOf(client: SimulatedClient, state: RoutingState): string | undefined {
  if (client.colo !== undefined) return chooseIncumbent(client.colo, state);
  return decide(client, state).candidates[0]?.region;
}

function stateOf({ plan }: Setup, record: ColoRecord, now: number): RoutingState {
  return { plan, observations: observationsOf(record, now), now };
}

/** Over the rounds after `from` up to `to`. */
function flipShareOf(tracks: readonly Track[], from: number, to: number): number {
  const flips = tracks.map(
    ({ choices }) =>
      choices.slice(from + 1, to + 1).filter((choice, index) => choice !== choices[from + index]).length,
  );
  return mean(flips) / (to - from);
}
