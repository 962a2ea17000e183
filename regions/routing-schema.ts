// The schema of what the filters of routing/ read, which takes effect without a deploy, and of the lame duck settings,
// which do not.

import * as v from 'valibot';
import { RULE_CODE_PATTERN } from './countries.ts';

/** The filters that can be switched off, in the order in which they run: all of routing/ that are not `alwaysOn`. */
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

const MOST_PIN_DOMAINS = 16;

/** A name in lowercase as DNS and URLs have it (RFC 1123, 2.1), of two labels at least. */
const DOMAIN_PATTERN =
  /^(?=.{1,200}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)+$/;
const DOMAIN_FORM = 'a domain in lowercase, such as "nats.example.com"';

const number = (least: number, most: number, text: string) =>
  v.pipe(v.number(), v.minValue(least), v.maxValue(most), v.description(text));

const off = (text: string) =>
  v.optional(v.pipe(v.array(v.picklist(OPTIONAL_FILTERS)), v.description(text)), []);

const places = (text: string) =>
  v.exactOptional(
    v.pipe(v.array(v.pipe(v.string(), v.regex(RULE_CODE_PATTERN))), v.minLength(1), v.description(text)),
  );

/** The routing settings of one region. */
export const RegionRoutingEntries = {
  priority: v.optional(
    v.pipe(
      number(
        1,
        100,
        'Regions with the lowest number serve. A region with a higher number only gets clients that no healthy region with a lower one can take.',
      ),
      v.integer(),
    ),
    1,
  ),
  weight: v.optional(
    number(
      1,
      1000,
      'Share of the clients for which several regions are about equally good, relative to the weights of the others. Needs routing.bandMs.',
    ),
    100,
  ),
  bias: v.optional(
    number(
      0.1,
      10,
      'Factor on the estimated round trip: below 1 the region attracts clients from farther away, above 1 it sheds clients.',
    ),
    1,
  ),
  dial: v.optional(
    number(0, 100, 'Percentage of its own clients that the region accepts. Turning it up only adds clients.'),
    100,
  ),
  drain: v.optional(
    v.pipe(v.boolean(), v.description('Whether the region takes no new clients; connected ones stay.')),
    false,
  ),
  residency: v.optional(
    v.pipe(
      v.strictObject({
        allow: places(
          'Only clients from these countries: ISO 3166 codes such as "DE", "EU" for the European Union, "T1" for Tor, "XX" for clients whose country is unknown. Excludes both unless they are named.',
        ),
        deny: places('No clients from these countries, by the same codes. Takes precedence over allow.'),
      }),
      v.description(
        'Which clients the region may serve, by country. A client that no region may serve is refused with 451.',
      ),
    ),
    {},
  ),
  off: off('Filters that are switched off for this region.'),
} as const;

/** The routing settings of the whole deployment. */
export const RoutingSchema = v.strictObject({
  bandMs: v.optional(
    number(
      0,
      100,
      'Regions whose estimates are this close to the best one share its clients, by weight. 0: each client goes to the best.',
    ),
    0,
  ),
  flipRatio: v.optional(
    number(
      1,
      2,
      'Switching margin: how many times better another region must be before a data center changes its choice.',
    ),
    1.1,
  ),
  flipFloorMs: v.optional(
    number(
      0,
      100,
      'Switching margin: minimum number of milliseconds by which another region must be better as well.',
    ),
    5,
  ),
  spillMs: v.optional(
    number(
      0,
      1000,
      'A region over its soft limit loses new clients to regions that are at most this many milliseconds farther away.',
    ),
    50,
  ),
  coldStartMs: v.optional(
    number(0, 60_000, 'How many milliseconds a sleeping region takes to serve its first client.'),
    3000,
  ),
  coldStartRoundTrips: v.optional(
    number(
      1,
      10_000,
      'Number of round trips over which a cold start is spread: an awake region is preferred if it is at most coldStartMs / coldStartRoundTrips farther away.',
    ),
    20,
  ),
  measure: v.optional(
    v.pipe(
      v.boolean(),
      v.description('Whether data centers correct the estimates with round trips that they measure.'),
    ),
    true,
  ),
  drainSettleSeconds: v.optional(
    number(
      0,
      600,
      'Time between the start of a drain and lame duck mode, in which every data center learns that the region takes no new clients. Configuration takes up to a minute to reach them all.',
    ),
    60,
  ),
  panicShare: v.optional(
    number(
      0,
      1,
      'If less than this share of the enabled regions looks healthy, guesses at health are ignored: they are more likely to be wrong. What a region says of itself still holds.',
    ),
    0.5,
  ),
  pinDomains: v.optional(
    v.pipe(
      v.array(v.pipe(v.string(), v.regex(DOMAIN_PATTERN, DOMAIN_FORM))),
      v.maxLength(MOST_PIN_DOMAINS),
      v.description(
        'Domains below which a name prefers a region, as weur.nats.example.com does with "nats.example.com": many clients drop path and query of an address. DNS and a route of the Worker have to lead those names here.',
      ),
    ),
    [],
  ),
  off: off('Filters that are switched off for all regions.'),
});

/** nats-server's lame duck mode, for drains. A platform setting, read when a server starts. */
export const LameDuckSchema = v.strictObject({
  graceSeconds: v.optional(
    v.pipe(
      number(1, 29, 'Seconds that a draining server waits before it closes its first connection.'),
      v.integer(),
    ),
    10,
  ),
  durationSeconds: v.optional(
    v.pipe(
      number(30, 600, 'Seconds over which it closes the others. nats-server accepts no less than 30.'),
      v.integer(),
    ),
    120,
  ),
});
