// The body of every error.

import * as v from 'valibot';
import { ChangeSchema, ProblemViewSchema, RivalVersionSchema } from './config.ts';
import { ERROR_STATUS, type ErrorCode } from './errors.ts';
import { Version, type Wire } from './schema-kinds.ts';

const CODES = Object.keys(ERROR_STATUS) as [ErrorCode, ...ErrorCode[]];

/** What an error carries besides its code and message. */
const DETAILS = {
  current: v.exactOptional(v.pipe(Version, v.description('conflict: the current version'))),
  changes: v.exactOptional(
    v.pipe(
      v.array(ChangeSchema),
      v.description('conflict: those since then; needs_deploy: those of platform settings'),
    ),
  ),
  versions: v.exactOptional(
    v.pipe(v.array(RivalVersionSchema), v.description('conflict: stored since then, newest first')),
  ),
  problems: v.exactOptional(v.pipe(v.array(ProblemViewSchema), v.description('invalid: all problems'))),
  regions: v.exactOptional(
    v.pipe(
      v.array(v.strictObject({ region: v.string(), reason: v.string() })),
      v.description('why each region may not serve the client'),
    ),
  ),
  notes: v.exactOptional(v.pipe(v.array(v.string()), v.description('what in the request was ignored'))),
  tried: v.exactOptional(
    v.pipe(
      v.array(v.strictObject({ region: v.string(), reason: v.string(), ms: v.number() })),
      v.description('no_region: the regions that did not take the client'),
    ),
  ),
};

const DetailsSchema = v.strictObject(DETAILS);
export type ErrorDetails = Wire<typeof DetailsSchema>;

export const ErrorAnswerSchema = v.strictObject({
  error: v.strictObject({ code: v.picklist(CODES), message: v.string(), ...DETAILS }),
});
export type ErrorAnswer = Wire<typeof ErrorAnswerSchema>;
