// Waits, inside workerd, for something that comes true by itself: by name and with a deadline.

/** Long for a loaded machine; most of what is awaited takes a fraction of a second. */
const DEADLINE_MS = 10_000;

const POLL_MS = 20;

/** Resolves with the first value of `look` that is neither undefined nor false. */
export async function eventually<T>(
  name: string,
  look: () => Promise<T | undefined | false> | T | undefined | false,
): Promise<T> {
  const end = Date.now() + DEADLINE_MS;
  while (Date.now() < end) {
    const value = await look();
    if (value !== undefined && value !== false) return value;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  throw new Error(`waited ${DEADLINE_MS} ms for ${name}, in vain`);
}
