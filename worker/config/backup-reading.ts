// Reads what earlier ConfigStores left in the bucket of backups. Each function throws an Error that names the object, if
// the bucket does not answer or holds something else than it should.

import { AUDIT_KINDS } from '../../api/audit.ts';
import { type BackedUpEntry, ENTRIES_KEPT, kindOf } from './audit-table.ts';
import {
  type BackedUpVersion,
  numbersOf,
  partPrefix,
  readAudit,
  readVersion,
  storesPrefix,
  versionKey,
} from './backup-format.ts';
import { inTime } from './bucket-call.ts';

/** Each is one read from the bucket, and a request may make a thousand. */
export const MOST_OBJECTS = { audit: 500, changes: 300 } as const;

/** The platform opens no more at once. */
const READS_AT_ONCE = 6;

/** A version in the backup of a store. */
export interface FoundVersion {
  readonly store: string;
  readonly version: BackedUpVersion;
  /** Number of the newest version in this backup. */
  readonly newest: number;
}

/** Which version is looked for. Without a store: that which has the newest version. */
export interface Wanted {
  readonly store?: string | undefined;
  /** Default: the newest. */
  readonly version?: number | undefined;
  /** Not this one, unless it is named. */
  readonly except?: string | undefined;
}

/** The names of the stores that have written to the bucket, the oldest first. */
export async function storesOf(bucket: R2Bucket, cluster: string): Promise<readonly string[]> {
  const prefix = storesPrefix(cluster);
  const names: string[] = [];
  for await (const { delimitedPrefixes } of pages(bucket, { prefix, delimiter: '/' })) {
    names.push(...delimitedPrefixes.map((each) => each.slice(prefix.length, -1)));
  }
  return names.toSorted();
}

/** Undefined if the bucket has no such version. */
export async function findVersion(
  bucket: R2Bucket,
  cluster: string,
  { store, version, except }: Wanted,
): Promise<FoundVersion | undefined> {
  const stores = store === undefined ? await storesOf(bucket, cluster) : [store];
  let found: FoundVersion | undefined;
  for (const name of stores) {
    if (name === except && name !== store) continue;
    const newest = await newestOf(bucket, cluster, name);
    // Of two that are the same, as after a restore, the later store's.
    if (newest !== undefined && newest.version.time >= (found?.version.time ?? 0)) found = newest;
  }
  if (found === undefined || version === undefined || version === found.newest) return found;
  const older = await readVersionOf(bucket, versionKey(cluster, found.store, version));
  return older && { ...found, version: older };
}

async function newestOf(bucket: R2Bucket, cluster: string, store: string): Promise<FoundVersion | undefined> {
  const key = (await keysOf(bucket, partPrefix(cluster, store, 'versions'))).at(-1);
  const version = key && (await readVersionOf(bucket, key));
  return version ? { store, version, newest: version.version } : undefined;
}

/** Versions and entries of a store, the oldest first, as many as a store keeps. */
export interface BackedUpHistory {
  readonly versions: readonly BackedUpVersion[];
  readonly entries: readonly BackedUpEntry[];
}

export async function readHistory(
  bucket: R2Bucket,
  cluster: string,
  store: string,
  versionsKept: number,
): Promise<BackedUpHistory> {
  const versionKeys = await keysOf(bucket, partPrefix(cluster, store, 'versions'));
  const versions = await readAll(versionKeys.slice(-versionsKept), (key) => readVersionOf(bucket, key));
  const parts = [
    ...(await readEntries(bucket, cluster, store, 'changes')),
    ...(await readEntries(bucket, cluster, store, 'audit')),
  ];
  // Objects may have entries in common: of both kinds, and if the end of the first write was not seen.
  const all = [...new Map(parts.flat().map((entry) => [entry.id, entry])).values()];
  const kept = AUDIT_KINDS.flatMap((kind) =>
    all
      .filter(({ outcome }) => kindOf(outcome) === kind)
      .toSorted((a, b) => a.id - b.id)
      .slice(-ENTRIES_KEPT),
  );
  return { versions, entries: kept.toSorted((a, b) => a.id - b.id) };
}

async function readEntries(
  bucket: R2Bucket,
  cluster: string,
  store: string,
  part: 'audit' | 'changes',
): Promise<readonly (readonly BackedUpEntry[])[]> {
  const keys = await keysOf(bucket, partPrefix(cluster, store, part));
  return readAll(keys.slice(-MOST_OBJECTS[part]), async (key) => {
    const text = await textOf(bucket, key);
    return text === undefined ? undefined : readAudit(key, text);
  });
}

async function readVersionOf(bucket: R2Bucket, key: string): Promise<BackedUpVersion | undefined> {
  const text = await textOf(bucket, key);
  return text === undefined ? undefined : readVersion(key, text);
}

async function textOf(bucket: R2Bucket, key: string): Promise<string | undefined> {
  const object = await inTime(bucket.get(key), `reading ${key}`);
  return object === null ? undefined : inTime(object.text(), `reading ${key}`);
}

/** Their numbers have ten digits, so the order of the keys is that of the numbers. */
async function keysOf(bucket: R2Bucket, prefix: string): Promise<readonly string[]> {
  const keys: string[] = [];
  for await (const { objects } of pages(bucket, { prefix })) keys.push(...objects.map(({ key }) => key));
  return keys.filter((key) => numbersOf(key).length > 0);
}

export async function* pages(bucket: R2Bucket, options: R2ListOptions): AsyncGenerator<R2Objects> {
  let cursor: string | undefined;
  do {
    const asked = cursor === undefined ? options : { ...options, cursor };
    const page = await inTime(bucket.list(asked), `listing ${options.prefix}`);
    yield page;
    cursor = page.truncated ? page.cursor : undefined;
  } while (cursor !== undefined);
}

/** In the order of the keys; what is not there is left out. */
async function readAll<T>(
  keys: readonly string[],
  read: (key: string) => Promise<T | undefined>,
): Promise<readonly T[]> {
  const found: T[] = [];
  for (let start = 0; start < keys.length; start += READS_AT_ONCE) {
    const values = await Promise.all(keys.slice(start, start + READS_AT_ONCE).map(read));
    found.push(...values.filter((value) => value !== undefined));
  }
  return found;
}
