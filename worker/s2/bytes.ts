// Bytes one after the other.

/** All of them in one. */
export function concatenated(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/**
 * Gives back the memory of bytes that nobody reads any longer, and of all that share their buffer. V8 would collect them
 * too, but lets 64 MiB of buffers wait for it (`kExternalAllocationSoftLimit`), which is half of what an object has.
 */
export function giveBack({ buffer }: Uint8Array): void {
  if (buffer instanceof ArrayBuffer && !buffer.detached) buffer.transfer(0);
}
