// The decision as the Worker makes it: with what is known where the request entered. It does nothing else, so
// anyone who only wants to see a decision gets the same one that a client would.
//
// Clients that are alike share a decision, and what follows from it, until something else is known of the regions. That is
// a second at most, in which a busy data center has hundreds of clients.

import { decidesAlike, likenessOf } from '../../routing/alike.ts';
import type { Decision } from '../../routing/decision.ts';
import { compactDecision } from '../../routing/decision-text.ts';
import { entryOf, type RequestPlace } from '../../routing/entry.ts';
import type { Observations } from '../../routing/observation.ts';
import { type RoutingRequest, rankRegions } from '../../routing/optimal-region.ts';
import type { RoutingPlan } from '../../routing/plan.ts';
import type { EdgeContext } from '../edge-context.ts';
import { observationsAt, UNKNOWN_COLO, untilKnown } from './observe.ts';

/** A decision, and what it was made with. */
export class Decided {
  readonly decision: Decision;
  /** The data center where the request entered. */
  readonly colo: string;
  /** What is known there. */
  readonly observations: Observations;
  #text: string | undefined;

  constructor(decision: Decision, colo: string, observations: Observations) {
    this.decision = decision;
    this.colo = colo;
    this.observations = observations;
  }

  /** The decision in its compact form. */
  get text(): string {
    this.#text ??= compactDecision(this.decision);
    return this.#text;
  }
}

/** Those that were made with the same plan and the same observations. */
interface Shared {
  readonly plan: RoutingPlan;
  /** By likeness; undefined if alike requests may get other decisions. */
  readonly decided: Map<string, Decided> | undefined;
}

/** Of alike requests: wishes may be any text, so that who sends them could fill the memory. */
const MOST_SHARED = 100;

const SHARED = new WeakMap<Observations, Shared>();

export async function decide(request: RoutingRequest, edge: EdgeContext): Promise<Decided> {
  const { plan } = edge;
  const from = entryOf(request.cf, plan);
  const { source, value } = from.entry;
  const colo = source === 'colo' ? value : UNKNOWN_COLO;
  const load = untilKnown(colo, edge);
  if (load !== undefined) await load;
  const now = Date.now();
  const observations = observationsAt(colo, now);
  const make = () => new Decided(rankRegions(request, from, { plan, observations, now }), colo, observations);
  return shared(request, from, { plan, observations }, make);
}

function shared(
  request: RoutingRequest,
  from: RequestPlace,
  { plan, observations }: { readonly plan: RoutingPlan; readonly observations: Observations },
  make: () => Decided,
): Decided {
  let known = SHARED.get(observations);
  if (known?.plan !== plan) {
    known = { plan, decided: decidesAlike(plan, observations) ? new Map() : undefined };
    SHARED.set(observations, known);
  }
  const { decided } = known;
  if (decided === undefined) return make();
  const likeness = likenessOf(request, from);
  const found = decided.get(likeness);
  if (found !== undefined) return found;
  const made = make();
  if (decided.size < MOST_SHARED) decided.set(likeness, made);
  return made;
}
