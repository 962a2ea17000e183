// `GET /api/regions`: every region, as it is configured and as it is.

import type { RegionView, RegionViews } from '../../api/regions.ts';
import type { EdgeContext } from '../edge-context.ts';
import { regionReport } from './region-reports.ts';

export async function regions(_request: Request, { env, config, version }: EdgeContext): Promise<Response> {
  const views = config.regions.map(
    async (region): Promise<RegionView> => ({
      id: region.id,
      name: region.name,
      hint: region.hint,
      latitude: region.latitude,
      longitude: region.longitude,
      enabled: region.enabled,
      keepAwake: region.keepAwake,
      jetstream: region.jetstream,
      ...(await regionReport(env, region)),
    }),
  );
  return Response.json({ version, regions: await Promise.all(views) } satisfies RegionViews);
}
