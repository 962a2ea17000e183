// Milliseconds in words.

export function inMs(value: number): string {
  return `${value.toFixed(1)} ms`;
}

/** With its sign, for what is added to something else. */
export function signedMs(value: number): string {
  return `${value < 0 ? '' : '+'}${inMs(value)}`;
}
