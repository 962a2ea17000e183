// Calls beyond the rate limit, counted for the audit log: every one of them is in it, and yet whoever sends a
// thousand a second causes one write in some seconds. Kept in the isolate's memory; what it holds is written by work
// that goes on after the answer. An isolate that ends before loses a few seconds of its count.

import { networkOf } from '../../routing/client-network.ts';
import type { AuditEvent } from '../config/audit-table.ts';

/** Well within the 30 s that work may go on after an answer. */
export const COLLECT_MS = 10_000;

/** After so long whoever had to see to it has not: what goes on after an answer may be cut off. */
const GIVEN_UP_AFTER_MS = 3 * COLLECT_MS;

/** Networks that are counted one by one at a time. The others are counted together: their sender has many. */
const MAX_NETWORKS = 500;

/** Stands for all networks beyond those. */
const OTHERS = 'others';

export class RefusedCalls {
  readonly #counted = new Map<string, AuditEvent & { attempts: number }>();
  #collectingSince: number | undefined;

  /** Counts one. True for the call that has to see to it that `take` is called in a while. @param now ms */
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

  /** One event for each network, with how many calls it stands for, of the first of which it tells the rest. */
  take(): readonly AuditEvent[] {
    const events = [...this.#counted.values()];
    this.#counted.clear();
    this.#collectingSince = undefined;
    return events;
  }
}
