// Keys that every kind of store takes as they are: as an object's key, as a token of a NATS subject, and as the name of a
// file. Pure.

import { StateInvalidError } from './errors.ts';

/** The name of a file may have 255 bytes, and a temporary one gets a little more. */
export const MAX_KEY_LENGTH = 200;

/** The most that one value may have: what is kept here is configuration, and all of it is compared. */
export const MAX_VALUE_BYTES = 8 * 1024 * 1024;

/** Dots stand inside a segment only: at its ends they would mean something to file systems and to NATS. */
const KEY = /^[\w-]+(\.[\w-]+)*(\/[\w-]+(\.[\w-]+)*)*$/;

export function isKey(text: string): boolean {
  return text.length <= MAX_KEY_LENGTH && KEY.test(text);
}

/** @throws StateInvalidError unless all stores take this key */
export function checkKey(key: string): void {
  if (isKey(key)) return;
  throw new StateInvalidError(
    `${JSON.stringify(key.slice(0, MAX_KEY_LENGTH))} is no key: it has letters, digits, "_", "-", dots inside and "/" between, such as config/latest.json, and at most ${MAX_KEY_LENGTH} of them.`,
  );
}

/** @throws StateInvalidError for a value that is too large */
export function checkValue(key: string, value: Uint8Array): void {
  if (value.byteLength <= MAX_VALUE_BYTES) return;
  throw new StateInvalidError(
    `The value of ${key} has ${value.byteLength} bytes; at most ${MAX_VALUE_BYTES} are taken.`,
  );
}

/** @throws StateInvalidError if a store holds, beside our keys, what could not be carried to another kind of store */
export function onlyKeys(store: string, found: readonly string[]): readonly string[] {
  const others = found.filter((key) => !isKey(key));
  if (others.length === 0) return [...found].sort();
  throw new StateInvalidError(
    `${store} holds what is no key of state, such as ${JSON.stringify(others[0]?.slice(0, MAX_KEY_LENGTH))} (${others.length} in all), and would not be carried. Use a prefix, a bucket or a folder that holds state alone.`,
  );
}
