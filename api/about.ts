// `GET /.well-known/meridian.json`: where what is at this edge, for programs that know only its name.

import * as v from 'valibot';
import { Version, type Wire } from './schema-kinds.ts';

const address = (what: string) => v.pipe(v.string(), v.description(what));

export const AboutSchema = v.strictObject({
  meridian: address('version of the software, such as `0.1.0`'),
  version: v.pipe(Version, v.description('version of the configuration')),
  cluster: address("name of the regions' cluster"),
  nats: address('where NATS clients connect, over WebSocket'),
  leafnode: v.pipe(
    v.nullable(v.string()),
    v.description('where nats-servers join as leaf nodes; null where that door is closed'),
  ),
  mqtt: v.pipe(
    v.nullable(v.string()),
    v.description('where MQTT clients connect, over WebSocket; null where that door is closed'),
  ),
  pins: v.pipe(
    v.array(v.string()),
    v.description(
      'addresses that prefer a region, of which `{region}` is to be replaced by its id; as `routing.pinDomains` has them',
    ),
  ),
  api: address('this API as OpenAPI 3.1'),
  map: v.pipe(v.nullable(v.string()), v.description('the live map; null where the deployment has none')),
  metrics: address('metrics for Prometheus, with a token'),
  sessions: v.pipe(
    v.nullable(v.string()),
    v.description('where sessions are made; null where there are none'),
  ),
  credentials: v.pipe(
    v.nullable(v.string()),
    v.description('where a sign-in becomes a NATS user; null where there are no sign-ins'),
  ),
  regions: v.pipe(
    v.nullable(
      v.array(
        v.strictObject({
          id: v.string(),
          name: v.string(),
          latitude: v.number(),
          longitude: v.number(),
        }),
      ),
    ),
    v.description('those that may serve clients; null where `admin.regionsShownTo` is `readers`'),
  ),
});
export type About = Wire<typeof AboutSchema>;
