// What stands before a value in R2: a line with an id of that very write. R2's etag is a hash of the content, and would be
// the same again when a value is put back to what it was: somebody who saw it before would then overwrite what came in
// between. Pure. A value that has no such line was stored before there was one, and gets it when it is replaced.

const BEGIN = new TextEncoder().encode('\u0000meridian-write 1 ');
const UUID_BYTES = 36;
const MARK_BYTES = BEGIN.byteLength + UUID_BYTES + 1;
const NEWLINE = 10;

/** @param id a UUID that no other write has */
export function marked(value: Uint8Array, id: string): Uint8Array {
  const whole = new Uint8Array(MARK_BYTES + value.byteLength);
  whole.set(BEGIN);
  whole.set(new TextEncoder().encode(`${id}\n`), BEGIN.byteLength);
  whole.set(value, MARK_BYTES);
  return whole;
}

/** The value itself. */
export function unmarked(stored: Uint8Array): Uint8Array {
  const isMarked = stored[MARK_BYTES - 1] === NEWLINE && BEGIN.every((byte, n) => stored[n] === byte);
  return isMarked ? stored.slice(MARK_BYTES) : stored;
}
