// Hosts to which what is not encrypted may be sent.

const LOOPBACK: ReadonlySet<string> = new Set(['127.0.0.1', 'localhost', '[::1]']);

/** @param hostname as in a URL */
export function isLoopback(hostname: string): boolean {
  return LOOPBACK.has(hostname);
}
