// `GET /health`.

import * as v from 'valibot';
import { Version, type Wire } from './schema-kinds.ts';

export const HealthSchema = v.strictObject({
  ok: v.pipe(v.boolean(), v.description('whether at least one region would take a client now')),
  version: Version,
  regions: v.pipe(
    v.array(v.string()),
    v.description('those that would; one that sleeps is started by its client'),
  ),
  others: v.pipe(
    v.array(v.strictObject({ region: v.string(), reason: v.string() })),
    v.description('why each of the others would not'),
  ),
  jetstream: v.pipe(
    v.nullable(v.strictObject({ ok: v.boolean(), problem: v.exactOptional(v.string()) })),
    v.description('whether JetStream and all of its streams serve; null where no region takes part in it'),
  ),
});
export type Health = Wire<typeof HealthSchema>;
