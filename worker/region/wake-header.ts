// How the Worker tells a region's object that a client is no reason to start its server: another region may serve it.

/** Set by the Worker on every upgrade, so a client cannot say it itself. */
export const WAKE_HEADER = 'x-meridian-wake';

const NO = 'no';

/** Says in the headers of an upgrade whether the region may start for it. */
export function setMayWake(headers: Headers, mayWake: boolean): void {
  if (mayWake) headers.delete(WAKE_HEADER);
  else headers.set(WAKE_HEADER, NO);
}

/** Whether the region may start for an upgrade. */
export function mayWake(headers: Headers): boolean {
  return headers.get(WAKE_HEADER) !== NO;
}
