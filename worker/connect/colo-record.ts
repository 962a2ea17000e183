// What one data center remembers of the regions, and the rules by which it learns. Pure: times and chance are
// passed in. Kept as JSON in the data center's cache, so all of it is plain data.

import { type SeenState, UNREACHABLE } from '../../api/states.ts';
import { addSample } from '../../routing/estimate.ts';
import type { Measurement, Observations } from '../../routing/observation.ts';

/** One region, as this data center has seen it. */
export interface RegionRecord {
  readonly measurement?: Measurement;
  readonly state?: SeenState;
  readonly clients?: number;
  readonly maxClients?: number;
  readonly meshShare?: number;
  /** When it was last asked; milliseconds since the epoch. */
  readonly askedAt?: number;
  /** Attempts to hand a client over that failed in a row. */
  readonly failures?: number;
  readonly ejectedUntil?: number;
}

export interface ColoRecord {
  readonly regions: Readonly<Record<string, RegionRecord>>;
  readonly incumbent?: string;
}

export const EMPTY_RECORD: ColoRecord = { regions: {} };

/** A region is asked this often at most, from one data center. */
export const ASK_EVERY_MS = 30_000;

/** One that did not serve when it was last asked: a restart takes a second or so, and its clients want it back. */
export const ASK_AGAIN_MS = 2_000;

/** The likely best, which decide where clients go. */
export const ASK_BEST = 3;

/** Chance that one of the others is asked too: each comes round every few minutes. */
export const ASK_OTHER_CHANCE = 0.25;

/** How long what a region said of itself is believed. */
export const STATE_VALID_MS = 3 * ASK_EVERY_MS;

/** Bad news is believed for shorter: a client that tries in vain loses a moment, one that stays away loses a region. */
export const BAD_STATE_VALID_MS = 2 * ASK_AGAIN_MS;

/**
 * After a failed attempt a region is left out for so many times what the attempt had cost, twice as long after the
 * next failure, and so on: a region that refuses at once may be tried again soon, one that hangs may not.
 */
export const EJECT_TIMES_COST = 25;
export const EJECT_DOUBLINGS = 3;
export const EJECT_MIN_MS = 500;
export const EJECT_MAX_MS = 60_000;

/** Which regions to ask now, of those ranked best first. @param random uniform in [0, 1) */
export function regionsToAsk(
  record: ColoRecord,
  ranked: readonly string[],
  now: number,
  random: number,
): readonly string[] {
  const isDue = (id: string) => isDueAt(record.regions[id], now);
  const others = ranked.slice(ASK_BEST);
  const other =
    random < ASK_OTHER_CHANCE ? others[Math.floor((random / ASK_OTHER_CHANCE) * others.length)] : undefined;
  return [...ranked.slice(0, ASK_BEST), ...(other === undefined ? [] : [other])].filter(isDue);
}

/** Whether one of the likely best should be asked again. */
export function isAnyDue(record: ColoRecord, ranked: readonly string[], now: number): boolean {
  return ranked.slice(0, ASK_BEST).some((id) => isDueAt(record.regions[id], now));
}

function isDueAt(region: RegionRecord | undefined, now: number): boolean {
  if (region?.askedAt === undefined) return true;
  const isGood = region.state === 'up' && region.ejectedUntil === undefined;
  return now - region.askedAt >= (isGood ? ASK_EVERY_MS : ASK_AGAIN_MS);
}

/** What a region answered. */
export interface Answer {
  readonly state: SeenState;
  /** Absent where it is not known. */
  readonly clients?: number;
  /** How many its server takes, where it says so. */
  readonly maxClients?: number;
  /** Regions that it has routes to. */
  readonly peers: number;
  /** Round trip; absent when it says nothing about the way, such as when the object had to be made first. */
  readonly rttMs?: number;
}

export function withAnswer(record: ColoRecord, id: string, answer: Answer, now: number): ColoRecord {
  const before = record.regions[id] ?? {};
  const measurement =
    answer.rttMs === undefined ? before.measurement : addSample(before.measurement, answer.rttMs);
  const meshShare = meshShareOf(record, id, answer, now);
  return withRegion(record, id, {
    ...(measurement && { measurement }),
    state: answer.state,
    ...(answer.clients !== undefined && { clients: answer.clients }),
    ...(answer.maxClients !== undefined && { maxClients: answer.maxClients }),
    ...(meshShare !== undefined && { meshShare }),
    askedAt: now,
    ...(before.failures !== undefined && { failures: before.failures }),
    ...(before.ejectedUntil !== undefined && { ejectedUntil: before.ejectedUntil }),
  });
}

/** A region did not answer. */
export function withSilence(record: ColoRecord, id: string, now: number): ColoRecord {
  return withRegion(record, id, { ...record.regions[id], state: UNREACHABLE, askedAt: now });
}

/** A client could not be handed to a region: it is left out for a while, longer each time. */
export function withFailure(record: ColoRecord, id: string, costMs: number, now: number): ColoRecord {
  const failures = (record.regions[id]?.failures ?? 0) + 1;
  const ejectMs = costMs * EJECT_TIMES_COST * 2 ** Math.min(failures - 1, EJECT_DOUBLINGS);
  const ejectedUntil = now + Math.min(EJECT_MAX_MS, Math.max(EJECT_MIN_MS, ejectMs));
  return withRegion(record, id, { ...record.regions[id], failures, ejectedUntil });
}

/** A client was handed to a region. The same record where there is nothing to forgive. */
export function withSuccess(record: ColoRecord, id: string): ColoRecord {
  const before = record.regions[id];
  if (before?.failures === undefined) return record;
  const { failures: _failures, ejectedUntil: _until, ...after } = before;
  return withRegion(record, id, { ...after, state: 'up' });
}

export function withIncumbent(record: ColoRecord, incumbent: string | undefined): ColoRecord {
  return incumbent === undefined ? record : { ...record, incumbent };
}

/** What the decision reads: states that are old count as not known. */
export function observationsOf(record: ColoRecord, now: number): Observations {
  const regions = new Map(
    Object.entries(record.regions).map(([id, region]) => {
      const { measurement, ejectedUntil, state, clients, maxClients, meshShare, askedAt = 0 } = region;
      const validMs = state === 'up' || state === 'asleep' ? STATE_VALID_MS : BAD_STATE_VALID_MS;
      const seen = now - askedAt < validMs ? { state, clients, maxClients, meshShare } : {};
      return [id, dropUndefined({ measurement, ejectedUntil, ...seen })] as const;
    }),
  );
  return { regions, ...(record.incumbent !== undefined && { incumbent: record.incumbent }) };
}

/** Share of the regions known to be up, besides itself, to which a region has a route. */
function meshShareOf(
  record: ColoRecord,
  id: string,
  { state, peers }: Answer,
  now: number,
): number | undefined {
  if (state !== 'up') return undefined;
  const others = Object.entries(record.regions).filter(
    ([other, region]) =>
      other !== id && region.state === 'up' && now - (region.askedAt ?? 0) < STATE_VALID_MS,
  );
  return others.length === 0 ? undefined : Math.min(1, peers / others.length);
}

function withRegion(record: ColoRecord, id: string, region: RegionRecord): ColoRecord {
  return { ...record, regions: { ...record.regions, [id]: region } };
}

function dropUndefined<T extends object>(value: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
