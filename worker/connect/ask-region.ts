// Asks a region for its status, for the record of a data center: the object of one of ours, or an external one itself.

import { type AnyRegion, type ExternalRegion, isExternal } from '../../regions/config.ts';
import type { RoundTrips } from '../../routing/round-trips.ts';
import type { Env } from '../env.ts';
import { lookAtExternal } from '../external/external-status.ts';
import { regionStub } from '../region/region-stub.ts';
import type { Told } from './told.ts';

/** @param colo the data center that asks */
export function askRegion(env: Env, region: AnyRegion, colo: string): Promise<Told> {
  return isExternal(region) ? askExternal(env, region) : regionStub(env, region).status(colo);
}

/** An external region has no object that could: there only the data center's cache does. */
export async function rememberAt(
  env: Env,
  region: AnyRegion,
  colo: string,
  trips: RoundTrips,
): Promise<void> {
  if (!isExternal(region)) await regionStub(env, region).remember(colo, trips);
}

/** What took longer than one round trip was the upgrade, whose parts are several. */
async function askExternal(env: Env, region: ExternalRegion): Promise<Told> {
  const began = Date.now();
  const { rttMs, tookMs: _tookMs, ...status } = await lookAtExternal(env, region);
  return {
    ...status,
    clients: undefined,
    objectAgeMs: Number.POSITIVE_INFINITY,
    ...(rttMs !== undefined && { answeredInMs: Math.max(0, Date.now() - began - rttMs) }),
  };
}
