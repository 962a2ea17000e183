// What the configuration's backup in the bucket looks like: keys, and what each object holds. Pure.
//
// config/<cluster>/<store>/versions/<number>.json    a version, as it was stored
// config/<cluster>/<store>/audit/<first>-<last>.json entries of the audit log, by their ids
// config/<cluster>/<store>/changes/<first>-<last>.json those of them that are changes, if any are
//
// A store is one life of a ConfigStore: a new deployment has a new one, and so has a ConfigStore that was restored. Two
// deployments that share a bucket, by mistake or while one replaces the other, never write to the same keys. Objects
// never change.

import type { AuditEntry, BackedUpEntry } from './audit-table.ts';
import type { StoredVersion } from './version-table.ts';

/** As many as the numbers that sort as text. */
const DIGITS = 10;

/** Where all stores of a cluster are. */
export function storesPrefix(cluster: string): string {
  return `config/${encodeURIComponent(cluster)}/`;
}

/** Where the versions, or the audit log, of a store are. */
export function partPrefix(cluster: string, store: string, part: 'versions' | 'audit' | 'changes'): string {
  return `${storesPrefix(cluster)}${store}/${part}/`;
}

export function versionKey(cluster: string, store: string, version: number): string {
  return `${partPrefix(cluster, store, 'versions')}${padded(version)}.json`;
}

/** @param first @param last ids of its first and last entry */
export function auditKey(
  cluster: string,
  store: string,
  part: 'audit' | 'changes',
  [first, last]: readonly [number, number],
): string {
  return `${partPrefix(cluster, store, part)}${padded(first)}-${padded(last)}.json`;
}

/** The numbers in a key: that of a version, or the first and last id of entries. Empty if it is no such key. */
export function numbersOf(key: string): readonly number[] {
  const [, first, last] = /\/(\d{10})(?:-(\d{10}))?\.json$/.exec(key) ?? [];
  return [first, last].flatMap((text) => (text === undefined ? [] : [Number(text)]));
}

/** A new store's name: its birth, so that they sort by age, and a random part. @param now ms since the epoch */
export function newStoreName(now: number, random: string): string {
  const birth = new Date(now).toISOString().replaceAll(/[-:]|\.\d+/g, '');
  return `${birth}-${random.slice(0, 8)}`;
}

export function versionText(version: StoredVersion): string {
  return JSON.stringify({ format: 1, ...version });
}

export function auditText(entries: readonly AuditEntry[]): string {
  return JSON.stringify({ format: 1, entries });
}

/** What a version's object holds. Its configuration has yet to be validated. */
export type BackedUpVersion = Omit<StoredVersion, 'config'> & { readonly config: unknown };

/** @throws Error that says what is wrong with the object of this key */
export function readVersion(key: string, text: string): BackedUpVersion {
  const value = objectOf(key, text);
  const { version, author, time, message, changes, config } = value as Partial<BackedUpVersion>;
  const [named] = numbersOf(key);
  if (version === undefined || version !== named) throw torn(key, `is not version ${named}`);
  if (typeof author !== 'string' || typeof message !== 'string') throw torn(key, 'has no author or message');
  if (!isNumber(time) || !isNumber(changes)) throw torn(key, 'has no time or number of changes');
  if (typeof config !== 'object' || config === null) throw torn(key, 'has no configuration');
  return { version, author, time, message, changes, config };
}

/** @throws Error that says what is wrong with the object of this key */
export function readAudit(key: string, text: string): readonly BackedUpEntry[] {
  const { entries } = objectOf(key, text) as { readonly entries?: unknown };
  if (!Array.isArray(entries) || !entries.every(isEntry)) throw torn(key, 'has no entries');
  return entries;
}

function objectOf(key: string, text: string): object {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw torn(key, 'is not JSON');
  }
  if (typeof value !== 'object' || value === null) throw torn(key, 'is not an object');
  const { format } = value as { readonly format?: unknown };
  if (format !== 1) throw torn(key, `has the format ${JSON.stringify(format)}, and this Meridian knows 1`);
  return value;
}

function isEntry(value: unknown): value is BackedUpEntry {
  if (typeof value !== 'object' || value === null) return false;
  const { id, time, actor, action, outcome, attempts } = value as Partial<AuditEntry>;
  const texts = [actor, action, outcome];
  return (
    [id, time, attempts].every(isNumber) && isTime(time) && texts.every((text) => typeof text === 'string')
  );
}

/** Whether a Date can be made of it. */
function isTime(time: number | undefined): boolean {
  return !Number.isNaN(new Date(time ?? Number.NaN).getTime());
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

function torn(key: string, what: string): Error {
  return new Error(`${key} in the bucket ${what}`);
}

function padded(number: number): string {
  return String(number).padStart(DIGITS, '0');
}
