// `GET /api/regions`: every region, with its configuration and its current state.

import type { RegionView, RegionViews } from '../../api/regions.ts';
import { isExternal, type RegionConfig } from '../../regions/config.ts';
import type { EdgeContext } from '../edge-context.ts';
import { type SeenRegion, seenRegions } from './region-reports.ts';

export async function regions(_request: Request, edge: EdgeContext): Promise<Response> {
  const views = (await seenRegions(edge)).map(viewOf);
  return Response.json({ version: edge.version, regions: views } satisfies RegionViews);
}

/** A region as the API shows it. */
export function viewOf({ config, report }: SeenRegion): RegionView {
  return {
    id: config.id,
    name: config.name,
    latitude: config.latitude,
    longitude: config.longitude,
    enabled: config.enabled,
    ...(isExternal(config) ? { kind: config.kind } : serverOf(config)),
    ...report,
  };
}

/** What only a region with a server of ours has. */
function serverOf({ hint, placement, keepAwake, jetstream }: RegionConfig): Partial<RegionView> {
  return { hint, placement, keepAwake, jetstream };
}
