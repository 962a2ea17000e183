// `GET /api/route`: a decision, as the API shows it.

import * as v from 'valibot';
import { Count, Version, type Wire } from './schema-kinds.ts';

const Milliseconds = v.number();

export const EstimateSchema = v.strictObject({
  priorMs: v.pipe(Milliseconds, v.description('what the model says')),
  measuredMs: v.pipe(v.nullable(Milliseconds), v.description('mean of the measurements, if there are any')),
  samples: Count,
  finalMs: v.pipe(Milliseconds, v.description('both together')),
});

/** What besides its kind an effect tells is for its filter to say: a limit, a rule, a share. */
const Details = v.union([v.string(), v.number()]);

export const EffectSchema = v.pipe(
  v.objectWithRest(
    {
      effect: v.picklist(['drop', 'demote', 'postpone', 'prefer', 'cost']),
      filter: v.string(),
      code: v.string(),
      reason: v.pipe(v.string(), v.description('the same in words')),
    },
    Details,
  ),
  v.description('what a filter did to the region; `cost` has `ms`, others what their filter has to tell'),
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
  v.description('the region that would serve, were all healthy and had room, and what it is passed over for'),
);

export const EntrySchema = v.strictObject({
  source: v.picklist(['colo', 'coordinates', 'country', 'continent', 'default']),
  value: v.string(),
  coordinates: v.strictObject({ latitude: v.number(), longitude: v.number() }),
});

export const RouteSchema = v.strictObject({
  region: v.pipe(v.nullable(v.string()), v.description('the winner; null where nobody may serve')),
  version: Version,
  entry: v.pipe(EntrySchema, v.description('where the request entered, and how that was known')),
  failover: v.nullable(FailoverSchema),
  candidates: v.pipe(v.array(CandidateSchema), v.description('best first')),
  rejected: v.pipe(v.array(ConsideredSchema), v.description('the last effect of each is the drop')),
  refusal: v.exactOptional(
    v.pipe(v.picklist(['residency', 'forced', 'nowhere']), v.description('only without candidates')),
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
