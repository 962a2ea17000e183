// What the regions' objects say of themselves, each within a limit. Nothing here starts a region or rejects.

import type { RegionView } from '../../api/regions.ts';
import { type SeenState, UNREACHABLE } from '../../api/states.ts';
import type { RegionConfig } from '../../regions/config.ts';
import { instanceNameOf } from '../../regions/names.ts';
import { withTimeout } from '../../waiting/with-timeout.ts';
import type { EdgeContext } from '../edge-context.ts';
import type { Env } from '../env.ts';
import { messageOf } from '../message-of.ts';
import { regionStub } from '../region/region-stub.ts';
import type { LinkStatus, RegionStatus } from '../region/status.ts';

/** A region that doesn't answer its own Worker for this long counts as unreachable. */
const REGION_TIMEOUT_MS = 3_000;

/** What a region says of itself, as the API shows it. */
export type RegionReport = Pick<RegionView, 'clients'> &
  Omit<RegionStatus, 'state' | 'clients'> & { readonly state: SeenState };

/** The reports of all regions, or of those that are `wanted`. */
export function regionReports(
  { env, config }: EdgeContext,
  wanted: (region: RegionConfig) => boolean = () => true,
): Promise<readonly RegionReport[]> {
  return Promise.all(config.regions.filter(wanted).map((region) => regionReport(env, region)));
}

/** One that does not answer is unreachable, and nobody knows how many clients it has. */
export async function regionReport(env: Env, region: RegionConfig): Promise<RegionReport> {
  try {
    const { clients = null, ...status } = await inTime(region, regionStub(env, region).status());
    return { ...status, clients };
  } catch (error) {
    return {
      region: region.id,
      state: UNREACHABLE,
      since: Date.now(),
      clients: null,
      objectAgeMs: 0,
      peers: [],
      problem: messageOf(error),
    };
  }
}

/** The links that a region dials; none where it does not answer. */
export async function linksOf(env: Env, region: RegionConfig): Promise<readonly LinkStatus[]> {
  try {
    return await inTime(region, regionStub(env, region).links());
  } catch (error) {
    console.warn(`links of ${region.id}: ${messageOf(error)}`);
    return [];
  }
}

function inTime<T>({ id }: RegionConfig, call: Promise<T>): Promise<T> {
  return withTimeout(
    call,
    REGION_TIMEOUT_MS,
    `${instanceNameOf(id)} did not answer within ${REGION_TIMEOUT_MS} ms`,
  );
}
