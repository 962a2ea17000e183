// What one data center remembers about the regions, and the rules by which it learns. Pure: times and random numbers
// are passed in. Kept as JSON in the data center's cache, so all of it is plain data.

import { type SeenState, UNREACHABLE } from '../../api/states.ts';
import { instanceNameOf } from '../../regions/names.ts';
import type { Observations, ServerObservation } from '../../routing/observation.ts';
import { addSample, measurementOf, type RoundTrips } from '../../routing/round-trips.ts';
import { ASK_AGAIN_MS, ASK_EVERY_MS, hasPassed } from './ask-intervals.ts';

/** One region, as this data center has seen it. */
export interface RegionRecord {
  /** The round trips measured to it; absent while there are none. */
  readonly trips?: RoundTrips;
  readonly state?: SeenState;
  /** Of an external region that is unreachable: why. */
  readonly problem?: string;
  readonly clients?: number;
  readonly maxClients?: number;
  readonly servers?: readonly ServerObservation[];
  /** When it said so; milliseconds since the epoch. */
  readonly serversAt?: number;
  /** Names of the servers that its own server has a route to. */
  readonly peers?: readonly string[];
  /** When it was last asked, or last reported its state; milliseconds since the epoch. */
  readonly askedAt?: number;
  /** Outages noticed since it was last known to be serving. */
  readonly failures?: number;
  readonly ejectedUntil?: number;
  /** When it last failed or refused to take a client. */
  readonly refusedAt?: number;
  /** When it last refused a client, perhaps for what the client sent: it is looked at again, and nobody is kept from it. */
  readonly doubtedAt?: number;
  /** How long it has recently needed to accept clients; absent while that is short. */
  readonly tookMs?: number;
}

export interface ColoRecord {
  readonly regions: Readonly<Record<string, RegionRecord>>;
  readonly incumbent?: string;
}

export const EMPTY_RECORD: ColoRecord = { regions: {} };

/** How long a state that a region reported is trusted. */
export const STATE_VALID_MS = 3 * ASK_EVERY_MS;

/** Bad news is trusted for less time: trying in vain costs a client a moment, staying away costs it a region. */
export const BAD_STATE_VALID_MS = 2 * ASK_AGAIN_MS;

/**
 * After a failed attempt a region is excluded for this many times what the attempt cost; each further failure doubles
 * that, within these bounds.
 */
export const EJECT_TIMES_COST = 25;
export const EJECT_DOUBLINGS = 3;
export const EJECT_MIN_MS = 1_000;
export const EJECT_MAX_MS = 60_000;

/** Answers of two regions that are further apart in time than this say nothing about the link between them. */
export const SAME_TIME_MS = 5_000;

/** What a region answered. */
export interface Answer {
  readonly state: SeenState;
  /** Of an external region: why it is unreachable. */
  readonly problem?: string;
  /** Absent if unknown. */
  readonly clients?: number;
  /** How many its server accepts, if it says so. */
  readonly maxClients?: number;
  /** Those of its servers that are up, if it may have several. */
  readonly servers?: readonly ServerObservation[];
  /** Names of the servers that its own server has a route to. */
  readonly peers?: readonly string[];
  /** Round trip; absent when it says nothing about the path, such as when the object had to be created first. */
  readonly rttMs?: number;
  /** What the region's object remembers of the round trips from here; absent if nothing. */
  readonly remembered?: RoundTrips;
}

/**
 * A region answered. If it is serving, or will start for the next client, the effects of earlier failures end.
 *
 * @param askedAt when it was asked: the answer knows nothing of what happened after that
 */
export function withAnswer(record: ColoRecord, id: string, answer: Answer, askedAt: number): ColoRecord {
  const { rttMs, remembered, ...said } = answer;
  const before = record.regions[id] ?? {};
  const known = betterTrips(before.trips, remembered);
  const trips = rttMs === undefined ? known : addSample(known, rttMs, askedAt);
  const told = { ...(trips && { trips }), ...said, ...(said.servers && { serversAt: askedAt }), askedAt };
  return withRegion(record, id, withTroublesOf(before, told));
}

/** Fewer samples than this were begun without what others knew. Not more: a path that changed begins anew with five. */
const JUST_BEGUN_SAMPLES = 5;

