// What is wrong with a load that a cost is asked for: numbers that are none, too large, or that cannot be together. Pure.

import { type AnyRegion, isExternal } from '../regions/config.ts';
import type { TrafficOptions } from './traffic-options.ts';

/** With every default filled in. */
export type TrafficNumbers = Readonly<Required<Omit<TrafficOptions, 'shares'>>>;

/**
 * Who says what it is. A running edge counts what its servers send, to several subscriptions of a client too, and to each other:
 * each message may be sent to more than there are clients.
 */
export type TrafficSource = 'asked' | 'measured';

export interface TrafficProblem {
  /** As in `TrafficOptions`, such as `clients` or `shares.weur`. */
  readonly path: string;
  readonly message: string;
}

/** More are a mistake, or a test. */
export const MOST_CLIENTS = 1e9;

/** The most that each may be; beyond it a number is a mistake. */
const MOST: Readonly<Record<keyof TrafficNumbers, number>> = {
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
/** In any unit, and still a number when they are added up. */
const MOST_SHARE = 1e9;

/** All of them; of how they go together only where each is a number that may be. */
export function trafficProblems(
  traffic: TrafficNumbers & Pick<TrafficOptions, 'shares'>,
  regions: readonly AnyRegion[],
  source: TrafficSource,
): readonly TrafficProblem[] {
  const problems = [...numberProblems(traffic), ...shareProblems(traffic.shares ?? {}, regions)];
  return problems.length > 0 ? problems : together(traffic, regions, source);
}

function together(
  traffic: TrafficNumbers,
  regions: readonly AnyRegion[],
  source: TrafficSource,
): TrafficProblem[] {
  const { clients, messages, fanOut, streams } = traffic;
  const problems: TrafficProblem[] = [];
  if (messages > 0 && clients === 0)
    problems.push({
      path: 'messages',
      message: 'without clients nobody publishes: say how many clients there are',
    });
  else if (messages > 0 && fanOut > Math.max(1, clients) && source === 'asked')
    problems.push({
      path: 'fanOut',
      message: `each message cannot get to ${fanOut} clients where there are ${clients}: say how many clients there are`,
    });
  if (!Number.isInteger(streams))
    problems.push({ path: 'streams', message: `must be a whole number, and is ${streams}` });
  return [...problems, ...streamProblems(traffic, regions)];
}

/** Of what is kept in streams, where there can be none. */
function streamProblems(traffic: TrafficNumbers, regions: readonly AnyRegion[]): TrafficProblem[] {
  if (regions.some((region) => !isExternal(region) && region.enabled && region.jetstream)) return [];
  const kept = (['streams', 'storedShare', 'storedGb'] as const).filter((path) => traffic[path] > 0);
  return kept.map((path) => ({
    path,
    message: 'there is no stream, since no region has JetStream: three have to, and those may not sleep',
  }));
}

function numberProblems(numbers: TrafficNumbers): TrafficProblem[] {
  return (Object.keys(MOST) as (keyof TrafficNumbers)[]).flatMap((path) => {
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
    const message = numberProblem(share, MOST_SHARE);
    return message === undefined ? [] : [{ path, message }];
  });
  const values = Object.values(shares);
  if (each.length === 0 && values.length > 0 && values.every((share) => share === 0))
    return [{ path: 'shares', message: 'one of them must be more than 0' }];
  return each;
}
