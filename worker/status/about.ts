// `GET /.well-known/meridian.json`: the addresses of this edge.

import type { About } from '../../api/about.ts';
import { PATHS } from '../../api/paths.ts';

import { whyClosed } from '../connect/through-door.ts';
import type { EdgeContext } from '../edge-context.ts';
import { hasPage } from '../page/page.ts';
import { MERIDIAN_VERSION } from './openapi-document.ts';

/** It changes with the configuration, which takes up to a minute to reach every data center. */
const FRESH_FOR_SECONDS = 60;

export function about({ url }: Request, { config, version }: EdgeContext): Response {
  const { origin } = new URL(url);
  const socket = origin.replace(/^http/, 'ws');
  const scheme = new URL(socket).protocol;
  const body = {
    meridian: MERIDIAN_VERSION,
    version,
    cluster: config.cluster,
    nats: `${socket}${PATHS.nats}`,
    leafnode: whyClosed('leafnode', config) === undefined ? socket + PATHS.leafnode : null,
    mqtt: whyClosed('mqtt', config) === undefined ? socket + PATHS.mqtt : null,
    pins: config.routing.pinDomains.map((domain) => `${scheme}//{region}.${domain}`),
    api: origin + PATHS.openapi,
    map: hasPage ? origin + PATHS.root : null,
    metrics: origin + PATHS.metrics,
    sessions: config.sessions.madeBy === 'nobody' ? null : origin + PATHS.sessions,
    credentials: config.signIn === undefined ? null : origin + PATHS.credentials,
    regions:
      config.admin.regionsShownTo === 'readers'
        ? null
        : config.regions
            .filter(({ enabled }) => enabled)
            .map(({ id, name, latitude, longitude }) => ({ id, name, latitude, longitude })),
  } satisfies About;
  return Response.json(body, { headers: { 'cache-control': `public, max-age=${FRESH_FOR_SECONDS}` } });
}
