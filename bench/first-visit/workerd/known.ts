// In place of worker/connect/observe.ts in the decision: every request is the first that its isolate sees, and the record
// of its data center is there.

import type { RoundTrips } from '../../../routing/round-trips.ts';
import { saveRecord } from '../../../worker/connect/colo-cache.ts';
import { untilKnown as awaitRecord } from '../../../worker/connect/observe.ts';
import { Observer } from '../../../worker/connect/observer.ts';
import type { EdgeContext } from '../../../worker/edge-context.ts';

export { observationsAt, UNKNOWN_COLO } from '../../../worker/connect/observe.ts';

/** Of no data center: what the regions of the stack answer is not in its record. */
const COLO = 'benchmark';

const TRIPS: RoundTrips = { ms: Array.from({ length: 36 }, (_, index) => 20 + index / 10), at: 1 };
const REGIONS = ['wnam', 'enam', 'weur', 'eeur', 'apac', 'oc'];
const RECORD = { regions: Object.fromEntries(REGIONS.map((id) => [id, { trips: TRIPS }])) };

let stored: Promise<boolean> | undefined;

export async function untilKnown(_colo: string, edge: EdgeContext): Promise<void> {
  // By the first of all, in the warm-up.
  stored ??= saveRecord(COLO, RECORD);
  if (!(await stored)) throw new Error('the cache of the benchmark keeps nothing');
  const fresh = new Observer();
  await awaitRecord(COLO, edge, fresh);
  if (fresh.observations(COLO, Date.now()).regions.size !== REGIONS.length)
    console.error('the record of the benchmark came too late');
}
