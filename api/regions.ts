// `GET /api/regions`, and the operations on one region.

import * as v from 'valibot';
import { REGION_KINDS } from '../regions/external-schema.ts';
import { HINTS, PLACEMENTS } from '../regions/hints.ts';
import { Count, Instant, Version, type Wire } from './schema-kinds.ts';
import { REGION_STATES, SEEN_STATES } from './states.ts';

const Clients = v.pipe(
  v.nullable(Count),
  v.description('connected clients; null if unknown, for example when the server does not answer'),
);

const Told = v.nullable(v.string());

/** Where a region's container runs, as Cloudflare tells the container. */
export const PlacedAtSchema = v.strictObject({
  location: v.pipe(
    Told,
    v.description('the data center, such as `AMS07`; null, as all of these, if the container is not told'),
  ),
  region: v.pipe(Told, v.description('the region of Cloudflare, such as `WEUR`')),
  country: v.pipe(Told, v.description('such as `NL`')),
  asConfigured: v.pipe(
    v.nullable(v.boolean()),
    v.description('whether `placement` allows that region; null if that cannot be told'),
  ),
  kmAway: v.pipe(
    v.nullable(Count),
    v.description(
      'kilometres from the data center to the configured coordinates; null if it is not known where that is',
    ),
  ),
});
export type PlacedAt = Wire<typeof PlacedAtSchema>;

/** A region: how it is configured, and what it reports. */
export const RegionViewSchema = v.strictObject({
  id: v.string(),
  name: v.string(),
  kind: v.exactOptional(
    v.pipe(
      v.picklist(REGION_KINDS),
      v.description(
        '`external`: NATS servers of somebody else. Of these nothing is known but whether they answer; absent for a region of ours',
      ),
    ),
  ),
  hint: v.exactOptional(v.pipe(v.picklist(HINTS), v.description('absent if it is external'))),
  placement: v.exactOptional(
    v.pipe(
      v.array(v.picklist(PLACEMENTS)),
      v.description(
        'where its container may run; `placedAt` is where it does. Absent if it is external, which has none',
      ),
    ),
  ),
  latitude: v.number(),
  longitude: v.number(),
  enabled: v.boolean(),
  keepAwake: v.exactOptional(v.pipe(v.boolean(), v.description('absent if it is external'))),
  jetstream: v.exactOptional(
    v.pipe(
      v.boolean(),
      v.description("whether it takes part in the regions' JetStream; absent if it is external"),
    ),
  ),
  region: v.pipe(v.string(), v.description('the id again')),
  state: v.pipe(
    v.picklist(SEEN_STATES),
    v.description(
      '`up`, `asleep`, `waiting` (it must not start yet, for the sake of the streams), `starting`, `draining`, `stopping`, `down` (its server exited unexpectedly and is being restarted) or `unreachable` (its object does not answer, or an external region does not, as a NATS server does)',
    ),
  ),
  since: v.pipe(Instant, v.description('since when it is in this state, milliseconds since the epoch')),
  clients: Clients,
  maxClients: v.exactOptional(
    v.pipe(
      Count,
      v.description(
        'how many it takes now: the lowest of `maxConnections`, what its memory bears, and what its server was started with',
      ),
    ),
  ),
  leafs: v.exactOptional(
    v.pipe(Count, v.description('leaf nodes that have joined at `/leafnode`; absent if unknown')),
  ),
  objectAgeMs: v.exactOptional(
    v.pipe(v.number(), v.description('how long its object has been in memory; absent if it does not answer')),
  ),
  peers: v.exactOptional(
    v.pipe(
      v.array(v.string()),
      v.description('names of the servers that it has routes to; absent if unknown'),
    ),
  ),
  placedAt: v.exactOptional(
    v.pipe(
      PlacedAtSchema,
      v.description('where its container runs; absent if its server does not run or does not answer'),
    ),
  ),
  serverVersion: v.exactOptional(v.string()),
  serverId: v.exactOptional(
    v.pipe(
      v.string(),
      v.description(
        "nats-server's own id, another with each start; of the region's own server; absent if it does not answer",
      ),
    ),
  ),
  inMsgs: v.exactOptional(
    v.pipe(
      Count,
      v.description(
        'messages that its server has received since it started, from clients and from other regions; absent if unknown',
      ),
    ),
  ),
  outMsgs: v.exactOptional(v.pipe(Count, v.description('messages that it has sent, likewise'))),
  servers: v.exactOptional(
    v.pipe(
      v.array(
        v.strictObject({
          number: Count,
          name: v.string(),
          state: v.picklist(REGION_STATES),
          clients: v.nullable(Count),
          maxClients: Count,
        }),
      ),
      v.description(
        'of a region with `members`: its servers, the own one first. The state, `clients` and `maxClients` of the region are of all of them',
      ),
    ),
  ),
  drainPhase: v.exactOptional(
    v.pipe(
      v.picklist(['settling', 'lame-duck']),
      v.description(
        'how far a drain is: `settling` (data centers learn of it, clients are still there) or `lame-duck` (clients are told to leave)',
      ),
    ),
  ),
  problem: v.exactOptional(v.pipe(v.string(), v.description('why it is down or unreachable'))),
});
export type RegionView = Wire<typeof RegionViewSchema>;

export const RegionViewsSchema = v.strictObject({ version: Version, regions: v.array(RegionViewSchema) });
export type RegionViews = Wire<typeof RegionViewsSchema>;

/** The state of a region after an operation on it. */
export const OperationResultSchema = v.strictObject({
  region: v.string(),
  state: v.picklist(SEEN_STATES),
  clients: Clients,
});
export type OperationResult = Wire<typeof OperationResultSchema>;
