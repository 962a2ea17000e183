// The record that the isolates of one data center share, in its Cache API. A cache may forget entries, and on
// workers.dev it stores nothing at all: each isolate then learns on its own.

import type { ColoRecord } from './colo-record.ts';

/** Measurements stay useful for a long time; what regions reported about themselves has its own timestamp. */
const KEEP_SECONDS = 3600;

/** The address under which a record is kept; nothing is ever fetched from it. */
function keyOf(colo: string): string {
  return `https://meridian.invalid/observations/v2/${encodeURIComponent(colo)}`;
}

export async function loadRecord(colo: string): Promise<ColoRecord | undefined> {
  const response = await caches.default.match(keyOf(colo));
  return response === undefined ? undefined : parseRecord(await response.text());
}

export async function saveRecord(colo: string, record: ColoRecord): Promise<void> {
  const headers = { 'cache-control': `max-age=${KEEP_SECONDS}` };
  await caches.default.put(keyOf(colo), new Response(JSON.stringify(record), { headers }));
}

/** Another version of the Worker may have written it: anything that is not a record counts as none. */
export function parseRecord(text: string): ColoRecord | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is ColoRecord {
  if (typeof value !== 'object' || value === null || !('regions' in value)) return false;
  return typeof value.regions === 'object' && value.regions !== null;
}
