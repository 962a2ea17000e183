// `GET /api/regions`: every region, with its configuration and its current state.

import type { RegionViews } from '../../api/regions.ts';
import type { EdgeContext } from '../edge-context.ts';
import { seenRegions } from './region-reports.ts';

export async function regions(_request: Request, edge: EdgeContext): Promise<Response> {
  const views = (await seenRegions(edge)).map(({ config, report }) => ({
    id: config.id,
    name: config.name,
    hint: config.hint,
    placement: config.placement,
    latitude: config.latitude,
    longitude: config.longitude,
    enabled: config.enabled,
    keepAwake: config.keepAwake,
    jetstream: config.jetstream,
    ...report,
  }));
  return Response.json({ version: edge.version, regions: views } satisfies RegionViews);
}
