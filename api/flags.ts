// `GET /api/flags`: feature flags, evaluated for one client.

import * as v from 'valibot';
import { Version, type Wire } from './schema-kinds.ts';

/** As in OpenFeature. */
export const FLAG_REASONS = ['STATIC', 'TARGETING_MATCH', 'SPLIT', 'DISABLED', 'DEFAULT'] as const;

const FlagValueSchema = v.strictObject({
  flag: v.string(),
  value: v.boolean(),
  variant: v.picklist(['on', 'off']),
  reason: v.pipe(
    v.picklist(FLAG_REASONS),
    v.description(
      '`STATIC`: on for all; `TARGETING_MATCH`: on for those it names; `SPLIT`: its percentage decided; `DISABLED`: off; `DEFAULT`: not for this client, or one of Meridian that the configuration does not have',
    ),
  ),
  why: v.pipe(v.string(), v.description('the same as a sentence')),
});

export const FlagsAnswerSchema = v.strictObject({
  version: Version,
  client: v.pipe(
    v.strictObject({
      colo: v.nullable(v.string()),
      country: v.string(),
      key: v.pipe(v.string(), v.description('what percentages are drawn by')),
    }),
    v.description('for whom; null and `XX` where it is not known'),
  ),
  flags: v.pipe(v.array(FlagValueSchema), v.description('by name')),
});
export type FlagsAnswer = Wire<typeof FlagsAnswerSchema>;
