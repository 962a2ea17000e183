// A value that is larger than a message of NATS may be is stored in parts, and under its key stands which they are. Pure.
// A value that only looks as if it were such a list is stored in parts as well, so what begins like one is one.

import { createHash } from 'node:crypto';

/** NATS' default `max_payload` is 1 MiB with headers, and an answer with a message carries it in base64. */
export const PART_BYTES = 512 * 1024;

const MAGIC = new TextEncoder().encode('\u0000meridian-parts 1\n');

/** "=" is in no key of ours. */
const PART_KEY = /\/=part\.[0-9a-f]{32}\.\d+$/;

/** Which parts a value has. */
export interface Parts {
  readonly id: string;
  readonly count: number;
  readonly sha256: string;
}

export function isPartKey(key: string): boolean {
  return PART_KEY.test(key);
}

export function partKeyOf(key: string, id: string, index: number): string {
  return `${key}/=part.${id}.${index}`;
}

/** Whether it has to be stored in parts. */
export function needsParts(value: Uint8Array): boolean {
  return value.byteLength > PART_BYTES || beginsWithMagic(value);
}

/** @param id 32 hexadecimal digits that no other value has */
export function split(
  value: Uint8Array,
  id: string,
): { readonly list: Uint8Array; readonly parts: readonly Uint8Array[] } {
  const count = Math.max(1, Math.ceil(value.byteLength / PART_BYTES));
  const parts = Array.from({ length: count }, (_, n) => value.subarray(n * PART_BYTES, (n + 1) * PART_BYTES));
  const list = JSON.stringify({ id, count, sha256: sha256Of(value) } satisfies Parts);
  return { list: joined([MAGIC, new TextEncoder().encode(list)]), parts };
}

/** Undefined for a value that stands there itself. @throws SyntaxError */
export function partsIn(value: Uint8Array): Parts | undefined {
  if (!beginsWithMagic(value)) return undefined;
  return JSON.parse(new TextDecoder().decode(value.subarray(MAGIC.byteLength))) as Parts;
}

export function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { byteLength }) => sum + byteLength, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.byteLength;
  }
  return whole;
}

export function sha256Of(value: Uint8Array): string {
  return createHash('sha256').update(value).digest('hex');
}

function beginsWithMagic(value: Uint8Array): boolean {
  return MAGIC.every((byte, n) => value[n] === byte);
}
