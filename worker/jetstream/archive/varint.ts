// Numbers of variable length, as Go's encoding/binary writes them: seven bits a byte, the lowest first.

/** A signed number as an unsigned one: 0, -1, 1, -2, ... are 0, 1, 2, 3, ... */
export function zigzag(number: bigint): bigint {
  return BigInt.asUintN(64, (number << 1n) ^ (number >> 63n));
}

export function unzigzag(number: bigint): bigint {
  return number & 1n ? -(number >> 1n) - 1n : number >> 1n;
}

/** The most that `putUvarint` writes. */
export const MAX_UVARINT_BYTES = 10;

/**
 * Writes a number that is safe for JavaScript.
 *
 * @returns the position after it
 */
export function putUvarint(bytes: Uint8Array, at: number, number: number): number {
  let rest = number;
  let next = at;
  // Above 31 bits the operators on bits would cut it.
  for (; rest > 0x7fff_ffff; rest = Math.floor(rest / 128)) bytes[next++] = (rest % 128) | 0x80;
  for (; rest >= 0x80; rest >>>= 7) bytes[next++] = (rest & 0x7f) | 0x80;
  bytes[next++] = rest;
  return next;
}

/** Like `putUvarint`, for any number of 64 bits. */
export function putBigUvarint(bytes: Uint8Array, at: number, number: bigint): number {
  if (number < 1n << 49n) return putUvarint(bytes, at, Number(number));
  let low = Number(number & 0x1_ffff_ffff_ffffn);
  let next = at;
  // Seven times seven bits, then the rest.
  for (let n = 0; n < 7; n++) {
    bytes[next++] = (low % 128) | 0x80;
    low = Math.floor(low / 128);
  }
  return putUvarint(bytes, next, Number(number >> 49n));
}
