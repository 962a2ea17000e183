// What the regions' objects report about themselves, each asked with a timeout and at most once a second. Nothing here
// starts a region or rejects.

import type { RegionView } from '../../api/regions.ts';
import { UNREACHABLE } from '../../api/states.ts';
import {
  type AnyRegion,
  type ExternalRegion,
  isExternal,
  type MeridianConfig,
  ownRegions,
  type RegionConfig,
} from '../../regions/config.ts';
import { instanceNameOf } from '../../regions/names.ts';
import { withTimeout } from '../../waiting/with-timeout.ts';
import type { EdgeContext } from '../edge-context.ts';
import type { Env } from '../env.ts';
import { externalStatus } from '../external/external-status.ts';
import { messageOf, publicMessageOf } from '../message-of.ts';
import { regionStub } from '../region/region-stub.ts';
import type { ForDataCenters, LinkStatus, RegionStatus } from '../region/status.ts';
import { OnceASecond } from './once-a-second.ts';

/** A region that doesn't answer its own Worker for this long counts as unreachable. */
const REGION_TIMEOUT_MS = 3_000;

/** Within this time, every region has answered or counts as unreachable. */
const ALL_TIMEOUT_MS = REGION_TIMEOUT_MS + 500;

/** What a region reports about itself, as the API shows it. */
export type RegionReport = Pick<RegionView, Exclude<keyof RegionStatus, keyof ForDataCenters>>;

/** A region of the configuration, with what it reports about itself. */
export interface SeenRegion {
  readonly config: AnyRegion;
  readonly report: RegionReport;
}

/** The links, by the id of the region that dials them. */
export type DialledLinks = ReadonlyMap<string, readonly LinkStatus[]>;

const sharedRegions = new OnceASecond<readonly SeenRegion[]>('the regions', ALL_TIMEOUT_MS);
const sharedLinks = new OnceASecond<DialledLinks>('the links', ALL_TIMEOUT_MS);

/** All regions, in the order of the configuration. */
export function seenRegions(edge: EdgeContext): Promise<readonly SeenRegion[]> {
  const { env, config } = edge;
  return sharedRegions.get(edge, () => askRegions(env, config));
}

function askRegions(env: Env, { regions }: MeridianConfig): Promise<readonly SeenRegion[]> {
  return Promise.all(
    regions.map(async (region) => ({ config: region, report: await reportOf(env, region) })),
  );
}

/** The links of all regions, each as the side that dials it sees it. */
export function dialledLinks(edge: EdgeContext): Promise<DialledLinks> {
  const { env, config } = edge;
  return sharedLinks.get(edge, () => askLinks(env, config));
}

async function askLinks(env: Env, config: MeridianConfig): Promise<DialledLinks> {
  const links = ownRegions(config).map(async (region) => [region.id, await linksOf(env, region)] as const);
  return new Map(await Promise.all(links));
}

/** A region that does not answer is unreachable, and nothing else is known about it. */
export function reportOf(env: Env, region: AnyRegion): Promise<RegionReport> {
  return isExternal(region) ? externalReport(env, region) : ownReport(env, region);
}

async function ownReport(env: Env, region: RegionConfig): Promise<RegionReport> {
  try {
    const {
      clients = null,
      answeredInMs: _took,
      remembered: _trips,
      ...status
    } = await inTime(region, regionStub(env, region).status());
    return { ...status, clients };
  } catch (error) {
    const problem = publicMessageOf(error, 'its object does not answer', `region ${region.id}`);
    return {
      region: region.id,
      state: UNREACHABLE,
      since: Date.now(),
      clients: null,
      problem,
    };
  }
}

/** How many clients it has nobody but its own operators knows. */
async function externalReport(env: Env, region: ExternalRegion): Promise<RegionReport> {
  const { tookMs: _took, rttMs: _rtt, ...status } = await externalStatus(env, region);
  const isDrained = region.drain && status.state === 'up';
  return { ...status, ...(isDrained && { state: 'draining' }), clients: null };
}

/** None if the region does not answer. */
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
