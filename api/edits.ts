// What the author of an edit sends. The Worker reads bodies with these schemas.

import * as v from 'valibot';

const MESSAGE_CHARACTERS = 500;

export const VersionNumber = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const Message = v.pipe(v.string(), v.maxLength(MESSAGE_CHARACTERS));

/** Checked by the validation in regions/, which reports all of its problems. */
const Proposed = v.unknown();

/** `PUT /api/config` */
export const PutBodySchema = v.strictObject({
  base: VersionNumber,
  config: Proposed,
  message: Message,
  force: v.optional(v.boolean(), false),
});
export type PutBody = v.InferInput<typeof PutBodySchema>;

/** `POST /api/config/rollback` */
export const RollbackBodySchema = v.strictObject({
  version: VersionNumber,
  base: VersionNumber,
  message: v.exactOptional(Message),
  force: v.optional(v.boolean(), false),
});
export type RollbackBody = v.InferInput<typeof RollbackBodySchema>;

/** `POST /api/config/dry-run` */
export const DryRunBodySchema = v.strictObject({ config: Proposed });
export type DryRunBody = v.InferInput<typeof DryRunBodySchema>;
