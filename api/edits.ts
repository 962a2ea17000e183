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

/** `POST /api/config/restore` */
export const RestoreConfigBodySchema = v.strictObject({
  base: VersionNumber,
  version: v.exactOptional(
    v.pipe(v.number(), v.safeInteger(), v.minValue(1), v.description('in the backup; by default the newest')),
  ),
  store: v.exactOptional(
    v.pipe(
      v.string(),
      v.regex(/^\d{8}T\d{6}Z-[0-9a-f]{8}$/, 'the name of a store, such as 20261126T193317Z-1a2b3c4d'),
      v.description('whose backup; by default of all earlier ones that which has the newest version'),
    ),
  ),
  message: v.exactOptional(Message),
  force: v.optional(
    v.pipe(v.boolean(), v.description('even if there are versions already, or if it is the last region')),
    false,
  ),
  dryRun: v.optional(v.pipe(v.boolean(), v.description('only shows what would be restored')), false),
});
export type RestoreConfigBody = v.InferInput<typeof RestoreConfigBodySchema>;

/** `POST /api/config/dry-run` */
export const DryRunBodySchema = v.strictObject({ config: Proposed });
export type DryRunBody = v.InferInput<typeof DryRunBodySchema>;
