// One look at all regions, for those who watch the live map. Starts nothing.

import type { MeridianConfig } from '../../regions/config.ts';
import type { Env } from '../env.ts';
import { meshLinks } from '../status/mesh.ts';
import { askLinks, askRegions } from '../status/region-reports.ts';
import { viewOf } from '../status/regions.ts';
import type { Seen } from './changes.ts';

/** What is seen of a configuration's regions now. Never rejects: a region that does not answer is unreachable. */
export async function look(
  env: Env,
  { config, version }: { config: MeridianConfig; version: number },
): Promise<Seen> {
  const [regions, dialled] = await Promise.all([askRegions(env, config), askLinks(env, config)]);
  const states = new Map(regions.map(({ config: { id }, report }) => [id, report.state]));
  return {
    at: Date.now(),
    version,
    regions: regions.map(viewOf),
    links: [...meshLinks([...states.keys()], states, dialled)],
    places: [],
  };
}
