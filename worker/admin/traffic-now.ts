// Where the clients that are connected now are located, for a forecast.

import { externalRegions, ownRegions } from '../../regions/config.ts';
import type { EdgeContext } from '../edge-context.ts';
import { populationTraffic } from '../forecast/population-traffic.ts';
import type { Traffic } from '../forecast/traffic.ts';
import { messageOf } from '../message-of.ts';
import { regionStub } from '../region/region-stub.ts';

/** The clients that the regions have counted; if no region that answers has counted any, the world population. */
export async function trafficNow({ env, config }: EdgeContext): Promise<Traffic> {
  const uncounted = externalRegions(config).filter(({ enabled }) => enabled);
  const known = await Promise.all(
    ownRegions(config).map(async (region) => {
      try {
        const stub = regionStub(env, region);
        const [samples, { clients }] = await Promise.all([stub.traffic(), stub.status()]);
        return { id: region.id, samples, clients, silent: [] };
      } catch (error) {
        console.warn(`region ${region.id} does not say where its clients come from: ${messageOf(error)}`);
        return { id: region.id, samples: [], clients: undefined, silent: [region.id] };
      }
    }),
  );
  const samples = known.flatMap((region) =>
    region.samples.map(({ fromBackup: _fromBackup, ...sample }) => sample),
  );
  const fromBackup = known.flatMap(({ id, samples }) =>
    samples.some((sample) => sample.fromBackup) ? [id] : [],
  );
  const silent = known.flatMap((region) => region.silent);
  const connected = sumOfKnown([...known.map(({ clients }) => clients), ...uncounted.map(() => undefined)]);
  return {
    ...(samples.length === 0 ? populationTraffic() : { source: 'traffic', samples }),
    ...(connected !== undefined && { connected }),
    ...(silent.length > 0 && { silent }),
    ...(uncounted.length > 0 && { uncounted: uncounted.map(({ id }) => id) }),
    ...(fromBackup.length > 0 && { fromBackup }),
  };
}

/** Undefined if any count is unknown: the sum would cover fewer regions than were asked. */
function sumOfKnown(counts: readonly (number | undefined)[]): number | undefined {
  return counts.reduce(
    (sum, count) => (sum === undefined || count === undefined ? undefined : sum + count),
    0,
  );
}
