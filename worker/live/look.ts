// One look at all regions, for those who watch the live map. Starts nothing.

import type { LivePlace } from '../../api/live.ts';
import { type MeridianConfig, ownRegions } from '../../regions/config.ts';
import { withTimeout } from '../../waiting/with-timeout.ts';
import type { Env } from '../env.ts';
import { messageOf } from '../message-of.ts';
import { regionStub } from '../region/region-stub.ts';
import { meshLinks, statesOfLinked } from '../status/mesh.ts';
import { askLinks, askRegions } from '../status/region-reports.ts';
import { viewOf } from '../status/regions.ts';
import type { Seen } from './changes.ts';
import { placesOf } from './places.ts';

const TRAFFIC_WITHIN_MS = 2_000;

/**
 * What is seen of a configuration's regions now. Never rejects: a region that does not answer is unreachable.
 *
 * @param places as they were seen last, since they are looked at less often
 */
export async function look(
  env: Env,
  { config, version }: { config: MeridianConfig; version: number },
  places: readonly LivePlace[],
): Promise<Seen> {
  const [regions, dialled] = await Promise.all([askRegions(env, config), askLinks(env, config)]);
  const states = statesOfLinked(regions);
  return {
    at: Date.now(),
    version,
    regions: regions.map(viewOf),
    links: [...meshLinks([...states.keys()], states, dialled)],
    places,
  };
}

/** Where the clients of these regions are. One that does not answer shows none. Never rejects. */
export async function lookAtPlaces(
  env: Env,
  config: MeridianConfig,
  { regions }: Pick<Seen, 'regions'>,
): Promise<readonly LivePlace[]> {
  const counted = regions.map(async ({ id, clients }) => {
    const region = ownRegions(config).find((each) => each.id === id);
    const nobody = { region: id, clients, samples: [] };
    if (region === undefined || clients === null || clients === 0) return nobody;
    try {
      const late = `it did not answer within ${TRAFFIC_WITHIN_MS} ms`;
      const samples = await withTimeout(regionStub(env, region).traffic(), TRAFFIC_WITHIN_MS, late);
      return { ...nobody, samples };
    } catch (error) {
      console.warn(`where clients of region ${id} are: ${messageOf(error)}`);
      return nobody;
    }
  });
  return placesOf(await Promise.all(counted));
}
