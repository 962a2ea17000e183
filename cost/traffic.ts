// The load that a cost is computed for: what may be said of it, and its defaults. Pure.

import type { AnyRegion, MeridianConfig } from '../regions/config.ts';
import { SECONDS_PER_MONTH } from './month.ts';
import { type TrafficProblem, type TrafficSource, trafficProblems } from './traffic-problems.ts';

/** All optional; what each is by default, `resolveTraffic` says. */
export interface TrafficOptions {
  /** Connected at the same time, in all regions together, while there are any. Default: 0. */
  readonly clients?: number;
  /** That all clients together publish in a second, while there are any. Default: 0. */
  readonly messages?: number;
  /** Bytes of a message's payload. Default: 128. */
  readonly size?: number;
  /** How many clients get each message, on average. Default: 1. */
  readonly fanOut?: number;
  /** Hours of a day in which there are clients. Default: 24. Regions that may sleep do so for the rest. */
  readonly hours?: number;
  /** How often a client connects in a day. Default: 4. */
  readonly connects?: number;
  /** Of the clients, by region, in any unit. Default: as many in each that takes clients. */
  readonly shares?: Readonly<Record<string, number>>;
  /** Streams to which something is written all the time. Default: 0. */
  readonly streams?: number;
  /** GB that R2 keeps of them. Default: 0. */
  readonly storedGb?: number;
  /** Of the messages, 0 to 1: how many are stored in a stream, with three replicas. Default: 0. */
  readonly storedShare?: number;
  /** Hours of all sessions together, in a month. Default: 0. */
  readonly sessionHours?: number;
  /** Bytes between regions, of what the messages have: less than 1 where links compress. Default: 1. */
  readonly meshBytesRatio?: number;
  /** Of `/metrics`, and other requests of the HTTP API that ask all regions. Default: 0. */
  readonly scrapesPerMinute?: number;
  /** 0 to 1: `head_sampling_rate` of Workers Logs, which is on in `wrangler.toml`. 0: it is off. Default: 1. */
  readonly logSamplingRate?: number;
}

/** With every default filled in; shares add up to 1, or are all 0 where nobody takes clients. */
export type Traffic = Readonly<Required<Omit<TrafficOptions, 'shares'>>> & {
  readonly shares: ReadonlyMap<string, number>;
};

const DEFAULTS = {
  clients: 0,
  messages: 0,
  size: 128,
  fanOut: 1,
  hours: 24,
  connects: 4,
  streams: 0,
  storedGb: 0,
  storedShare: 0,
  sessionHours: 0,
  meshBytesRatio: 1,
  scrapesPerMinute: 0,
  logSamplingRate: 1,
} as const;

export type ResolvedTraffic =
  | { readonly ok: true; readonly traffic: Traffic }
  | { readonly ok: false; readonly problems: readonly TrafficProblem[] };

/** All problems at once. @param config whose regions the shares are of */
export function resolveTraffic(
  options: TrafficOptions,
  { regions }: Pick<MeridianConfig, 'regions'>,
  source: TrafficSource = 'asked',
): ResolvedTraffic {
  const { shares, ...given } = options;
  const numbers = { ...DEFAULTS, ...given };
  const problems = trafficProblems({ ...numbers, ...(shares !== undefined && { shares }) }, regions, source);
  if (problems.length > 0) return { ok: false, problems };
  return { ok: true, traffic: { ...numbers, shares: sharesOf(shares, regions) } };
}

function sharesOf(
  shares: TrafficOptions['shares'],
  regions: readonly AnyRegion[],
): ReadonlyMap<string, number> {
  const weights = regions.map(
    (region) =>
      [region.id, shares === undefined ? Number(takesClients(region)) : (shares[region.id] ?? 0)] as const,
  );
  const sum = weights.reduce((total, [, weight]) => total + weight, 0);
  return new Map(weights.map(([id, weight]) => [id, sum === 0 ? 0 : weight / sum]));
}

/** Whether clients are sent there, as far as its own settings go. */
export function takesClients({ enabled, drain, dial }: AnyRegion): boolean {
  return enabled && !drain && dial > 0;
}

export function scrapesPerMonth({ scrapesPerMinute }: Traffic): number {
  return scrapesPerMinute * (SECONDS_PER_MONTH / 60);
}
