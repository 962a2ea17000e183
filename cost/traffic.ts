// The load that a cost is computed for, with its defaults and shares. Pure.

import type { AnyRegion, MeridianConfig } from '../regions/config.ts';
import { SECONDS_PER_MONTH } from './month.ts';
import type { TrafficOptions } from './traffic-options.ts';
import { type TrafficProblem, type TrafficSource, trafficProblems } from './traffic-problems.ts';

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
