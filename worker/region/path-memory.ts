// The round trips that data centers have measured to this region, for those that have no cache to keep them in
// (workers.dev). In the object's memory: it is lost with a deploy, and then learned again.

import { isRoundTrips, type RoundTrips } from '../../routing/round-trips.ts';

/** More than Cloudflare has: what pretends to be yet another pushes out the one that reported longest ago. */
const MAX_COLOS = 512;

export class PathMemory {
  readonly #byColo = new Map<string, RoundTrips>();

  /** Undefined if nothing is remembered of it. */
  from(colo: string): RoundTrips | undefined {
    return this.#byColo.get(colo);
  }

  /** Anything that is not what another version of the Worker would make of it counts as nothing. */
  remember(colo: string, trips: unknown): void {
    if (!isRoundTrips(trips)) return;
    this.#byColo.delete(colo);
    this.#byColo.set(colo, trips);
    if (this.#byColo.size > MAX_COLOS) this.#byColo.delete(this.#byColo.keys().next().value ?? colo);
  }
}
