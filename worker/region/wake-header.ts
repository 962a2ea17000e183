// How the Worker tells a region's object not to start its server for a client, since another region may serve it.

/** Set by the Worker on every upgrade, so a client cannot set it itself. */
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
