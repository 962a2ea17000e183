// Where the clients are who are connected now, for a forecast.

import type { EdgeContext } from '../edge-context.ts';
import { populationTraffic } from '../forecast/population-traffic.ts';
import type { Traffic } from '../forecast/traffic.ts';
import { messageOf } from '../message-of.ts';
import { regionStub } from '../region/region-stub.ts';

/** What the regions have counted; with nothing counted yet, the world's population. */
export async function trafficNow({ env, config: { regions } }: EdgeContext): Promise<Traffic> {
  const known = await Promise.all(
    regions.map(async (region) => {
      try {
        const stub = regionStub(env, region);
        const [samples, { clients }] = await Promise.all([stub.traffic(), stub.status()]);
        return { samples, clients };
      } catch (error) {
        console.warn(`region ${region.id} does not say where its clients come from: ${messageOf(error)}`);
        return { samples: [], clients: 0 };
      }
    }),
  );
  const samples = known.flatMap((region) => region.samples);
  const connected = known.reduce((sum, { clients }) => sum + clients, 0);
  return { ...(samples.length === 0 ? populationTraffic() : { source: 'traffic', samples }), connected };
}
