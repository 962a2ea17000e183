// Calls beyond the rate limit, counted for the audit log: it accounts for every one of them, yet a client that sends
// a thousand a second causes only one write every few seconds. The counts are kept in the isolate's memory and written
// by work that continues after the answer. An isolate that ends before then loses a few seconds of counts.

import { networkOf } from '../../routing/client-network.ts';
import type { AuditEvent } from '../config/audit-table.ts';

/** Well within the 30 s for which work may continue after an answer. */
export const COLLECT_MS = 10_000;

/** After this long, `take` will not be called any more: work that continues after an answer may be cut off. */
const GIVEN_UP_AFTER_MS = 3 * COLLECT_MS;

/** How many networks are counted separately at a time. The rest count together: their sender has many. */
const MAX_NETWORKS = 500;

/** Represents all networks beyond those. */
const OTHERS = 'others';

export class RefusedCalls {
  readonly #counted = new Map<string, AuditEvent & { attempts: number }>();
  #collectingSince: number | undefined;

  /** Counts a call. True if the caller has to arrange for `take` to be called later. @param now ms */
  add(event: AuditEvent, now: number): boolean {
    const network = networkOf(event.address ?? 'unknown');
    const isNew = !this.#counted.has(network);
    const address = isNew && this.#counted.size >= MAX_NETWORKS ? OTHERS : network;
    const known = this.#counted.get(address);
    this.#counted.set(address, { ...(known ?? { ...event, address }), attempts: (known?.attempts ?? 0) + 1 });
    const since = this.#collectingSince;
    if (since !== undefined && now - since < GIVEN_UP_AFTER_MS) return false;
    this.#collectingSince = now;
    return true;
  }

  /** One event for each network: the number of calls that it represents, and the details of the first of them. */
  take(): readonly AuditEvent[] {
    const events = [...this.#counted.values()];
    this.#counted.clear();
    this.#collectingSince = undefined;
    return events;
  }
}
