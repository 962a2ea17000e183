// `GET /api/audit` and `GET /api/audit/export`.

import * as v from 'valibot';
import { Count, IsoTime, type Wire } from './schema-kinds.ts';

/**
 * `change`: something was done, or broke and may have been. `refused`: it was not done. Each kind is kept for itself, so
 * that refused attempts, however many, push out no change.
 */
export const AUDIT_KINDS = ['change', 'refused'] as const;

export const AuditEntrySchema = v.strictObject({
  id: Count,
  time: IsoTime,
  actor: v.pipe(v.string(), v.description('such as token:admin, access:ada@example.com, anonymous')),
  action: v.string(),
  outcome: v.pipe(v.string(), v.description('ok, or the code of the error')),
  from: v.pipe(v.nullable(Count), v.description('versions of the configuration')),
  to: v.nullable(Count),
  address: v.nullable(v.string()),
  detail: v.nullable(v.string()),
  attempts: v.pipe(Count, v.description('how many attempts it represents')),
  kind: v.picklist(AUDIT_KINDS),
  previous: v.pipe(v.string(), v.description('the hash of the entry of its kind before this one')),
  hash: v.pipe(v.string(), v.description('SHA-256 of this entry and `previous`, see docs/security.md')),
});
export type AuditEntry = Wire<typeof AuditEntrySchema>;

/** The media type of the whole log: an entry as JSON in each line, oldest first. */
export const AUDIT_LINES_TYPE = 'application/x-ndjson';

export const AuditSchema = v.strictObject({
  entries: v.pipe(v.array(AuditEntrySchema), v.description('newest first')),
  next: v.pipe(v.nullable(Count), v.description('what `before` has to be for the next page')),
});
export type Audit = Wire<typeof AuditSchema>;
