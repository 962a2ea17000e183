// `GET /api/mesh`: the mesh as a whole, put together from what each region reports about the links that it dials.

import type { Mesh, MeshLink } from '../../api/mesh.ts';
import type { SeenState } from '../../api/states.ts';
import { isExternal } from '../../regions/config.ts';
import type { EdgeContext } from '../edge-context.ts';
import { type Pair, pairsOf } from '../mesh/topology.ts';
import { type DialledLinks, dialledLinks, type SeenRegion, seenRegions } from './region-reports.ts';

export async function mesh(_request: Request, edge: EdgeContext): Promise<Response> {
  const [regions, dialled] = await Promise.all([seenRegions(edge), dialledLinks(edge)]);
  const states = statesOfLinked(regions);
  return Response.json({ links: meshLinks([...states.keys()], states, dialled) } satisfies Mesh);
}

/** Of the regions that are linked with each other: those of ours. */
export function statesOfLinked(regions: readonly SeenRegion[]): ReadonlyMap<string, SeenState> {
  const linked = regions.filter(({ config }) => !isExternal(config));
  return new Map(linked.map(({ config, report }) => [config.id, report.state]));
}

/**
 * One link for each pair of these regions: `asleep` if one side sleeps, `down` if neither side reports that it dials. Which
 * one does depends on members too, of which nothing is known here.
 */
export function meshLinks(
  regions: readonly string[],
  states: ReadonlyMap<string, SeenState>,
  dialled: DialledLinks,
): readonly MeshLink[] {
  return pairsOf(regions).map((pair) => {
    const { dialler, link } = reported(pair, dialled) ?? reported({ a: pair.b, b: pair.a }, dialled) ?? {};
    const [a, b] = dialler === pair.b ? [pair.b, pair.a] : [pair.a, pair.b];
    const asleep = [a, b].some((region) => states.get(region) === 'asleep');
    return {
      a,
      b,
      state: asleep ? 'asleep' : (link?.state ?? 'down'),
      since: link?.since ?? null,
      rttMs: link?.rttMs ?? null,
      bytes: link?.bytes ?? null,
      remade: link?.remade ?? null,
      compression: link?.compression ?? null,
      plainBecause: link?.plainBecause ?? null,
      transport: (link?.state === 'up' ? link.transport : undefined) ?? null,
    };
  });
}

function reported({ a, b }: Pair, dialled: DialledLinks) {
  const link = dialled.get(a)?.find(({ peer }) => peer === b);
  return link && { dialler: a, link };
}
