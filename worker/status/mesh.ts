// `GET /api/mesh`: the mesh as a whole, put together from what each region says of the links that it dials.

import type { Mesh, MeshLink } from '../../api/mesh.ts';
import type { SeenState } from '../../api/states.ts';
import type { EdgeContext } from '../edge-context.ts';
import { pairsOf } from '../mesh/topology.ts';
import type { LinkStatus } from '../region/status.ts';
import { linksOf, regionReports } from './region-reports.ts';

export async function mesh(_request: Request, edge: EdgeContext): Promise<Response> {
  const { env, config } = edge;
  const [reports, dialled] = await Promise.all([
    regionReports(edge),
    Promise.all(config.regions.map(async (region) => [region.id, await linksOf(env, region)] as const)),
  ]);
  const states = new Map(reports.map(({ region, state }) => [region, state]));
  const ids = config.regions.map(({ id }) => id);
  return Response.json({ links: meshLinks(ids, states, new Map(dialled), Date.now()) } satisfies Mesh);
}

/** One link for every pair of regions; a pair of which one side sleeps is asleep, one that nobody knows is down. */
export function meshLinks(
  regions: readonly string[],
  states: ReadonlyMap<string, SeenState>,
  dialled: ReadonlyMap<string, readonly LinkStatus[]>,
  now: number,
): readonly MeshLink[] {
  return pairsOf(regions).map(({ a, b }) => {
    const link = dialled.get(a)?.find(({ peer }) => peer === b);
    const asleep = [a, b].some((region) => states.get(region) === 'asleep');
    return {
      a,
      b,
      state: asleep ? 'asleep' : (link?.state ?? 'down'),
      since: link?.since ?? now,
      rttMs: link?.rttMs ?? null,
      bytes: link?.bytes ?? null,
      remade: link?.remade ?? 0,
    };
  });
}
