// A world in which the model is wrong, made from the model itself: each city's round trip to a region is the estimate times
// a factor of its own, and now and then there is a detour on top. As far off as the model is on the public Internet: the
// mean regret by the prior alone is 4 to 6 ms with nine regions.

import { expectedRttMs } from '../../../routing/latency/prior.ts';
import { normal, seededRandom } from '../../../tools/simulate/random.ts';
import { type Setup, setupOf } from '../../../tools/simulate/setup.ts';
import { KNOWN_BEST, NINE_REGIONS, SIX_REGIONS } from './known-best.ts';
import { scenarioOf } from './scenario.ts';

const FACTOR_SD = 0.12;
const DETOUR_SHARE = 0.08;
const DETOUR_MEAN_MS = 40;

/** 84 cities, and nine regions or six. The same seed makes the same world. */
export function spoiledWorld(seed: number, count: 6 | 9): Setup {
  const random = seededRandom(`world ${seed} ${count}`);
  const regions = count === 9 ? NINE_REGIONS : SIX_REGIONS;
  const clients = KNOWN_BEST.map(({ place, latitude, longitude }) => ({
    id: place,
    country: 'XX',
    continent: 'EU',
    latitude,
    longitude,
    rttMs: Object.fromEntries(
      regions.map((region) => {
        const detourMs = random() < DETOUR_SHARE ? -DETOUR_MEAN_MS * Math.log(1 - random()) : 0;
        const ms = expectedRttMs({ latitude, longitude }, region) * Math.exp(FACTOR_SD * normal(random));
        return [region.id, Math.max(1, ms + detourMs)];
      }),
    ),
  }));
  return setupOf(scenarioOf({ name: `spoiled-${seed}`, regions: [...regions], clients }));
}
