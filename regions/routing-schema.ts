// The part of the configuration that steers: what the filters of routing/ read. Everything here takes
// effect without a deploy.

import * as v from 'valibot';

/** The filters that can be switched off, in the order in which they run; `enabled` and `estimate` always do. */
export const OPTIONAL_FILTERS = [
  'health',
  'residency',
  'pin',
  'dial',
  'priority',
  'capacity',
  'warmth',
  'affinity',
  'band',
] as const;

export type OptionalFilter = (typeof OPTIONAL_FILTERS)[number];

const number = (least: number, most: number, text: string) =>
  v.pipe(v.number(), v.minValue(least), v.maxValue(most), v.description(text));

const off = (text: string) =>
  v.optional(v.pipe(v.array(v.picklist(OPTIONAL_FILTERS)), v.description(text)), []);

const places = (text: string) =>
  v.exactOptional(
    v.pipe(
      v.array(
        v.pipe(v.string(), v.regex(/^[A-Z]{2}$/, 'a country code such as "DE", or "EU" for all of the EU')),
      ),
      v.minLength(1),
      v.description(text),
    ),
  );

/** How each region is chosen. */
export const SteeringEntries = {
  priority: v.optional(
    v.pipe(
      number(
        1,
        100,
        'Regions of the least number serve. One of a higher number only serves clients whom no healthy region of a lower one can take.',
      ),
      v.integer(),
    ),
    1,
  ),
  weight: v.optional(
    number(
      1,
      1000,
      'Share of the clients for whom this region and others are equally good, relative to theirs.',
    ),
    100,
  ),
  bias: v.optional(
    number(
      0.1,
      10,
      'Factor on the estimated round trip: below 1 the region draws clients from farther away, above 1 it sheds them.',
    ),
    1,
  ),
  dial: v.optional(
    number(
      0,
      100,
      'Percentage of the clients who would choose this region that it takes. Turning it up only adds clients.',
    ),
    100,
  ),
  drain: v.optional(
    v.pipe(v.boolean(), v.description('No new clients; those who are connected stay.')),
    false,
  ),
  residency: v.optional(
    v.pipe(
      v.strictObject({
        allow: places(
          'Only clients from these countries. A client whose country is not known is not among them.',
        ),
        deny: places('No clients from these countries. Comes before allow.'),
      }),
      v.description(
        'Which clients the region may serve, by country. A client that no region may serve is refused with 451.',
      ),
    ),
    {},
  ),
  off: off('Filters that do not apply to this region.'),
} as const;

/** How regions are compared. */
export const RoutingSchema = v.strictObject({
  bandMs: v.optional(
    number(
      0,
      100,
      'Regions whose estimates are this near to each other share clients, by weight. 0: each client goes to the best.',
    ),
    0,
  ),
  flipRatio: v.optional(
    number(1, 2, 'How many times better another region must be before a data center changes its choice.'),
    1.1,
  ),
  flipFloorMs: v.optional(
    number(
      0,
      100,
      'How many milliseconds better, at least, another region must be before a data center changes its choice.',
    ),
    5,
  ),
  spillMs: v.optional(
    number(
      0,
      1000,
      'A region over its soft limit loses clients to regions that are at most this much farther.',
    ),
    50,
  ),
  coldStartMs: v.optional(
    number(0, 60_000, 'How long a sleeping region takes to serve its first client.'),
    3000,
  ),
  coldStartRoundTrips: v.optional(
    number(
      1,
      10_000,
      'How many round trips a cold start is weighed against: an awake region is chosen if it is at most coldStartMs / coldStartRoundTrips farther.',
    ),
    20,
  ),
  measure: v.optional(
    v.pipe(
      v.boolean(),
      v.description('Whether data centers correct the estimates by round trips that they measure.'),
    ),
    true,
  ),
  drainSettleSeconds: v.optional(
    number(
      0,
      600,
      'How long after a drain begins its clients are told to go: until every data center knows that the region takes no new ones. Configuration takes up to a minute to reach them all.',
    ),
    60,
  ),
  panicShare: v.optional(
    number(
      0,
      1,
      'When less than this share of the enabled regions is healthy, health is ignored: it is more likely the measurement that is wrong.',
    ),
    0.5,
  ),
  off: off('Filters that do not apply at all.'),
});

/** How a region's clients are told to go. Read when its server starts. */
export const LameDuckSchema = v.strictObject({
  graceSeconds: v.optional(
    v.pipe(
      number(1, 29, 'How long a draining server waits before it closes its first connection.'),
      v.integer(),
    ),
    10,
  ),
  durationSeconds: v.optional(
    v.pipe(
      number(30, 600, 'Over how long it closes the others. nats-server takes no less than 30 s.'),
      v.integer(),
    ),
    120,
  ),
});
