// `GET /api/regions`, and what is done to one region.

import * as v from 'valibot';
import { HINTS } from '../regions/hints.ts';
import { Count, Instant, Version, type Wire } from './schema-kinds.ts';
import { REGION_STATES, SEEN_STATES } from './states.ts';

const Clients = v.pipe(
  v.nullable(Count),
  v.description('connected clients; null where that is not known, as of a server that does not answer'),
);

/** A region: how it is configured, and what it says of itself. */
export const RegionViewSchema = v.strictObject({
  id: v.string(),
  name: v.string(),
  hint: v.picklist(HINTS),
  latitude: v.number(),
  longitude: v.number(),
  enabled: v.boolean(),
  keepAwake: v.boolean(),
  jetstream: v.boolean(),
  region: v.pipe(v.string(), v.description('the id again')),
  state: v.picklist(SEEN_STATES),
  since: v.pipe(Instant, v.description('since when it is in this state, milliseconds since the epoch')),
  clients: Clients,
  maxClients: v.exactOptional(
    v.pipe(Count, v.description('how many the running server takes: its own limit, from when it started')),
  ),
  objectAgeMs: v.pipe(v.number(), v.description('how long its object has been in memory')),
  peers: v.pipe(v.array(v.string()), v.description('names of the servers that it has routes to')),
  serverVersion: v.exactOptional(v.string()),
  problem: v.exactOptional(v.pipe(v.string(), v.description('why it is down or unreachable'))),
});
export type RegionView = Wire<typeof RegionViewSchema>;

export const RegionViewsSchema = v.strictObject({ version: Version, regions: v.array(RegionViewSchema) });
export type RegionViews = Wire<typeof RegionViewsSchema>;

/** How a region is after something was done to it. */
export const OperationResultSchema = v.strictObject({
  region: v.string(),
  state: v.picklist(REGION_STATES),
  clients: Clients,
});
export type OperationResult = Wire<typeof OperationResultSchema>;
