// The part of the schema of regions.json that is about members: further servers of a region, by load.

import * as v from 'valibot';

/** Several times as many as one region's own server can be a good hub for. */
export const MOST_MEMBERS = 16;

/** As many connections as a region's limits may name. */
const MOST_FREE = 1_000_000;

const between = (least: number, most: number, text: string) =>
  v.pipe(v.number(), v.integer(), v.minValue(least), v.maxValue(most), v.description(text));

export const MembersSchema = v.strictObject({
  min: v.optional(
    between(1, MOST_MEMBERS, "The fewest servers that run, the region's own included. Live, up to max."),
    1,
  ),
  max: between(
    2,
    MOST_MEMBERS,
    "The most servers that run, the region's own included: `max_instances` of its container. Each costs what the region's own does while it runs.",
  ),
  freeConnections: v.optional(
    between(
      0,
      MOST_FREE,
      'For how many more clients there is to be room at any time, besides those that are expected while a server starts.',
    ),
    500,
  ),
  windowSeconds: v.optional(
    between(
      10,
      86_400,
      'A server is taken out of service if none was needed more in all this time, and at most one in each such time.',
    ),
    300,
  ),
  rebalancePercentPerSecond: v.exactOptional(
    v.pipe(
      v.number(),
      v.minValue(0.1),
      v.maxValue(1),
      v.description(
        'After a server was added, as many percent of the clients a second are told to reconnect, until the servers are about equally full. Absent: nobody is moved.',
      ),
    ),
  ),
});
