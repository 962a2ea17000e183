// `GET /api/whoami`: what a browser wants to know about its connection, since it cannot see the headers of an upgrade.

import * as v from 'valibot';
import { EntrySchema } from './route.ts';
import { Version, type Wire } from './schema-kinds.ts';

export const WhoamiSchema = v.strictObject({
  region: v.pipe(
    v.nullable(v.string()),
    v.description('the region that a connection made now would go to first; null where none may serve it'),
  ),
  decision: v.pipe(v.string(), v.description('why, as in the header `x-nats-decision`')),
  version: v.pipe(Version, v.description('version of the configuration that decided')),
  entry: v.pipe(EntrySchema, v.description('where the request entered, and how that was known')),
  country: v.pipe(
    v.string(),
    v.description('the country that residency rules see; `T1` for Tor, `XX` if unknown'),
  ),
  address: v.pipe(
    v.nullable(v.string()),
    v.description('what tells this client from others; of an IPv6 address its /64. Null if unknown'),
  ),
});
export type Whoami = Wire<typeof WhoamiSchema>;
