// The decision as the Worker makes it: with what is known where the request entered. It does nothing else, so that
// those who only want to see a decision get the one that a client would.

import type { Decision, Entry } from '../../routing/decision.ts';
import { entryOf } from '../../routing/entry.ts';
import { type RoutingRequest, rankRegions } from '../../routing/optimal-region.ts';
import type { EdgeContext } from '../edge-context.ts';
import { observationsAt, UNKNOWN_COLO } from './observe.ts';

export function decide(request: RoutingRequest, { plan }: EdgeContext): Decision {
  const from = entryOf(request.cf, plan);
  const now = Date.now();
  const observations = observationsAt(coloOf(from.entry), now);
  return rankRegions(request, from, { plan, observations, now });
}

/** The data center where a request entered. */
export function coloOf({ source, value }: Entry): string {
  return source === 'colo' ? value : UNKNOWN_COLO;
}
