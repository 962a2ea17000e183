// Milliseconds as text.

export function inMs(value: number): string {
  return `${value.toFixed(1)} ms`;
}

/** With a sign, for values that are added to an estimate. */
export function signedMs(value: number): string {
  return `${value < 0 ? '' : '+'}${inMs(value)}`;
}
