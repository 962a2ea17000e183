// A forecast: what a change of the configuration would do. The dry run of an edit answers with one.
// Every share is a share of all clients, 0 to 1; where a region is null, the client is refused.

import * as v from 'valibot';
import { Count, Share, type Wire } from './schema-kinds.ts';

const Region = v.string();
/** Null: the client is refused. */
const RegionOrNone = v.nullable(Region);
/** Null: no clients are served. */
const MillisecondsOrNone = v.nullable(v.number());

const CountryShareSchema = v.strictObject({
  country: v.pipe(v.string(), v.description('ISO 3166 alpha-2; XX for unknown ones')),
  share: Share,
});
export type CountryShare = Wire<typeof CountryShareSchema>;

const ColoShareSchema = v.strictObject({ colo: v.string(), share: Share });
export type ColoShare = Wire<typeof ColoShareSchema>;

const MoveSchema = v.strictObject({
  from: RegionOrNone,
  to: RegionOrNone,
  share: Share,
  countries: v.pipe(
    v.array(CountryShareSchema),
    v.description('where most of them come from, largest first'),
  ),
  colos: v.array(ColoShareSchema),
});
/** Clients that would be served by another region than now. */
export type Move = Wire<typeof MoveSchema>;

const LatencySummarySchema = v.strictObject({ meanMs: MillisecondsOrNone, p95Ms: MillisecondsOrNone });
/** Expected round trips, before and after the change, of the clients that are served after it. */
export type LatencySummary = Wire<typeof LatencySummarySchema>;

const WorstClientsSchema = v.strictObject({
  colo: v.exactOptional(v.string()),
  country: v.exactOptional(v.string()),
  continent: v.exactOptional(v.string()),
  isEUCountry: v.exactOptional(v.literal('1')),
  latitude: v.exactOptional(v.number()),
  longitude: v.exactOptional(v.number()),
  share: Share,
  from: RegionOrNone,
  to: Region,
  beforeMs: v.pipe(v.nullable(v.number()), v.description('null where they are refused now')),
  afterMs: v.number(),
});
/** Clients of one place, with the round trip that they would have. */
export type WorstClients = Wire<typeof WorstClientsSchema>;

const PassedLimitSchema = v.strictObject({
  region: Region,
  clients: Count,
  limit: Count,
  kind: v.picklist(['soft', 'hard']),
});
/** A limit that the clients of a region would exceed. */
export type PassedLimit = Wire<typeof PassedLimitSchema>;

const UnservedCountrySchema = v.strictObject({
  ...CountryShareSchema.entries,
  isNew: v.pipe(v.boolean(), v.description('whether the change causes it')),
});
/** A country whose clients would be refused, some or all; a share of 0 means that it has had no clients yet. */
export type UnservedCountry = Wire<typeof UnservedCountrySchema>;

const ServersSchema = v.strictObject({
  region: Region,
  before: v.pipe(v.nullable(Count), v.description('null if it is unknown how many clients there are')),
  after: v.nullable(Count),
  dollarsPerMonth: v.pipe(
    v.nullable(v.number()),
    v.description('what the difference costs, without CPU and traffic; null if it is unknown'),
  ),
});
/** How many servers a region would need. */
export type ServersNeeded = Wire<typeof ServersSchema>;

const DollarsSchema = v.strictObject({ low: v.number(), mid: v.number(), high: v.number() });

const CostForecastSchema = v.strictObject({
  before: DollarsSchema,
  after: v.pipe(
    DollarsSchema,
    v.description(
      'dollars a month by list price, for the clients that there are; low, mid and high differ in what no price page says',
    ),
  ),
  drivers: v.pipe(
    v.array(
      v.strictObject({
        driver: v.pipe(v.string(), v.description('such as `memory`, `objects`')),
        before: v.number(),
        after: v.number(),
      }),
    ),
    v.description('what changes, and by how much (mid)'),
  ),
  pricesReadOn: v.pipe(v.string(), v.isoDate(), v.description('when the oldest of the prices was read')),
  arePricesStale: v.pipe(v.boolean(), v.description('whether that is more than 90 days ago')),
});
/** What the bill of a month would be, before and after. */
export type CostForecast = Wire<typeof CostForecastSchema>;

const RegionShareSchema = v.strictObject({ region: Region, before: Share, after: Share });
export type RegionShare = Wire<typeof RegionShareSchema>;

export const ForecastSchema = v.strictObject({
  source: v.pipe(
    v.picklist(['traffic', 'population']),
    v.description('traffic that the regions have counted, or, with no traffic known, the world population'),
  ),
  clients: v.pipe(
    v.nullable(Count),
    v.description(
      'connections that the shares are shares of: those that the regions have counted, or, with the world population, those that are open now; null if unknown, and then no limit is checked',
    ),
  ),
  samples: v.pipe(Count, v.description('how many places were replayed')),
  confidence: v.pipe(
    v.string(),
    v.description('how reliable the forecast is, as text that begins with `good`, `low` or `none`'),
  ),
  marginShare: v.pipe(Share, v.description('margin of error of a share, with 95% confidence')),
  movedShare: Share,
  moves: v.pipe(v.array(MoveSchema), v.description('largest first')),
  latency: v.strictObject({
    before: LatencySummarySchema,
    after: LatencySummarySchema,
    worst: v.pipe(v.array(WorstClientsSchema), v.description('at most ten, worst first')),
  }),
  limits: v.array(PassedLimitSchema),
  servers: v.pipe(
    v.array(ServersSchema),
    v.description('how many servers a region needs, of those that have members or would need more or fewer'),
  ),
  cost: v.pipe(
    CostForecastSchema,
    v.description('what the bill of a month would be, before and after; without what messages cost'),
  ),
  unserved: v.pipe(v.array(UnservedCountrySchema), v.description('largest share first')),
  regions: v.pipe(v.array(RegionShareSchema), v.description('their shares and `refused` add up to 1')),
  refused: v.strictObject({ before: Share, after: Share }),
});
export type Forecast = Wire<typeof ForecastSchema>;
