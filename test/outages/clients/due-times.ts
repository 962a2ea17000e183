// When clients arrive: at a steady rate, whatever happened to earlier ones (an open model). A client that is started
// late keeps its due time, so a delay of the machine in starting it counts as waiting.

/** When the n-th client is due, n from 0, in the same milliseconds as `start`. */
export function dueAt(start: number, perSecond: number, n: number): number {
  return start + (n * 1000) / perSecond;
}

/** How many are due by now, the first one at once. */
export function dueBy(now: number, start: number, perSecond: number): number {
  return now < start || perSecond <= 0 ? 0 : Math.floor(((now - start) * perSecond) / 1000) + 1;
}
