// A stable number per client and region: it does not depend on which other regions there are, so a client stays where
// it is when a region is added or its share grows.

import { networkOf } from './client-network.ts';

/** FNV-1a, 32 bits: http://www.isthe.com/chongo/tech/comp/fnv/ */
export function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return hash >>> 0;
}

/** The number of a client. @param client what tells it from others, such as its address; absent: where it entered counts */
export function clientHashOf(client: string | undefined, entered: string): number {
  return hashText(client === undefined ? entered : networkOf(client));
}

/**
 * Mixes two hashes into a uniform number in [0, 1): the finalizer of MurmurHash3, so that one bit of either
 * changes about half of the result.
 */
export function uniform(clientHash: number, seed: number): number {
  let hash = clientHash ^ seed;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}
