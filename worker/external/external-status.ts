// How the external regions are, as this isolate sees it: asked anew for a data center's own record, and at most every few
// seconds for all who look. What nobody can know of somebody else's servers is absent: how many clients and leaf nodes they
// have, and how many they take.

import type { RegionView } from '../../api/regions.ts';
import { UNREACHABLE } from '../../api/states.ts';
import type { ExternalRegion } from '../../regions/config.ts';
import { type ExternalMeans, externalMeans } from './dial-external.ts';
import { ExternalError } from './external-error.ts';
import { probeExternal } from './probe-external.ts';

/** What is known of an external region, in the fields that other regions report. */
export interface ExternalStatus extends Pick<RegionView, 'region' | 'since' | 'serverVersion' | 'problem'> {
  readonly state: 'up' | 'draining' | typeof UNREACHABLE;
  /** How long the look took; absent if it failed. */
  readonly tookMs?: number;
  readonly rttMs?: number;
}

/** Each look opens a connection at somebody else's server. */
export const REUSE_MS = 5_000;

/** Only what has been answered: no request can wait for the I/O of another. */
interface Kept {
  readonly url: string;
  readonly at: number;
  readonly status: ExternalStatus;
}

export class ExternalLooks {
  readonly #kept = new Map<string, Kept>();
  readonly #since = new Map<string, Pick<ExternalStatus, 'state' | 'since'>>();
  readonly #now: () => number;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** As it was seen a few seconds ago, or is now. Never rejects. */
  async status(region: ExternalRegion, means: ExternalMeans): Promise<ExternalStatus> {
    const kept = this.#kept.get(region.id);
    const isFresh = kept?.url === region.url && Math.abs(this.#now() - kept.at) < REUSE_MS;
    return isFresh ? kept.status : this.look(region, means);
  }

  /** As it is now. Never rejects. */
  async look(region: ExternalRegion, means: ExternalMeans): Promise<ExternalStatus> {
    const status = await this.#ask(region, means);
    this.#kept.set(region.id, { url: region.url, at: this.#now(), status });
    return status;
  }

  async #ask(region: ExternalRegion, means: ExternalMeans): Promise<ExternalStatus> {
    const began = this.#now();
    try {
      const { version, isLameDuck, rttMs } = await probeExternal(region, means, this.#now);
      return {
        ...this.#inState(region.id, isLameDuck ? 'draining' : 'up'),
        tookMs: this.#now() - began,
        ...(version !== undefined && { serverVersion: version }),
        ...(rttMs !== undefined && { rttMs }),
      };
    } catch (error) {
      const problem = error instanceof ExternalError ? error.message : 'it cannot be reached';
      return { ...this.#inState(region.id, UNREACHABLE), problem };
    }
  }

  #inState(
    region: string,
    state: ExternalStatus['state'],
  ): Pick<ExternalStatus, 'region' | 'state' | 'since'> {
    const last = this.#since.get(region);
    const since = last?.state === state ? last.since : this.#now();
    this.#since.set(region, { state, since });
    return { region, state, since };
  }
}

/** One per isolate. */
const looks = new ExternalLooks();

/** For all who look. @param env where the secrets are */
export function externalStatus(env: object, region: ExternalRegion): Promise<ExternalStatus> {
  return looks.status(region, externalMeans(env));
}

/** For who measures. */
export function lookAtExternal(env: object, region: ExternalRegion): Promise<ExternalStatus> {
  return looks.look(region, externalMeans(env));
}
