// `GET /api/whoami`: gives a page what the headers in the answer to its upgrade say, since a page cannot see those.

import type { Whoami } from '../../api/whoami.ts';
import { clientCountryOf } from '../../routing/client-country.ts';
import { networkOf } from '../../routing/client-network.ts';
import { compactDecision } from '../../routing/decision-text.ts';
import { decide } from '../connect/decide.ts';
import { routingRequestOf } from '../connect/routing-request.ts';
import type { EdgeContext } from '../edge-context.ts';
import { decisionHeaders } from './decision-headers.ts';

export async function whoami(request: Request, edge: EdgeContext): Promise<Response> {
  const asked = routingRequestOf(request, edge.config.routing.pinDomains);
  const { decision } = await decide(asked, edge);
  const { country } = clientCountryOf(asked.cf);
  return Response.json(
    {
      region: decision.winner ?? null,
      decision: compactDecision(decision),
      version: decision.version,
      entry: decision.entry,
      country,
      address: asked.client === undefined ? null : networkOf(asked.client),
    } satisfies Whoami,
    { headers: decisionHeaders(decision) },
  );
}
