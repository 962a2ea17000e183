// Turns whatever was thrown into words.

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/**
 * What anyone may read of an error: our own words, or these if it came from elsewhere, from the platform or over a call
 * to an object: its text is for the log, where it stands after the subject, if there is one.
 */
export function publicMessageOf(error: unknown, words: string, subject?: string): string {
  const isOurs =
    typeof error === 'object' && error !== null && !CAME_FROM_ELSEWHERE.some((mark) => mark in error);
  if (isOurs) return messageOf(error);
  if (subject !== undefined) console.warn(`${subject}: ${messageOf(error)}`);
  return words;
}

/** What the platform adds to such errors. */
const CAME_FROM_ELSEWHERE = ['remote', 'retryable', 'overloaded', 'durableObjectReset'] as const;
