// `GET /api/mesh`: the mesh as a whole, put together from what each region reports about the links that it dials.

import type { Mesh, MeshLink } from '../../api/mesh.ts';
import type { SeenState } from '../../api/states.ts';
import type { EdgeContext } from '../edge-context.ts';
import { pairsOf } from '../mesh/topology.ts';
import { type DialledLinks, dialledLinks, seenRegions } from './region-reports.ts';

export async function mesh(_request: Request, edge: EdgeContext): Promise<Response> {
  const [regions, dialled] = await Promise.all([seenRegions(edge), dialledLinks(edge)]);
  const states = new Map(regions.map(({ config, report }) => [config.id, report.state]));
  return Response.json({ links: meshLinks([...states.keys()], states, dialled) } satisfies Mesh);
}

/** One link for each pair of regions: `asleep` if one side sleeps, `down` if the side that dials does not report it. */
export function meshLinks(
  regions: readonly string[],
  states: ReadonlyMap<string, SeenState>,
  dialled: DialledLinks,
): readonly MeshLink[] {
  return pairsOf(regions).map(({ a, b }) => {
    const link = dialled.get(a)?.find(({ peer }) => peer === b);
    const asleep = [a, b].some((region) => states.get(region) === 'asleep');
    return {
      a,
      b,
      state: asleep ? 'asleep' : (link?.state ?? 'down'),
      since: link?.since ?? null,
      rttMs: link?.rttMs ?? null,
      bytes: link?.bytes ?? null,
      remade: link?.remade ?? null,
    };
  });
}
