// `GET /api/live`: what the map at `/` is drawn from, as it changes: over a WebSocket or as server-sent events, each message
// one JSON text. The first is a snapshot; after it come changes, whose parts replace those that were known. Where regions
// come, go or change their order, a snapshot comes again.

import * as v from 'valibot';
import { MeshLinkSchema } from './mesh.ts';
import { RegionViewSchema } from './regions.ts';
import { Instant, Version, type Wire } from './schema-kinds.ts';

/** What somebody who looks may see and do, least first. */
export const LIVE_LEVELS = ['public', 'reader', 'admin'] as const;
export type LiveLevel = (typeof LIVE_LEVELS)[number];

/**
 * The first message of a browser, over a WebSocket only, within five seconds: a browser can send no header with the
 * upgrade, and a token is in no URL. Server-sent events are asked for with fetch, which takes the header.
 */
export const LiveHelloSchema = v.strictObject({
  token: v.exactOptional(
    v.pipe(
      v.string(),
      v.description('a read or an admin token; without one, what a sign-in with Access allows'),
    ),
  ),
});
export type LiveHello = Wire<typeof LiveHelloSchema>;

/**
 * What a reader says over a WebSocket at least every fifteen seconds, since nothing else tells whether what is sent arrives.
 * One that does not is told nothing more until it does, and is closed after a minute.
 */
export const LiveReadSchema = v.strictObject({
  read: v.pipe(Instant, v.description('`at` of the last message that was read')),
});
export type LiveRead = Wire<typeof LiveReadSchema>;

export const LivePlaceSchema = v.strictObject({
  key: v.pipe(v.string(), v.description('names this place in this region')),
  region: v.string(),
  colo: v.exactOptional(v.string()),
  country: v.exactOptional(v.string()),
  latitude: v.pipe(v.number(), v.description('whole degrees, or those of the data center or the country')),
  longitude: v.number(),
  clients: v.pipe(
    v.number(),
    v.description(
      'of the clients that are connected to the region now, the part of this place: shares are those of who came in the last day or two',
    ),
  ),
});
/** Clients of a region, from one place. */
export type LivePlace = Wire<typeof LivePlaceSchema>;

const parts = {
  at: v.pipe(Instant, v.description('when it was seen, by the clock of Meridian')),
  version: v.pipe(Version, v.description('of the configuration')),
  regions: v.pipe(v.array(RegionViewSchema), v.description('in the order of the configuration')),
  links: v.array(MeshLinkSchema),
  places: v.pipe(
    v.array(LivePlaceSchema),
    v.description('for readers: most clients first, at most 2,000; empty for the public'),
  ),
};

export const LiveSnapshotSchema = v.strictObject({
  kind: v.literal('snapshot'),
  level: v.picklist(LIVE_LEVELS),
  build: v.pipe(
    v.nullable(v.string()),
    v.description(
      'names what is deployed: a page that was loaded from another one should be loaded again. Null if unknown',
    ),
  ),
  ...parts,
});
export type LiveSnapshot = Wire<typeof LiveSnapshotSchema>;

/** What is different since the last message; what is absent is as it was. */
export const LiveChangeSchema = v.strictObject({
  kind: v.literal('change'),
  at: parts.at,
  version: v.exactOptional(parts.version),
  regions: v.exactOptional(
    v.pipe(v.array(RegionViewSchema), v.description('those that are different, each as a whole')),
  ),
  links: v.exactOptional(v.pipe(v.array(MeshLinkSchema), v.description('likewise'))),
  places: v.exactOptional(
    v.pipe(v.array(LivePlaceSchema), v.description('likewise; one with 0 clients is gone')),
  ),
});
export type LiveChange = Wire<typeof LiveChangeSchema>;

/** The end: what was sent before it counts no longer, and to ask again with the same token is of no use. */
export const LiveRefusalSchema = v.strictObject({
  kind: v.literal('refused'),
  code: v.picklist(['unauthorized', 'regions_hidden', 'too_many']),
  message: v.string(),
});
export type LiveRefusal = Wire<typeof LiveRefusalSchema>;

export const LiveMessageSchema = v.variant('kind', [LiveSnapshotSchema, LiveChangeSchema, LiveRefusalSchema]);
export type LiveMessage = Wire<typeof LiveMessageSchema>;
