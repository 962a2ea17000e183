// A forecast: what a change of the configuration would do. The dry run of an edit answers with one.
// Every share is one of all clients, 0 to 1; a region that is null is none: the client is refused.

import * as v from 'valibot';
import { Count, Share, type Wire } from './schema-kinds.ts';

const Region = v.string();
/** None: the client is refused. */
const RegionOrNone = v.nullable(Region);
/** None: nobody is served. */
const MillisecondsOrNone = v.nullable(v.number());

const CountryShareSchema = v.strictObject({
  country: v.pipe(v.string(), v.description('ISO 3166 alpha-2; XX stands for those that are not known')),
  share: Share,
});
export type CountryShare = Wire<typeof CountryShareSchema>;

const ColoShareSchema = v.strictObject({ colo: v.string(), share: Share });
export type ColoShare = Wire<typeof ColoShareSchema>;

const MoveSchema = v.strictObject({
  from: RegionOrNone,
  to: RegionOrNone,
  share: Share,
  countries: v.pipe(v.array(CountryShareSchema), v.description('where most of them come from, most first')),
  colos: v.array(ColoShareSchema),
});
/** Clients that another region would serve than now. */
export type Move = Wire<typeof MoveSchema>;

const LatencySummarySchema = v.strictObject({ meanMs: MillisecondsOrNone, p95Ms: MillisecondsOrNone });
/** Expected round trips, before and after, of the clients that are served after. */
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
/** A limit that the clients of a region would pass. */
export type PassedLimit = Wire<typeof PassedLimitSchema>;

const UnservedCountrySchema = v.strictObject({
  ...CountryShareSchema.entries,
  isNew: v.pipe(v.boolean(), v.description('whether the change is to blame')),
});
/** A country of which some or all clients would be refused; a share of 0 is one that sent nobody yet. */
export type UnservedCountry = Wire<typeof UnservedCountrySchema>;

const RegionShareSchema = v.strictObject({ region: Region, before: Share, after: Share });
export type RegionShare = Wire<typeof RegionShareSchema>;

export const ForecastSchema = v.strictObject({
  source: v.pipe(
    v.picklist(['traffic', 'population']),
    v.description('what the regions have counted, or with nothing counted where people live'),
  ),
  clients: v.pipe(Count, v.description('connections that the samples stand for; 0 where they are people')),
  samples: v.pipe(Count, v.description('places that were replayed')),
  confidence: v.pipe(v.string(), v.description('how sure this is, in words')),
  marginShare: v.pipe(Share, v.description('how far a share may be off, with a probability of 95%')),
  movedShare: Share,
  moves: v.pipe(v.array(MoveSchema), v.description('largest first')),
  latency: v.strictObject({
    before: LatencySummarySchema,
    after: LatencySummarySchema,
    worst: v.pipe(v.array(WorstClientsSchema), v.description('at most ten, worst first')),
  }),
  limits: v.array(PassedLimitSchema),
  unserved: v.pipe(v.array(UnservedCountrySchema), v.description('largest share first')),
  regions: v.pipe(v.array(RegionShareSchema), v.description('with `refused` they sum to 1')),
  refused: v.strictObject({ before: Share, after: Share }),
});
export type Forecast = Wire<typeof ForecastSchema>;
