// The decision as the Worker makes it: with what this data center has seen, and with the work in the background
// that keeps that up to date. No request waits for any of it.

import type { Decision } from '../../routing/decision.ts';
import { chooseIncumbent, getOptimalRegion, type RoutingRequest } from '../../routing/optimal-region.ts';
import { coordinatesOfColo } from '../../routing/places/lookup.ts';
import type { EdgeContext } from '../edge-context.ts';
import { regionStub } from '../region/region-stub.ts';
import { loadRecord, saveRecord } from './colo-cache.ts';
import type { Handoff } from './hand-off.ts';
import { Observer, type ObserverHost } from './observer.ts';

/** One per isolate. */
const observer = new Observer();

/** The key for requests whose data center is not known, as in tests and on one machine. */
const UNKNOWN_COLO = 'unknown';

/** Decides for a place, and does nothing else: for questions. */
export function ask(request: RoutingRequest, { plan }: EdgeContext): Decision {
  const now = Date.now();
  return getOptimalRegion(request, { plan, observations: observer.observations(coloOf(request), now), now });
}

/** Decides for a client, keeps learning, and wakes what sleeps and would have been better. */
export function decide(request: RoutingRequest, edge: EdgeContext): Decision {
  const decision = ask(request, edge);
  const colo = coloOf(request);
  const ranked = decision.candidates.map(({ region }) => region);
  if (observer.isDue(colo, ranked, Date.now())) edge.background('observe', observe(colo, ranked, edge));
  if (decision.wake !== undefined) edge.background('wake', wake(decision.wake, edge));
  return decision;
}

/** Remembers to which region a client could be handed, and to which not. */
export function noteHandoff(request: RoutingRequest, handoff: Handoff): void {
  const colo = coloOf(request);
  for (const { region, ms } of handoff.failed) observer.noteFailure(colo, region, ms, Date.now());
  if (handoff.ok) observer.noteSuccess(colo, handoff.region);
}

function observe(colo: string, ranked: readonly string[], edge: EdgeContext): Promise<void> {
  const { env, config, plan } = edge;
  const host: ObserverHost = {
    ask: (id) => regionStub(env, regionOf(id, edge)).status(),
    load: loadRecord,
    save: saveRecord,
    now: Date.now,
    random: Math.random,
  };
  return observer.refresh(colo, host, {
    ranked,
    measure: config.routing.measure,
    incumbent: (observations) =>
      colo === UNKNOWN_COLO ? undefined : chooseIncumbent(colo, { plan, observations, now: Date.now() }),
  });
}

function wake(id: string, edge: EdgeContext): Promise<void> {
  return regionStub(edge.env, regionOf(id, edge)).wake();
}

function regionOf(id: string, { config }: EdgeContext) {
  const region = config.regions.find((each) => each.id === id);
  if (region === undefined) throw new Error(`region ${id} is not in the configuration`);
  return region;
}

function coloOf({ cf }: RoutingRequest): string {
  const colo = typeof cf === 'object' && cf !== null && 'colo' in cf ? cf.colo : undefined;
  return typeof colo === 'string' && coordinatesOfColo(colo) !== undefined ? colo : UNKNOWN_COLO;
}
