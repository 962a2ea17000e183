// One look at all regions, for those who watch the live map. Starts nothing.

import type { LivePlace } from '../../api/live.ts';
import { type MeridianConfig, ownRegions } from '../../regions/config.ts';
import { withTimeout } from '../../waiting/with-timeout.ts';
import type { Env } from '../env.ts';
import { messageOf } from '../message-of.ts';
import { regionStub } from '../region/region-stub.ts';
import type { LinkStatus } from '../region/status.ts';
import { meshLinks } from '../status/mesh.ts';
import { linksOf, type RegionReport, reportOf } from '../status/region-reports.ts';
import { viewOf } from '../status/regions.ts';
import type { Seen } from './changes.ts';
import type { LastAnswers } from './last-answers.ts';
import { placesOf } from './places.ts';

/** A region that takes longer to answer than this is shown as it was, until it answers or counts as unreachable. */
const ANSWER_WITHIN_MS = 800;

const TRAFFIC_WITHIN_MS = 2_000;

/** What the regions have answered. */
export interface Asked {
  readonly regions: LastAnswers<RegionReport>;
  readonly links: LastAnswers<readonly LinkStatus[]>;
}

/**
 * What is seen of a configuration's regions now. Never rejects: a region that does not answer is unreachable.
 *
 * @param places as they were seen last, since they are looked at less often
 */
export async function look(
  env: Env,
  { config, version }: { config: MeridianConfig; version: number },
  asked: Asked,
  places: readonly LivePlace[],
): Promise<Seen> {
  const own = new Map(ownRegions(config).map((region) => [region.id, region]));
  const all = new Map(config.regions.map((region) => [region.id, region]));
  const [reports, dialled] = await Promise.all([
    asked.regions.of([...all.keys()], (id) => reportOf(env, regionIn(all, id)), ANSWER_WITHIN_MS),
    asked.links.of([...own.keys()], (id) => linksOf(env, regionIn(own, id)), ANSWER_WITHIN_MS),
  ]);
  const states = new Map([...reports].map(([id, { state }]) => [id, state]));
  return {
    at: Date.now(),
    version,
    regions: [...reports].map(([id, report]) => viewOf({ config: regionIn(all, id), report })),
    links: [...meshLinks([...own.keys()], states, dialled)],
    places,
  };
}

/** Only its own ids are asked for. */
function regionIn<R>(regions: ReadonlyMap<string, R>, id: string): R {
  return regions.get(id) as R;
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
