// The keys of a stream's backup in the bucket. Names are encoded: an account or a consumer may be called `a/b`.

import type { StreamName } from './manifest.ts';

/** The most that R2 allows, in bytes. */
const MAX_KEY_BYTES = 1024;

const INDEX_DIGITS = 10;

/** Of all streams of a cluster: `js/<cluster>/`. */
export function clusterPrefix(cluster: string): string {
  return `js/${encodeURIComponent(cluster)}/`;
}

/** Of all that belongs to a stream: `js/<cluster>/<account>/<stream>/`. */
export function streamPrefix({ cluster, account, stream }: StreamName): string {
  return `${clusterPrefix(cluster)}${encodeURIComponent(account)}/${encodeURIComponent(stream)}/`;
}

export function manifestKey(name: StreamName): string {
  return checked(`${streamPrefix(name)}manifest.json`);
}

/** Of all segments of an epoch. */
export function epochPrefix(name: StreamName, epoch: string): string {
  return `${streamPrefix(name)}${encodeURIComponent(epoch)}/`;
}

/** The epoch of a segment's key; undefined if the key is not one's. */
export function epochOf(key: string): string | undefined {
  const part = /\/([^/]+)\/(?:log|folded)\/[^/]+$/.exec(key)?.[1];
  return part === undefined ? undefined : decodeURIComponent(part);
}

/** Of the log of an epoch. */
export function logPrefix(name: StreamName, epoch: string): string {
  return `${epochPrefix(name, epoch)}log/`;
}

/** Of a segment of the log; in the order of the keys the log is in the order of its indexes. */
export function logKey(name: StreamName, epoch: string, index: number): string {
  return checked(`${logPrefix(name, epoch)}${String(index).padStart(INDEX_DIGITS, '0')}`);
}

/** The index of a segment of the log; undefined if the key is not one of the log's. */
export function logIndexOf(key: string): number | undefined {
  const digits = /\/log\/(\d{10})$/.exec(key)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

/** Of all folded segments of an epoch. */
export function foldedPrefix(name: StreamName, epoch: string): string {
  return `${epochPrefix(name, epoch)}folded/`;
}

/** @param checksum of the segment's header: of two that write, each has its own key */
export function foldedKey(
  name: StreamName,
  epoch: string,
  { first, last, checksum }: { readonly first: number; readonly last: number; readonly checksum: number },
): string {
  return checked(
    `${foldedPrefix(name, epoch)}${first}-${last}-${(checksum >>> 0).toString(16).padStart(8, '0')}`,
  );
}

/** The first and the last message of a folded segment; undefined if the key is not one's. */
export function foldedRangeOf(key: string): { first: number; last: number } | undefined {
  const match = /\/folded\/(\d+)-(\d+)-[0-9a-f]{8}$/.exec(key);
  return match === null ? undefined : { first: Number(match[1]), last: Number(match[2]) };
}

/** The account or the stream that a prefix of keys ends with: `js/C/ACCOUNT/` is of ACCOUNT. */
export function lastNameOf(prefix: string): string {
  return decodeURIComponent(prefix.split('/').at(-2) ?? '');
}

function checked(key: string): string {
  // Every character is ASCII, since the names are encoded.
  if (key.length <= MAX_KEY_BYTES) return key;
  throw new RangeError(
    `The names of cluster, account and stream are too long for a key of R2 (${key.length} of ${MAX_KEY_BYTES} bytes): ${key}`,
  );
}