/** Of two memories of one path the later, unless that has only just begun and the other holds more. */
export function betterTrips(
  own: RoundTrips | undefined,
  other: RoundTrips | undefined,
): RoundTrips | undefined {
  if (own === undefined || other === undefined) return own ?? other;
  const [later, earlier] = own.at >= other.at ? [own, other] : [other, own];
  const isBegun = later.ms.length < JUST_BEGUN_SAMPLES && later.ms.length < earlier.ms.length;
  return isBegun ? earlier : later;
}

/** A region that is starting, or will start for the next client, is merely slow, for a good reason. */
function takesClients({ state }: RegionRecord): boolean {
  return state === 'up' || state === 'starting' || state === 'asleep';
}

function troublesOf({ failures, ejectedUntil, refusedAt }: RegionRecord): RegionRecord {
  return dropUndefined({ failures, ejectedUntil, refusedAt });
}

/** What a region said, plus the troubles from this isolate's own attempts unless a newer answer ends them. */
export function withTroublesOf(own: RegionRecord, told: RegionRecord): RegionRecord {
  const { failures: _failures, ejectedUntil: _until, refusedAt: _refused, tookMs: _took, ...said } = told;
  const { askedAt = 0 } = told;
  const isForgiven = takesClients(told) && (own.refusedAt ?? 0) < askedAt;
  const { tookMs, doubtedAt = 0 } = own;
  return {
    ...said,
    ...(tookMs !== undefined && { tookMs }),
    ...(doubtedAt > askedAt && { doubtedAt }),
    ...(!isForgiven && troublesOf(own)),
  };
}

/** A region did not answer. */
export function withSilence(record: ColoRecord, id: string, askedAt: number): ColoRecord {
  return withState(record, id, UNREACHABLE, askedAt);
}

/** A region refused a client and said which state it is in. */
export function withState(record: ColoRecord, id: string, state: SeenState, now: number): ColoRecord {
  return withRegion(record, id, { ...record.regions[id], state, askedAt: now });
}

/** A region refused a client for a reason that may end at any moment. */
export function withRefusal(record: ColoRecord, id: string, now: number): ColoRecord {
  return withRegion(record, id, { ...record.regions[id], refusedAt: now });
}

/**
 * A region refused a client, perhaps for what the client sent. What it answers when it is asked the next time counts: otherwise
 * anybody could keep others from it.
 */
export function withDoubt(record: ColoRecord, id: string, now: number): ColoRecord {
  return withRegion(record, id, { ...record.regions[id], doubtedAt: now });
}

/** An attempt to hand a client over that failed. */
export interface Failure {
  readonly startedAt: number;
  readonly costMs: number;
}

/**
 * A client could not be handed to a region: the region is excluded for a while, longer each time. One outage counts
 * once, however many attempts fail: one that began before the exclusion was due to end says nothing new.
 */
export function withFailure(record: ColoRecord, id: string, failure: Failure, now: number): ColoRecord {
  const before = record.regions[id];
  const refused = { ...before, refusedAt: now };
  if (failure.startedAt < (before?.ejectedUntil ?? 0)) return withRegion(record, id, refused);
  const failures = (before?.failures ?? 0) + 1;
  const ejectMs = failure.costMs * EJECT_TIMES_COST * 2 ** Math.min(failures - 1, EJECT_DOUBLINGS);
  const ejectedUntil = now + Math.min(EJECT_MAX_MS, Math.max(EJECT_MIN_MS, ejectMs));
  return withRegion(record, id, { ...refused, failures, ejectedUntil });
}

/** A region that accepts clients within this time counts as fast. */
export const FAST_MS = 100;

/** Weight of the last client: a few that are accepted quickly show that a rush is over. */
const LAST_TOOK_WEIGHT = 0.3;

/** A region that takes a client is believed about its servers again after this: until then its own clients are counted. */
export const SERVERS_VALID_MS = 2_000;

/**
 * One of a region's servers took a client: it has one more than was known, so that those who come at the same time spread.
 *
 * @param said what the region said of its servers with its answer, if it did
 */
