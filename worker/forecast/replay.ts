// Routes every traffic sample twice, with the configuration before and the one after. Dials and weights tell clients
// apart by a hash, so a sample is replayed as several clients with keys of their own. The keys are the same in both runs,
// so that a client only moves because of the change.

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

/** Clients of one place that go to the same region before, and to the same region after. */
export interface Trip {
  readonly place: TrafficPlace;
  /** Share of all clients. */
  readonly share: number;
  readonly from: RegionId | null;
  readonly to: RegionId | null;
  /** The estimate for the region that serves them; null if none does. */
  readonly beforeMs: number | null;
  readonly afterMs: number | null;
}

export interface Replay {
  readonly trips: readonly Trip[];
  /** Places that were replayed. */
  readonly places: number;
  /** Sum of the samples. */
  readonly clients: number;
  /** What sampling keys adds to the variance of a share of one half; 0 if nothing is sampled. */
  readonly drawVariance: number;
}

/** The state that both configurations are replayed with. */
export interface ReplayState {
  readonly observations: Observations;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/**
 * Keys for all places together; each place has at least one. Shares are accurate to about a percent, and a forecast took
 * some tens of milliseconds on a laptop. The population is only a guess, so it gets fewer; and its estimates from coordinates take
 * several times as long as those for a data center.
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
    for (const { trip, count } of tripsOf(place, key, keys, withCurrentChoice(place, states))) {
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
 * A data center keeps its current choice unless another region is better by the switching margin, also after the change.
 * The current choice is taken to be what the configuration before gives without that data center's own measurements.
 */
function withCurrentChoice({ colo }: TrafficPlace, { before, after }: States): States {
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
 * The observations that hold for all clients: the state of the regions. What one data center measured, chose or failed
 * to reach says nothing about clients of another.
 */
function seenFromAnywhere({ regions }: Observations): Observations {
  const common = new Map<string, RegionObservation>();
  for (const [id, { measurement: _measured, ejectedUntil: _failed, ...rest }] of regions)
    common.set(id, rest);
  return { regions: common };
}
