// Sends every sample of the traffic through the decision twice, with the configuration before and the one after.
// Dials and weights tell clients apart by a hash, so a sample stands for several clients with keys of their own,
// the same ones in both runs: whoever moves does so because of the change.

import type { RegionId } from '../../regions/config.ts';

import type { Observations, RegionObservation } from '../../routing/observation.ts';
import {
  chooseIncumbent,
  getOptimalRegion,
  type RoutingRequest,
  type RoutingState,
} from '../../routing/optimal-region.ts';
import { coordinatesOfColo } from '../../routing/places/lookup.ts';
import type { RoutingPlan } from '../../routing/plan.ts';
import { mergeSamples, type Traffic, type TrafficPlace } from './traffic.ts';

/** Clients of one place whom both configurations treat alike. */
export interface Trip {
  readonly place: TrafficPlace;
  /** Of all clients. */
  readonly share: number;
  readonly from: RegionId | null;
  readonly to: RegionId | null;
  /** The estimate of the region that serves them, null where none does. */
  readonly beforeMs: number | null;
  readonly afterMs: number | null;
}

export interface Replay {
  readonly trips: readonly Trip[];
  /** Places that were replayed. */
  readonly places: number;
  /** Sum of the samples. */
  readonly clients: number;
  /** What the drawing of keys adds to the variance of a share of one half; 0 where nothing is drawn. */
  readonly drawVariance: number;
}

/** What both configurations are asked with. */
export interface ReplayState {
  readonly observations: Observations;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/**
 * Keys over all places, each of which has at least one: shares are right to about a percent, and the answer takes
 * some tens of milliseconds. Where people live is a guess that deserves fewer, and estimates from coordinates take
 * several times as long as those of a data center.
 */
const KEYS = { traffic: 8000, population: 2000 } as const;

export function replay(
  before: RoutingPlan,
  after: RoutingPlan,
  { source, samples }: Traffic,
  { observations, now }: ReplayState,
): Replay {
  const seen = seenFromAnywhere(observations);
  const states = {
    before: { plan: before, observations: seen, now },
    after: { plan: after, observations: seen, now },
  };
  const places = mergeSamples(samples);
  const clients = [...places.values()].reduce((sum, sample) => sum + sample.clients, 0);
  const isDrawn = draws(before) || draws(after);
  const trips: Trip[] = [];
  let drawVariance = 0;
  for (const [key, { clients: weight, ...place }] of places) {
    const share = weight / clients;
    const keys = isDrawn ? Math.ceil(share * KEYS[source]) : 1;
    if (isDrawn) drawVariance += share ** 2 / keys / 4;
    for (const { trip, count } of tripsOf(place, key, keys, asChosenSoFar(place, states))) {
      trips.push({ ...trip, share: (share * count) / keys });
    }
  }
  return { trips, places: places.size, clients, drawVariance };
}

interface States {
  readonly before: RoutingState;
  readonly after: RoutingState;
}

interface PooledTrip {
  readonly trip: Omit<Trip, 'share'>;
  count: number;
}

function tripsOf(place: TrafficPlace, key: string, keys: number, states: States): Iterable<PooledTrip> {
  const pooled = new Map<string, PooledTrip>();
  for (let index = 0; index < keys; index++) {
    const request = { cf: place, client: `${key} ${index}` };
    const was = choose(request, states.before);
    const is = choose(request, states.after);
    const known = pooled.get(`${was.region} ${is.region}`);
    if (known !== undefined) {
      known.count += 1;
      continue;
    }
    const trip = { place, from: was.region, to: is.region, beforeMs: was.ms, afterMs: is.ms };
    pooled.set(`${was.region} ${is.region}`, { trip, count: 1 });
  }
  return pooled.values();
}

/**
 * A data center that has been choosing a region keeps to it by a margin, also after the change: the region that it
 * chooses before, as far as anybody can tell who is elsewhere.
 */
function asChosenSoFar({ colo }: TrafficPlace, { before, after }: States): States {
  if (colo === undefined || coordinatesOfColo(colo) === undefined) return { before, after };
  const incumbent = chooseIncumbent(colo, before);
  if (incumbent === undefined) return { before, after };
  const observations = { ...before.observations, incumbent };
  return { before: { ...before, observations }, after: { ...after, observations } };
}

function choose(
  request: RoutingRequest,
  state: RoutingState,
): { readonly region: RegionId | null; readonly ms: number | null } {
  const first = getOptimalRegion(request, state).candidates[0];
  return first === undefined ? NOWHERE : { region: first.region, ms: first.estimate.finalMs };
}

const NOWHERE = { region: null, ms: null };

/** Whether clients of one place may be treated differently. */
function draws({ regions }: RoutingPlan): boolean {
  return regions.some(({ rules }) => rules.some(({ filter }) => filter.draws));
}

/**
 * What holds wherever a client is: how the regions are. What one data center measured, what it has been choosing
 * and what failed from there says nothing about clients of another.
 */
function seenFromAnywhere({ regions }: Observations): Observations {
  const common = new Map<string, RegionObservation>();
  for (const [id, { measurement: _measured, ejectedUntil: _failed, ...rest }] of regions)
    common.set(id, rest);
  return { regions: common };
}
