// `GET /api/mesh`.

import * as v from 'valibot';
import { Count, Instant, type Wire } from './schema-kinds.ts';
import { LINK_STATES, LINK_TRANSPORTS } from './states.ts';

/** The link of a pair of regions. */
export const MeshLinkSchema = v.strictObject({
  a: v.pipe(v.string(), v.description('the side that dials')),
  b: v.string(),
  state: v.pipe(
    v.picklist(LINK_STATES),
    v.description(
      '`up` (nats-server has the route), `connecting`, `down` (waiting for a retry, or the side that dials does not answer), `asleep` (one of the two regions sleeps)',
    ),
  ),
  since: v.pipe(
    v.nullable(Instant),
    v.description('since when it is in this state, milliseconds since the epoch; null if unknown'),
  ),
  rttMs: v.pipe(
    v.nullable(v.number()),
    v.description('round trip over the route as measured by nats-server; null until it has measured one'),
  ),
  bytes: v.pipe(
    v.nullable(Count),
    v.description(
      'in both directions since the route was established, before they are compressed; null if unknown',
    ),
  ),
  transport: v.pipe(
    v.nullable(v.picklist(LINK_TRANSPORTS)),
    v.description(
      'what it goes over from one object to the other: `connect`, a socket; `rpc`, the byte streams of a call; null while it is not up',
    ),
  ),
  remade: v.pipe(v.nullable(Count), v.description('how often the link was re-established; null if unknown')),
  compression: v.pipe(
    v.nullable(v.string()),
    v.description(
      "how the dialling side's server compresses what it sends, in nats-server's words: `off`, `s2_fast`, `s2_better`, `s2_best`; null if unknown",
    ),
  ),
  plainBecause: v.pipe(
    v.nullable(v.string()),
    v.description(
      'why the link is not compressed although `mesh.compression` asks for it; null if it is as asked',
    ),
  ),
});
export type MeshLink = Wire<typeof MeshLinkSchema>;

export const MeshSchema = v.strictObject({
  links: v.pipe(v.array(MeshLinkSchema), v.description('one for every pair of regions')),
});
export type Mesh = Wire<typeof MeshSchema>;
