// `GET /health`: whether any region can serve.

import type { Health } from '../../api/health.ts';
import type { SeenState } from '../../api/states.ts';
import type { EdgeContext } from '../edge-context.ts';
import { regionReports } from './region-reports.ts';

/** States in which a region takes a client, or is started by it. */
const SERVING: ReadonlySet<SeenState> = new Set(['up', 'asleep', 'starting']);

export async function health(_request: Request, edge: EdgeContext): Promise<Response> {
  const reports = await regionReports(edge, ({ enabled }) => enabled);
  const regions = reports.filter(({ state }) => SERVING.has(state)).map(({ region }) => region);
  const ok = regions.length > 0;
  return Response.json({ ok, version: edge.version, regions } satisfies Health, { status: ok ? 200 : 503 });
}
