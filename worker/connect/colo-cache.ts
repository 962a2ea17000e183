// The record that the isolates of one data center share, in its Cache API. A cache may forget entries, and on
// workers.dev it stores nothing at all.

import { isRoundTrips } from '../../routing/round-trips.ts';
import type { ColoRecord, RegionRecord } from './colo-record.ts';

/** Round trips fade by themselves, and what regions reported has its own time: a record may be much older than an hour. */
const KEEP_SECONDS = 86_400;

/** Another version of the record has another address and another number in it. */
const VERSION = 3;

/** The address under which a record is kept; nothing is ever fetched from it. */
function keyOf(colo: string): string {
  return `https://meridian.invalid/observations/v${VERSION}/${encodeURIComponent(colo)}`;
}

export async function loadRecord(colo: string): Promise<ColoRecord | undefined> {
  const response = await caches.default.match(keyOf(colo));
  return response === undefined ? undefined : parseRecord(await response.text());
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

/** Anything that is not a whole record of this version counts as none: what is unknown is never read as zero. */
export function parseRecord(text: string): ColoRecord | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (!isObject(value) || value.version !== VERSION || !isObject(value.regions)) return undefined;
    if (value.incumbent !== undefined && typeof value.incumbent !== 'string') return undefined;
    if (!Object.values(value.regions).every(isRegionRecord)) return undefined;
    const { regions, incumbent } = value as unknown as ColoRecord;
    return { regions, ...(incumbent !== undefined && { incumbent }) };
  } catch {
    return undefined;
  }
}

const NUMBERS = [
  'clients',
  'maxClients',
  'askedAt',
  'failures',
  'ejectedUntil',
  'refusedAt',
  'tookMs',
] as const;

function isRegionRecord(value: unknown): value is RegionRecord {
  if (!isObject(value)) return false;
  const { trips, state, peers } = value;
  if (trips !== undefined && !isRoundTrips(trips)) return false;
  if (state !== undefined && typeof state !== 'string') return false;
  if (peers !== undefined && !(Array.isArray(peers) && peers.every((peer) => typeof peer === 'string')))
    return false;
  return NUMBERS.every((name) => value[name] === undefined || Number.isFinite(value[name]));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
