// Computes the figures of an outage from what was observed. Pure.

import { quantile } from 'simple-statistics';
import type { Arrival, ClientEvent, Landed, Silence } from './clients/client-event.ts';
import type { Observed } from './observed.ts';

/** Milliseconds. */
export interface Spread {
  readonly count: number;
  readonly p50: number;
  readonly p99: number;
  readonly worst: number;
}

/** Of clients that came and went. */
export interface Arrivals {
  /** Due during the outage. */
  readonly count: number;
  /** Connection attempts that failed since the beginning of the outage, although there always was a healthy region. */
  readonly refused: number;
  /** Clients of which one connect or more failed. */
  readonly refusedClients: number;
  /** Clients that gave up. */
  readonly neverServed: number;
  /** Why connects failed: a status, or the words of the library. */
  readonly failures: Readonly<Record<string, number>>;
  /** Time until a client that was due during the outage was served, or had given up. */
  readonly served: Spread | undefined;
}

/** Of clients that stay. */
export interface Lasting {
  /** Time without service of those that were on a region that failed, since it did. */
  readonly withoutService: Spread | undefined;
  /** Of those that were elsewhere. */
  readonly bystanders: Spread | undefined;
  /** Clients of a failed region that never received their own messages again. */
  readonly lost: number;
  /** Of those that were on a region that failed: where they were when the outage ended. */
  readonly landed: Readonly<Record<string, number>>;
  /** How many of these are where the ranking without the failed regions sends their city. */
  readonly byTheRules: number;
}

export interface Figures {
  readonly arrivals: Arrivals;
  readonly lasting: Lasting;
}

/** Of one city whose region failed. */
export interface Homecoming {
  readonly city: string;
  readonly home: string;
  /** From the end of the outage until its server answered; undefined: not in time. */
  readonly returnMs: number | undefined;
  /** From then on until all arriving clients got that region; undefined: not by the end. */
  readonly homeMs: number | undefined;
}

export function spreadOf(values: readonly number[]): Spread | undefined {
  if (values.length === 0) return undefined;
  const sample = [...values];
  const [p50, p99] = [quantile(sample, 0.5), quantile(sample, 0.99)];
  return { count: sample.length, p50, p99, worst: Math.max(...sample) };
}

export function figuresOf(events: readonly ClientEvent[], observed: Observed): Figures {
  return {
    arrivals: arrivalsOf(events.filter(isArrival), observed),
    lasting: lastingOf(events, observed),
  };
}

function arrivalsOf(arrivals: readonly Arrival[], { begunAt, endedAt }: Observed): Arrivals {
  const during = arrivals.filter(({ due }) => due >= begunAt && due < endedAt);
  // A connect that the outage has cut off began before it: what its client goes through is its library's time-out.
  const since = arrivals.map(({ due, failures }) =>
    failures.filter((_, index) => (failures[index - 1]?.at ?? due) >= begunAt),
  );
  const failed = since.flat();
  return {
    count: during.length,
    refused: failed.length,
    refusedClients: since.filter(({ length }) => length > 0).length,
    neverServed: arrivals.filter(({ due, region }) => region === '' && due >= begunAt).length,
    failures: countBy(failed.map(({ why }) => why)),
    served: spreadOf(during.map(({ ms }) => ms)),
  };
}

function lastingOf(events: readonly ClientEvent[], observed: Observed): Lasting {
  const landings = events.filter(isLanded);
  const silences = events.filter(isSilence);
  const before = lastLanding(landings, observed.begunAt);
  const after = lastLanding(landings, observed.endedAt);
  const clientsOf = (wasHit: boolean) =>
    [...before.values()].filter(({ region }) => observed.affected.includes(region) === wasHit);
  const silentMs = ({ client }: Landed) =>
    silences
      .filter((silence) => silence.client === client)
      .reduce((sum, one) => sum + msSince(one, observed), 0);
  const moved = clientsOf(true).flatMap(({ client }) => after.get(client) ?? []);
  return {
    withoutService: spreadOf(clientsOf(true).map(silentMs)),
    bystanders: spreadOf(clientsOf(false).map(silentMs)),
    lost: clientsOf(true).filter(({ client }) => silences.some((one) => one.client === client && one.isOpen))
      .length,
    landed: countBy(moved.map(({ region }) => region)),
    byTheRules: moved.filter(({ city, region }) => region === refugeOf(city, observed)).length,
  };
}

/** Where each client was at a time. */
function lastLanding(landings: readonly Landed[], time: number): ReadonlyMap<string, Landed> {
  const earlier = landings.filter(({ at }) => at <= time).toSorted((one, other) => one.at - other.at);
  return new Map(earlier.map((landed) => [landed.client, landed]));
}

/** The part of a silence that is after the beginning of the outage. */
function msSince({ from, ms }: Silence, { begunAt }: Observed): number {
  return Math.max(0, from + ms - Math.max(from, begunAt));
}

/** The first region of the ranking that did not fail. */
function refugeOf(city: string, { rankings, affected }: Observed): string | undefined {
  return rankings[city]?.find((region) => !affected.includes(region));
}

/** For each city whose region failed: when arriving clients got that region again. */
export function homecomings(events: readonly ClientEvent[], observed: Observed): readonly Homecoming[] {
  const arrivals = events.filter(isArrival).toSorted((one, other) => one.due - other.due);
  return Object.entries(observed.rankings)
    .map(([city, [home = '']]) => ({ city, home }))
    .filter(({ home }) => observed.affected.includes(home))
    .map(({ city, home }) => {
      const returned = observed.returnedAt[home];
      if (returned === undefined) return { city, home, returnMs: undefined, homeMs: undefined };
      const later = arrivals.filter((arrival) => arrival.city === city && arrival.due >= returned);
      const returnMs = Math.max(0, returned - observed.endedAt);
      return { city, home, returnMs, homeMs: homeMsOf(later, home, returned) };
    });
}

/** When the first client got its region after which no other one got another region; undefined: none did. */
function homeMsOf(arrivals: readonly Arrival[], home: string, returned: number): number | undefined {
  const lastAway = arrivals.findLastIndex(({ region }) => region !== home);
  const first = arrivals[lastAway + 1];
  return first && first.due + first.ms - returned;
}

function countBy(keys: readonly string[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const key of keys) counts[key] = (counts[key] ?? 0) + 1;
  return counts;
}

function isArrival(event: ClientEvent): event is Arrival {
  return event.type === 'arrival';
}

function isLanded(event: ClientEvent): event is Landed {
  return event.type === 'landed';
}

function isSilence(event: ClientEvent): event is Silence {
  return event.type === 'silence';
}
