// The admin endpoints: who may call each, what the audit log calls it, and what the handlers need of the regions.

import type { EdgeContext } from '../edge-context.ts';
import { regionStub } from '../env.ts';
import { populationTraffic } from '../forecast/population-traffic.ts';
import type { Traffic } from '../forecast/traffic.ts';
import { messageOf } from '../message-of.ts';
import { adminRoute } from './admin-route.ts';
import * as config from './config-api.ts';
import { setDrain } from './drain-edit.ts';
import { OPERATIONS, type Operation, operateRegion } from './region-ops.ts';

/** Edits are audited by the ConfigStore, together with what they change. */
const BY_STORE = { changesAuditedBy: 'handler' } as const;

export const readConfig = adminRoute<EdgeContext>('read', 'read', config.currentConfig);

export const putConfig = adminRoute<EdgeContext>(
  'write',
  'put',
  (request, edge, { actor }) => config.putConfig(request, edge, actor, notifyRegions(edge)),
  BY_STORE,
);

export const rollbackConfig = adminRoute<EdgeContext>(
  'write',
  'rollback',
  (request, edge, { actor }) => config.rollbackConfig(request, edge, actor, notifyRegions(edge)),
  BY_STORE,
);

export const dryRunConfig = adminRoute<EdgeContext>('read', 'dry-run', (request, edge, { actor }) =>
  config.dryRunConfig(request, edge, actor, () => trafficOf(edge)),
);

export const configHistory = adminRoute<EdgeContext>('read', 'history', config.configHistory);

export const auditLog = adminRoute<EdgeContext>('read', 'audit', config.auditLog);

/** One handler for each operation on a region; the id is the last but one part of the path. */
export const regionOperations = Object.fromEntries(
  OPERATIONS.map((operation) => [
    operation,
    adminRoute<EdgeContext>('write', operation, (request, edge, { actor, note }) => {
      const id = regionIdOf(request);
      note({ detail: `${operation} ${id.slice(0, 64)}` });
      return operateRegion(id, operation, edge, (region, drain) =>
        setDrain({ request, edge, actor, region, drain, notifyRegions: notifyRegions(edge) }),
      );
    }),
  ]),
) as Record<Operation, ReturnType<typeof adminRoute<EdgeContext>>>;

function regionIdOf({ url }: Request): string {
  return decodeURIComponent(new URL(url).pathname.split('/').at(-2) ?? '');
}

/** Tells every region's object of a new version, whoever of them answers. */
function notifyRegions({ env }: EdgeContext): config.NotifyRegions {
  return async (version, { regions }) => {
    await Promise.all(
      regions.map(async (region) => {
        try {
          await regionStub(env, region).configure(region, version);
        } catch (error) {
          console.warn(`region ${region.id} could not be told of the new configuration: ${messageOf(error)}`);
        }
      }),
    );
  };
}

/** What the regions have counted; with nothing counted yet, the world's population. */
async function trafficOf({ env, config: { regions } }: EdgeContext): Promise<Traffic> {
  const known = await Promise.all(
    regions.map(async (region) => {
      try {
        const stub = regionStub(env, region);
        const [samples, { clients }] = await Promise.all([stub.traffic(), stub.status()]);
        return { samples, clients };
      } catch (error) {
        console.warn(`region ${region.id} does not say where its clients come from: ${messageOf(error)}`);
        return { samples: [], clients: undefined };
      }
    }),
  );
  const samples = known.flatMap((region) => region.samples);
  const connected = sumOfKnown(known.map(({ clients }) => clients));
  return {
    ...(samples.length === 0 ? populationTraffic() : { source: 'traffic', samples }),
    ...(connected !== undefined && { connected }),
  };
}

/** Undefined as soon as one is not known: without it the sum would be of other regions than those that are asked about. */
function sumOfKnown(counts: readonly (number | undefined)[]): number | undefined {
  return counts.reduce(
    (sum, count) => (sum === undefined || count === undefined ? undefined : sum + count),
    0,
  );
}
