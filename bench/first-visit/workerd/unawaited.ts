// As known.ts, where nobody waits for the record: the control.

export { observationsAt, UNKNOWN_COLO } from '../../../worker/connect/observe.ts';

export async function untilKnown(): Promise<void> {}
