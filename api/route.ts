// `GET /api/route`: a decision, as the API shows it.

import * as v from 'valibot';
import { EFFECT_KINDS, ENTRY_SOURCES } from './decision.ts';
import { Count, Version, type Wire } from './schema-kinds.ts';

const Milliseconds = v.number();

export const EstimateSchema = v.strictObject({
  priorMs: v.pipe(Milliseconds, v.description('the estimate of the model')),
  measuredMs: v.pipe(
    v.nullable(Milliseconds),
    v.description('the typical round trip of the last ones measured, outliers left out; null if none was'),
  ),
  samples: v.pipe(
    Count,
    v.description(
      'how many of those agree on it, less up to two that do not, fewer the older they are; 0 where they contradict each other',
    ),
  ),
  finalMs: v.pipe(Milliseconds, v.description('both combined')),
});

/** Other fields of an effect depend on its filter: a limit, a rule, a share. */
const Details = v.union([v.string(), v.number(), v.boolean()]);

export const EffectSchema = v.pipe(
  v.objectWithRest(
    {
      effect: v.picklist(EFFECT_KINDS),
      filter: v.string(),
      code: v.string(),
      reason: v.pipe(v.string(), v.description('the same as text')),
    },
    Details,
  ),
  v.description('what a filter did to the region; `cost` has `ms`, and filters may add fields of their own'),
);

export const ConsideredSchema = v.strictObject({
  region: v.string(),
  estimate: EstimateSchema,
  effects: v.array(EffectSchema),
});

const CandidateSchema = v.strictObject({
  rank: v.pipe(Count, v.minValue(1)),
  ...ConsideredSchema.entries,
  tier: v.pipe(
    v.number(),
    v.description('below 0 preferred; 0 to 99 usual, the priority less one; from 100 on demoted'),
  ),
  scoreMs: v.pipe(Milliseconds, v.description('what ranks it within its tier')),
});

const FailoverSchema = v.pipe(
  v.objectWithRest(
    { from: v.string(), effect: v.string(), filter: v.string(), code: v.string(), reason: v.string() },
    Details,
  ),
  v.description('the region that would serve if all were healthy and had room, and why it does not'),
);

export const EntrySchema = v.strictObject({
  source: v.picklist(ENTRY_SOURCES),
  value: v.string(),
  coordinates: v.strictObject({ latitude: v.number(), longitude: v.number() }),
});

export const RouteSchema = v.strictObject({
  region: v.pipe(v.nullable(v.string()), v.description('the winner; null if no region may serve')),
  version: Version,
  entry: v.pipe(EntrySchema, v.description('where the request entered, and how that was determined')),
  failover: v.nullable(FailoverSchema),
  candidates: v.pipe(v.array(CandidateSchema), v.description('best first')),
  rejected: v.pipe(
    v.array(ConsideredSchema),
    v.description('regions that were dropped; the last effect of each is the drop'),
  ),
  refusal: v.exactOptional(
    v.pipe(v.string(), v.description('name of the reason why no region may serve, such as `residency`')),
  ),
  pinned: v.pipe(v.boolean(), v.description('whether the winner was asked for')),
  panic: v.pipe(
    v.boolean(),
    v.description('so few regions looked healthy that guesses at health were ignored'),
  ),
  wake: v.exactOptional(v.pipe(v.string(), v.description('a sleeping region that would be better awake'))),
  notes: v.pipe(v.array(v.string()), v.description('what in the request was ignored, and why')),
});
export type Route = Wire<typeof RouteSchema>;
