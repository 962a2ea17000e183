// A nats-server of somebody else joins the nearest region as a leaf node. It signs in at the region's server, as clients do.

import type { EdgeContext } from '../edge-context.ts';
import { errorResponse } from '../error-response.ts';
import { connectClient } from './connect-client.ts';
import { noteVisit } from './visit-counts.ts';

const OFF = 'the door for leaf nodes is off: set `doors.leafnode` (docs/doors.md)';

export async function joinAsLeaf(request: Request, edge: EdgeContext): Promise<Response> {
  if (edge.config.doors.leafnode) return connectClient(request, edge, 'leafnode');
  noteVisit(request, edge, { refusal: 'door_off', cameAt: Date.now() });
  return errorResponse('door_off', OFF);
}
