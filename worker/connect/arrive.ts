// A client arrives: what is worked out once for its visit, and what goes on in the background because of it.

import { PLACE_HEADER } from '../../api/headers.ts';
import type { Decision } from '../../routing/decision.ts';
import { regionOf } from '../config/config-copy.ts';
import type { EdgeContext } from '../edge-context.ts';
import { regionStub } from '../region/region-stub.ts';
import { coloOf, decide } from './decide.ts';
import type { Dialable, Handoff } from './hand-off.ts';
import { noteHandoff, observeFrom } from './observe.ts';
import { routingRequestOf } from './routing-request.ts';

/** A client at the door. */
export interface Visit {
  readonly decision: Decision;
  /** The regions that may take it, best first, each with the way there. */
  readonly candidates: readonly Dialable[];
  /** Remembers for the next visits to which region it could be handed, and to which not. */
  readonly note: (handoff: Handoff) => void;
}

/** What of `request.cf` a region counts its clients by. */
const PLACE_FIELDS = ['colo', 'country', 'continent', 'isEUCountry', 'latitude', 'longitude'];

/** Decides for a client; keeps learning meanwhile, and wakes what sleeps and would have been better. */
export function arrive(request: Request, edge: EdgeContext): Visit {
  const stubOf = (id: string) => regionStub(edge.env, regionOf(id, edge));
  const decision = decide(routingRequestOf(request), edge);
  const { entry, wake } = decision;
  const ranked = decision.candidates.map(({ region }) => region);
  const colo = coloOf(entry);
  observeFrom(colo, ranked, edge);
  if (wake !== undefined) edge.background('wake', stubOf(wake).wake());
  const upgrade = upgradeRequest(request);
  return {
    decision,
    candidates: ranked.map((region) => ({
      region,
      dial: (signal) => stubOf(region).fetch(new Request(upgrade, { signal })),
    })),
    note: (handoff) => noteHandoff(colo, handoff),
  };
}

/** The client's request as its region's server gets it: the same upgrade, with the address it came from. */
function upgradeRequest(request: Request): Request {
  const headers = new Headers(request.headers);
  headers.set(PLACE_HEADER, JSON.stringify(request.cf ?? {}, PLACE_FIELDS));
  const address = headers.get('cf-connecting-ip');
  if (address === null) headers.delete('x-forwarded-for');
  else headers.set('x-forwarded-for', address);
  return new Request('http://nats-region/', { headers });
}
