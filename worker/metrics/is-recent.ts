// Whether something is recent by a clock that may be set back, or be another machine's after the object has moved. Pure.

/** What is in the future is not: it would be for as long as the clock was ahead. @param at ms since the epoch, as `now` */
export function isRecent(at: number, now: number, withinMs: number): boolean {
  const age = now - at;
  return age >= 0 && age < withinMs;
}
