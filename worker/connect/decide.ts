// The decision as the Worker makes it: with what is known where the request entered. It does nothing else, so
// anyone who only wants to see a decision gets the same one that a client would.

import type { Decision } from '../../routing/decision.ts';
import { entryOf } from '../../routing/entry.ts';
import type { Observations } from '../../routing/observation.ts';
import { type RoutingRequest, rankRegions } from '../../routing/optimal-region.ts';
import type { EdgeContext } from '../edge-context.ts';
import { observationsAt, UNKNOWN_COLO, untilKnown } from './observe.ts';

/** A decision, and what it was made with. */
export interface Decided {
  readonly decision: Decision;
  /** The data center where the request entered. */
  readonly colo: string;
  /** What is known there. */
  readonly observations: Observations;
}

export async function decide(request: RoutingRequest, edge: EdgeContext): Promise<Decided> {
  const { plan } = edge;
  const from = entryOf(request.cf, plan);
  const { source, value } = from.entry;
  const colo = source === 'colo' ? value : UNKNOWN_COLO;
  await untilKnown(colo, edge);
  const now = Date.now();
  const observations = observationsAt(colo, now);
  return { decision: rankRegions(request, from, { plan, observations, now }), colo, observations };
}
