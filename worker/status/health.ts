// `GET /health`: whether a client could be served now, by which regions, and why the others could not serve it; and
// whether JetStream serves. The status is about clients; with `?jetstream=true` it is about JetStream too.

import { RETRY_AFTER_HEADER } from '../../api/headers.ts';
import type { Health } from '../../api/health.ts';
import type { EdgeContext } from '../edge-context.ts';
import { jetStreamHealth } from './jetstream-health.ts';
import { seenRegions } from './region-reports.ts';
import { whyNotServing } from './serving.ts';

const JETSTREAM_PARAMETER = 'jetstream';

/** A region that is restarting is up again after about this long. */
const RETRY_AFTER_SECONDS = 2;

export async function health({ url }: Request, edge: EdgeContext): Promise<Response> {
  const regions: string[] = [];
  const others: { readonly region: string; readonly reason: string }[] = [];
  const [seen, jetstream] = await Promise.all([seenRegions(edge), jetStreamHealth(edge)]);
  for (const { config, report } of seen) {
    const reason = whyNotServing(config, report, edge.config.routing);
    if (reason === undefined) regions.push(config.id);
    else others.push({ region: config.id, reason });
  }
  const ok = regions.length > 0;
  const body = { ok, version: edge.version, regions, others, jetstream } satisfies Health;
  const needsJetStream = new URL(url).searchParams.get(JETSTREAM_PARAMETER) === 'true';
  if (ok && (!needsJetStream || jetstream?.ok !== false)) return Response.json(body);
  return Response.json(body, { status: 503, headers: { [RETRY_AFTER_HEADER]: String(RETRY_AFTER_SECONDS) } });
}
