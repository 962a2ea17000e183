// The load that a cost is computed for: what may be said of it, its defaults, and what is wrong with it. Pure.

import type { AnyRegion, MeridianConfig } from '../regions/config.ts';
import { SECONDS_PER_MONTH } from './month.ts';

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

/** More are a mistake, or a test. */
export const MOST_CLIENTS = 1e9;

/** The most that each may be; beyond it a number is a mistake. */
const MOST: Readonly<Record<keyof typeof DEFAULTS, number>> = {
  clients: MOST_CLIENTS,
  messages: 1e9,
  size: 64 * 1024 * 1024,
  fanOut: 1e7,
  hours: 24,
  connects: 86_400,
  streams: 1e6,
  storedGb: 1e9,
  storedShare: 1,
  sessionHours: 1e7,
  meshBytesRatio: 2,
  scrapesPerMinute: 6_000,
  logSamplingRate: 1,
};

export interface TrafficProblem {
  /** As in `TrafficOptions`, such as `clients` or `shares.weur`. */
  readonly path: string;
  readonly message: string;
}

export type ResolvedTraffic =
  | { readonly ok: true; readonly traffic: Traffic }
  | { readonly ok: false; readonly problems: readonly TrafficProblem[] };

/** All problems at once. @param config whose regions the shares are of */
export function resolveTraffic(
  options: TrafficOptions,
  { regions }: Pick<MeridianConfig, 'regions'>,
): ResolvedTraffic {
  const { shares, ...given } = options;
  const numbers = { ...DEFAULTS, ...given };
  const problems = [...numberProblems(numbers), ...shareProblems(shares ?? {}, regions)];
  if (problems.length === 0 && numbers.messages > 0 && numbers.clients === 0)
    problems.push({
      path: 'messages',
      message: 'without clients nobody publishes: say how many clients there are',
    });
  if (problems.length > 0) return { ok: false, problems };
  return { ok: true, traffic: { ...numbers, shares: sharesOf(shares, regions) } };
}

function numberProblems(numbers: Readonly<Record<keyof typeof DEFAULTS, number>>): TrafficProblem[] {
  return (Object.keys(DEFAULTS) as (keyof typeof DEFAULTS)[]).flatMap((path) => {
    const value = numbers[path];
    const message = numberProblem(value, MOST[path]);
    return message === undefined ? [] : [{ path, message }];
  });
}

function numberProblem(value: number, most: number): string | undefined {
  if (typeof value !== 'number' || !Number.isFinite(value)) return `must be a number, and is ${value}`;
  if (value < 0) return `must not be negative, and is ${value}`;
  return value > most ? `must be ${most} at most, and is ${value}` : undefined;
}

function shareProblems(
  shares: Readonly<Record<string, number>>,
  regions: readonly AnyRegion[],
): TrafficProblem[] {
  const known = regions.map(({ id }) => id);
  const each = Object.entries(shares).flatMap(([id, share]) => {
    const path = `shares.${id}`;
    if (!known.includes(id))
      return [{ path, message: `there is no region ${id}; known: ${known.join(', ')}` }];
    const message = numberProblem(share, Number.MAX_VALUE);
    return message === undefined ? [] : [{ path, message }];
  });
  const values = Object.values(shares);
  if (each.length === 0 && values.length > 0 && values.every((share) => share === 0))
    return [{ path: 'shares', message: 'one of them must be more than 0' }];
  return each;
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
