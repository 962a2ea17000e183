// One look at everything that the map shows.

import type { LivePlace } from '../../api/live.ts';
import { withTimeout } from '../../waiting/with-timeout.ts';
import type { ActiveConfig } from '../config/active-config.ts';
import type { Env } from '../env.ts';
import { messageOf } from '../message-of.ts';
import { regionStub } from '../region/region-stub.ts';
import { meshLinks } from '../status/mesh.ts';
import { askLinks, askRegions, viewOf } from '../status/region-reports.ts';
import { placesOf } from './places.ts';
import type { Scene } from './scene.ts';

const TRAFFIC_WITHIN_MS = 2_000;

/** Regions and links now. @param places as they were seen last: they are looked at less often */
export async function look(
  env: Env,
  { config, version }: ActiveConfig,
  places: readonly LivePlace[],
): Promise<Scene> {
  const [regions, dialled] = await Promise.all([askRegions({ env, config }), askLinks({ env, config })]);
  const states = new Map(regions.map((region) => [region.config.id, region.report.state]));
  const links = meshLinks([...states.keys()], states, dialled);
  return { at: Date.now(), version, regions: regions.map(viewOf), links, places };
}

/** Where clients are. A region that does not answer shows none. Never rejects. */
export async function lookAtPlaces(
  env: Env,
  { config }: ActiveConfig,
  { regions }: Pick<Scene, 'regions'>,
): Promise<readonly LivePlace[]> {
  const counted = regions.map(async ({ id, clients }) => {
    const region = config.regions.find((each) => each.id === id);
    if (region === undefined || clients === null || clients === 0)
      return { region: id, clients, samples: [] };
    try {
      const late = `it did not answer within ${TRAFFIC_WITHIN_MS} ms`;
      const samples = await withTimeout(regionStub(env, region).traffic(), TRAFFIC_WITHIN_MS, late);
      return { region: id, clients, samples };
    } catch (error) {
      console.warn(`where clients of region ${id} are: ${messageOf(error)}`);
      return { region: id, clients, samples: [] };
    }
  });
  return placesOf(await Promise.all(counted));
}