export function withTaken(
  record: ColoRecord,
  id: string,
  { number, said }: { readonly number: number; readonly said: readonly ServerObservation[] | undefined },
  now: number,
): ColoRecord {
  const { servers: known, serversAt = 0 } = record.regions[id] ?? {};
  const isNews = said !== undefined && now - serversAt >= SERVERS_VALID_MS;
  const servers = isNews ? said : known;
  if (servers === undefined) return record;
  return withRegion(record, id, {
    ...record.regions[id],
    servers: servers.map((each) => (each.number === number ? { ...each, clients: each.clients + 1 } : each)),
    serversAt: isNews ? now : serversAt,
  });
}

/** A client was handed to a region, which took `ms`. Returns the same record if that is nothing new. */
export function withSuccess(record: ColoRecord, id: string, ms: number): ColoRecord {
  const before = record.regions[id] ?? {};
  // An external region may answer 101 and close then: what was seen of it by looking counts.
  if (before.problem !== undefined) return record;
  const tookMs = tookAfter(before.tookMs, ms);
  const isNews = before.state !== undefined && before.state !== 'up';
  if (!isNews && before.refusedAt === undefined && tookMs === before.tookMs) return record;
  const { failures: _failures, ejectedUntil: _until, refusedAt: _refused, tookMs: _took, ...after } = before;
  return withRegion(record, id, dropUndefined({ ...after, ...(isNews && { state: 'up' as const }), tookMs }));
}

function tookAfter(before: number | undefined, ms: number): number | undefined {
  const tookMs = before === undefined ? ms : before + LAST_TOOK_WEIGHT * (ms - before);
  return tookMs < FAST_MS ? undefined : tookMs;
}

export function withIncumbent(record: ColoRecord, incumbent: string | undefined): ColoRecord {
  return incumbent === undefined ? record : { ...record, incumbent };
}

/** What the decision reads: old states count as unknown. */
export function observationsOf(record: ColoRecord, now: number): Observations {
  const isFresh = (region: RegionRecord) => !hasPassed(validMs(region), region.askedAt ?? 0, now);
  const up = Object.entries(record.regions).filter(
    // An external region has no routes, and says nothing of them.
    ([, region]) =>
      region.state === 'up' &&
      region.peers !== undefined &&
      region.refusedAt === undefined &&
      isFresh(region),
  );
  const regions = Object.entries(record.regions).map(([id, region]) => {
    const { trips, ejectedUntil, refusedAt, tookMs, state, problem, clients, maxClients } = region;
    const measurement = trips && measurementOf(trips, now);
    const said = { state, problem, clients, maxClients, meshShare: meshShareOf(id, region, up, now) };
    // Known from answers to clients too, also if the region was not asked yet.
    const servers = now - (region.serversAt ?? 0) < STATE_VALID_MS ? region.servers : undefined;
    return [
      id,
      dropUndefined({ measurement, ejectedUntil, refusedAt, tookMs, servers, ...(isFresh(region) && said) }),
    ] as const;
  });
  const { incumbent } = record;
  return { regions: new Map(regions), ...(incumbent !== undefined && { incumbent }) };
}

/** Of an external region that was seen not to take clients no attempt may be safe: its 101 comes before it closes. */
function validMs({ state, problem }: RegionRecord): number {
  const isLasting = state === 'up' || state === 'asleep' || problem !== undefined;
  return isLasting ? STATE_VALID_MS : BAD_STATE_VALID_MS;
}

/**
 * Of the other regions that were up when a region reported its routes, the share it has a route to: a region that was
 * asked long before or after may have started or stopped in between. Soon unknown again, since a region that is not among
 * the best is not asked whether it is linked by now.
 */
function meshShareOf(
  id: string,
  { state, peers, askedAt = 0 }: RegionRecord,
  up: readonly (readonly [string, RegionRecord])[],
  now: number,
): number | undefined {
  if (state !== 'up' || peers === undefined || hasPassed(BAD_STATE_VALID_MS, askedAt, now)) return undefined;
  const others = up.filter(
    ([other, region]) => other !== id && Math.abs((region.askedAt ?? 0) - askedAt) < SAME_TIME_MS,
  );
  if (others.length === 0) return undefined;
  return others.filter(([other]) => peers.includes(instanceNameOf(other))).length / others.length;
}

function withRegion(record: ColoRecord, id: string, region: RegionRecord): ColoRecord {
  return { ...record, regions: { ...record.regions, [id]: region } };
}

function dropUndefined<T extends object>(value: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
