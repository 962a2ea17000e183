// `GET /api/regions`: every region, with its configuration and its current state.

import type { RegionViews } from '../../api/regions.ts';
import type { EdgeContext } from '../edge-context.ts';
import { seenRegions, viewOf } from './region-reports.ts';

export async function regions(_request: Request, edge: EdgeContext): Promise<Response> {
  const views = (await seenRegions(edge)).map(viewOf);
  return Response.json({ version: edge.version, regions: views } satisfies RegionViews);
}
