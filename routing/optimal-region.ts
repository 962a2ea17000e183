// The decision: which region serves a request, and why. Pure: no I/O, no clock, no randomness; the same request
// and state always give the same decision, and no input makes it throw.

import type { RegionId } from '../regions/config.ts';
import { assessAll, type PresentRegion } from './assess.ts';
import { clientHashOf } from './client-hash.ts';
import type { Decision, Entry } from './decision.ts';
import { entryOf, type RequestPlace } from './entry.ts';
import { estimate } from './estimate.ts';
import { failoverOf, toWake } from './failover.ts';
import type { AnyFilter, FilterContext, Refusal } from './filter.ts';
import { notesOfWishes } from './notes.ts';
import type { Observations } from './observation.ts';
import type { RoutingPlan } from './plan.ts';
import { priorsOf } from './priors.ts';
import { byRank, isPreferred } from './rank.ts';

/** What the decision reads of a request. A Workers `Request` is one, with its `cf`. */
export interface RoutingRequest {
  /** `request.cf`, taken as it comes. */
  readonly cf?: unknown;
  /** What tells this client from others, such as its address. Absent: its entry. */
  readonly client?: string | undefined;
  /** Ids of regions to prefer, best first. */
  readonly preferred?: readonly string[];
  /** Id of the only region to take. */
  readonly forced?: string | undefined;
  /** Id of the region where the client was before. */
  readonly previous?: string | undefined;
  /** Only a region of ours can take it, no external one. */
  readonly onlyOwn?: boolean;
  /** What was already ignored in it, as text. */
  readonly notes?: readonly string[];
}

/** Everything else that the decision reads: a snapshot. */
export interface RoutingState {
  readonly plan: RoutingPlan;
  /** What the data center of the request has seen of the regions. */
  readonly observations: Observations;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** Ranks the regions for a request. */
export function getOptimalRegion(request: RoutingRequest, state: RoutingState): Decision {
  return rankRegions(request, entryOf(request.cf, state.plan), state);
}

/** The same for callers that already know the entry, which they need to look up its observations. */
export function rankRegions(request: RoutingRequest, from: RequestPlace, state: RoutingState): Decision {
  const { plan, observations, now } = state;
  const { entry, country, inEu, notes } = from;
  const context: FilterContext = {
    routing: plan.config.routing,
    country,
    inEu,
    clientHash: clientHashOf(request.client, entry.value),
    preferred: request.preferred ?? [],
    onlyOwn: request.onlyOwn ?? false,
    forced: request.forced,
    previous: request.previous,
    incumbent: observations.incumbent,
    now,
  };
  const regions = regionsNow(entry, plan, observations);
  const run = assessAll(regions, context, plan);
  const { panic, candidates, rejected } = run;
  candidates.sort(byRank);
  const [first] = candidates;
  const failover = first && failoverOf(first, run.setbacks);
  const wake = first && toWake(first, run.sleepers);
  const wishNotes = notesOfWishes(request, plan);
  return {
    version: plan.version,
    entry,
    ...(first !== undefined && { winner: first.region }),
    ...(failover !== undefined && { failover }),
    candidates,
    rejected,
    ...(first === undefined && { refusal: refusalOf(run.rejecting, plan) }),
    pinned: first !== undefined && isPreferred(first),
    panic,
    ...(wake !== undefined && { wake }),
    notes: wishNotes.length === 0 ? notes : [...notes, ...wishNotes],
  };
}

/**
 * The choice that a data center keeps from now on: its best region for a client of which only the entry is known.
 * Undefined when no region may serve a client from there.
 */
export function chooseIncumbent(colo: string, state: RoutingState): RegionId | undefined {
  return getOptimalRegion({ cf: { colo } }, state).winner;
}

function regionsNow(entry: Entry, plan: RoutingPlan, { regions }: Observations): readonly PresentRegion[] {
  const priors = priorsOf(entry, plan);
  return plan.regions.map((planned, index) => {
    const observation = regions.get(planned.id);
    return {
      planned,
      id: planned.id,
      observation,
      estimate: estimate(priors[index] ?? 0, observation?.measurement),
    };
  });
}

/** Of the filters that dropped regions, the one that runs first gives the reason. */
function refusalOf(rejecting: readonly AnyFilter[], { filters }: RoutingPlan): Refusal {
  const first = filters.find((filter) => filter.refusal !== undefined && rejecting.includes(filter));
  return first?.refusal ?? NOWHERE;
}

/** Every region is disabled, draining, dialled down or full. */
const NOWHERE: Refusal = {
  name: 'nowhere',
  code: 'no_region',
  message: 'no region takes new clients now',
};
