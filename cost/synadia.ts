// What Synadia Cloud would take for a load: the cheapest plan with a list price that has room for it, or a quote. Pure.

import type { Alternative } from './alternative.ts';
import { atListPrice } from './charge.ts';
import { SYNADIA_EGRESS, SYNADIA_PLANS, type SynadiaPlan } from './other-prices.ts';
import type { Traffic } from './traffic.ts';

const BYTES_PER_GB = 1_000_000_000;
const BYTES_PER_GIB = 1_024 ** 3;

/** @param clientBytes what clients are sent in a month */
export function synadia(clientBytes: number, traffic: Traffic): Alternative {
  const gib = clientBytes / BYTES_PER_GIB;
  const best = SYNADIA_PLANS.filter((plan) => hasRoom(plan, traffic))
    .map((plan) => ({
      plan,
      dollars: plan.dollars + atListPrice(SYNADIA_EGRESS, Math.max(0, gib - plan.includedGib)),
    }))
    .toSorted((a, b) => a.dollars - b.dollars)[0];
  return {
    name: best === undefined ? 'Synadia Cloud' : `Synadia Cloud ${best.plan.name}`,
    dollars: best?.dollars ?? null,
    what:
      best === undefined
        ? 'by quote: no plan with a list price takes so many connections, such large messages or so many streams of three replicas, or keeps so much of them'
        : 'run by those who make NATS; a server there is shared, and only what clients are sent beyond the plan is counted: what crosses its own regions may be $0.02 a GiB more',
  };
}

/** Streams have three replicas here, so they are HA there. */
function hasRoom(
  plan: SynadiaPlan,
  { clients, messages, size, streams, storedGb, storedShare }: Traffic,
): boolean {
  const needed = Math.max(streams, Number(storedGb > 0 || storedShare > 0));
  return (
    plan.connections >= clients &&
    (messages === 0 || plan.messageBytes >= size) &&
    plan.haStreams >= needed &&
    plan.haStorageGib * BYTES_PER_GIB >= storedGb * BYTES_PER_GB
  );
}
