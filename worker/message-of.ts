// Turns whatever was thrown into words.

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/**
 * What anyone may read of an error: our own words, or these if it came from elsewhere, from the platform or over a call
 * to an object: its text is for the log.
 */
export function publicMessageOf(error: unknown, words: string): string {
  if (typeof error !== 'object' || error === null) return words;
  return CAME_FROM_ELSEWHERE.some((mark) => mark in error) ? words : messageOf(error);
}

/** What the platform adds to such errors. */
const CAME_FROM_ELSEWHERE = ['remote', 'retryable', 'overloaded', 'durableObjectReset'] as const;
