// `GET /api/config/forecasts`: what was forecast for the last edits, and what happened.

import * as v from 'valibot';
import { Count, Instant, Share, Version, type Wire } from './schema-kinds.ts';

const FORESEEN = {
  version: v.pipe(Version, v.description('that the edit made')),
  at: Instant,
  source: v.pipe(v.picklist(['traffic', 'population']), v.description('as in a dry run')),
  confidence: v.pipe(v.string(), v.description('as in a dry run')),
  movedShare: v.pipe(Share, v.description('of all clients: how many were to be served elsewhere')),
};

const ForeseenSchema = v.strictObject({
  ...FORESEEN,
  regions: v.array(v.strictObject({ region: v.string(), before: Share, after: Share })),
});
/** What is kept of a forecast; shares are of the clients that are served. */
export type Foreseen = Wire<typeof ForeseenSchema>;

export const EditFactSchema = v.strictObject({
  ...FORESEEN,
  until: v.pipe(v.nullable(Instant), v.description('when the next edit was made; null: it is the newest')),
  connects: v.pipe(Count, v.description('clients that regions took from the edit on, until the next one')),
  elsewhereShare: v.pipe(
    v.nullable(Share),
    v.description(
      'how many of them were served by another region than was forecast, at least; null if none came. Few clients differ by chance, and others than those of before move shares too',
    ),
  ),
  regions: v.pipe(
    v.array(
      v.strictObject({
        region: v.string(),
        before: Share,
        forecast: Share,
        fact: v.nullable(Share),
      }),
    ),
    v.description(
      'shares of the clients that are served: forecast for before and after the edit, and what came',
    ),
  ),
});
export type EditFact = Wire<typeof EditFactSchema>;

export const ForecastFactsSchema = v.strictObject({
  edits: v.pipe(v.array(EditFactSchema), v.description('the last ten, newest first')),
});
export type ForecastFacts = Wire<typeof ForecastFactsSchema>;
