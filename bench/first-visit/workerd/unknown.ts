// As known.ts, where no record is there.

import { untilKnown as awaitRecord } from '../../../worker/connect/observe.ts';
import { Observer } from '../../../worker/connect/observer.ts';
import type { EdgeContext } from '../../../worker/edge-context.ts';

export { observationsAt, UNKNOWN_COLO } from '../../../worker/connect/observe.ts';

export async function untilKnown(_colo: string, edge: EdgeContext): Promise<void> {
  await awaitRecord('nobody', edge, new Observer());
}
