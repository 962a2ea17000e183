// The record that the isolates of one data center share, in its Cache API. A cache may forget entries, and on
// workers.dev it stores nothing at all.

import type { ServerObservation } from '../../routing/observation.ts';
import { CLOCKS_WITHIN_MS, isRoundTripsBy } from '../../routing/round-trips.ts';
import { type ColoRecord, EJECT_MAX_MS, type RegionRecord } from './colo-record.ts';

/** Round trips fade by themselves, and what regions reported has its own time: a record may be much older than an hour. */
const KEEP_SECONDS = 86_400;

/** Another version of the record has another address and another number in it. */
const VERSION = 3;

/** The address under which a record is kept; nothing is ever fetched from it. */
function keyOf(colo: string): string {
  return `https://meridian.invalid/observations/v${VERSION}/${encodeURIComponent(colo)}`;
}

/** @param now milliseconds since the epoch */
export async function loadRecord(colo: string, now = Date.now()): Promise<ColoRecord | undefined> {
  const response = await caches.default.match(keyOf(colo));
  return response === undefined ? undefined : parseRecord(await response.text(), now);
}

/** Returns whether it can be read back: a cache that stores nothing does not say so. */
export async function saveRecord(colo: string, record: ColoRecord): Promise<boolean> {
  const headers = { 'cache-control': `max-age=${KEEP_SECONDS}` };
  await caches.default.put(keyOf(colo), new Response(recordText(record), { headers }));
  const stored = await caches.default.match(keyOf(colo));
  await stored?.body?.cancel();
  return stored !== undefined;
}

export function recordText(record: ColoRecord): string {
  return JSON.stringify({ version: VERSION, ...record });
}

/**
 * Anything that is not a whole record of this version counts as none: what is unknown is never read as zero.
 *
 * @param now milliseconds since the epoch: a record of a time to come is none either
 */
export function parseRecord(text: string, now: number): ColoRecord | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (!isObject(value) || value.version !== VERSION || !isObject(value.regions)) return undefined;
    if (value.incumbent !== undefined && typeof value.incumbent !== 'string') return undefined;
    if (!Object.values(value.regions).every((region) => isRegionRecord(region, now))) return undefined;
    const { regions, incumbent } = value as unknown as ColoRecord;
    return { regions, ...(incumbent !== undefined && { incumbent }) };
  } catch {
    return undefined;
  }
}

const COUNTS = ['clients', 'maxClients', 'failures', 'tookMs'] as const;
const TIMES = ['askedAt', 'refusedAt', 'doubtedAt', 'ejectedUntil'] as const;

/** A region is left out for this long at most: no time in a record is later. */
const LATEST_MS = CLOCKS_WITHIN_MS + EJECT_MAX_MS;

function isRegionRecord(value: unknown, now: number): value is RegionRecord {
  if (!isObject(value)) return false;
  const { trips, state, problem, peers, servers } = value;
  if (trips !== undefined && !isRoundTripsBy(trips, now)) return false;
  if (state !== undefined && typeof state !== 'string') return false;
  if (problem !== undefined && typeof problem !== 'string') return false;
  if (peers !== undefined && !(Array.isArray(peers) && peers.every((peer) => typeof peer === 'string')))
    return false;
  if (servers !== undefined && !(Array.isArray(servers) && servers.every(isServer))) return false;
  const isCount = (name: string) => value[name] === undefined || isAmount(value[name]);
  const isTime = (name: string) => isCount(name) && !(Number(value[name]) > now + LATEST_MS);
  return COUNTS.every(isCount) && TIMES.every(isTime);
}

function isServer(value: unknown): value is ServerObservation {
  if (!isObject(value)) return false;
  const { number, clients, maxClients } = value;
  return [number, clients, maxClients].every(isAmount) && Number(number) >= 1 && Number(maxClients) >= 1;
}

function isAmount(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
