// `GET /api/mesh`.

import * as v from 'valibot';
import { Count, Instant, type Wire } from './schema-kinds.ts';
import { LINK_STATES } from './states.ts';

/** The link of a pair of regions. */
export const MeshLinkSchema = v.strictObject({
  a: v.pipe(v.string(), v.description('the side that dials')),
  b: v.string(),
  state: v.pipe(
    v.picklist(LINK_STATES),
    v.description(
      '`up` (nats-server says so), `connecting`, `down` (waiting to be tried again), `asleep` (one of the two sleeps)',
    ),
  ),
  since: v.pipe(Instant, v.description('since when it is in this state, milliseconds since the epoch')),
  rttMs: v.pipe(
    v.nullable(v.number()),
    v.description('round trip over the route as nats-server measures it; null until it has'),
  ),
  bytes: v.pipe(
    v.nullable(Count),
    v.description('in both directions since the route was made; null where no server says how many'),
  ),
  remade: v.pipe(Count, v.description('how often it was made again')),
});
export type MeshLink = Wire<typeof MeshLinkSchema>;

export const MeshSchema = v.strictObject({
  links: v.pipe(v.array(MeshLinkSchema), v.description('one for every pair of regions')),
});
export type Mesh = Wire<typeof MeshSchema>;
