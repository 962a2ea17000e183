// `GET /api/audit`.

import * as v from 'valibot';
import { Count, IsoTime, type Wire } from './schema-kinds.ts';

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
});
export type AuditEntry = Wire<typeof AuditEntrySchema>;

export const AuditSchema = v.strictObject({
  entries: v.pipe(v.array(AuditEntrySchema), v.description('newest first')),
  next: v.pipe(v.nullable(Count), v.description('what `before` has to be for the next page')),
});
export type Audit = Wire<typeof AuditSchema>;
