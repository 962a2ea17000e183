// Numbers of variable length, as Go's encoding/binary writes them: seven bits a byte, the lowest first.

/** A signed number as an unsigned one: 0, -1, 1, -2, ... are 0, 1, 2, 3, ... */
export function zigzag(number: bigint): bigint {
  return BigInt.asUintN(64, (number << 1n) ^ (number >> 63n));
}

export function unzigzag(number: bigint): bigint {
  return number & 1n ? -(number >> 1n) - 1n : number >> 1n;
}

export function uvarintLength(number: bigint): number {
  let length = 1;
  for (let rest = number >> 7n; rest > 0n; rest >>= 7n) length++;
  return length;
}

/** @returns the position after it */
export function putUvarint(bytes: Uint8Array, at: number, number: bigint): number {
  let rest = number;
  let next = at;
  for (; rest >= 0x80n; rest >>= 7n) bytes[next++] = Number(rest & 0x7fn) | 0x80;
  bytes[next++] = Number(rest);
  return next;
}
