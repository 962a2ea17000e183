// The start of a region's server: once it is admitted, the container; then the links to the other regions, before the
// first client is let in; and the next start if it ends unexpectedly.

import type { RegionConfig } from '../../regions/config.ts';
import { instanceNameOf } from '../../regions/names.ts';
import { expectedRttMs } from '../../routing/latency/prior.ts';
import { backoffMs } from '../backoff.ts';
import { activeConfig } from '../config/active-config.ts';
import type { Env } from '../env.ts';
import type { MeshKeeper } from '../mesh/mesh-keeper.ts';
import { publicMessageOf } from '../message-of.ts';
import { type Admission, ASK_AGAIN_MS } from './admission.ts';
import type { Door } from './door.ts';
import type { LeafDoor } from './leaf-door.ts';
import type { RunningLifecycle } from './running-lifecycle.ts';
import type { ServerReport } from './server-report.ts';
import { isServing, isStarting, problemOf } from './stages.ts';

/** What of its region a start needs. */
export interface ServerStartHost {
  readonly env: Env;
  readonly lifecycle: RunningLifecycle;
  readonly admission: Pick<Admission, 'wait' | 'isHeld'>;
  readonly door: Pick<Door, 'open'>;
  readonly leafDoor: Pick<LeafDoor, 'open'>;
  readonly mesh: Pick<MeshKeeper, 'retry' | 'isLinked'>;
  readonly report: Pick<ServerReport, 'routes'>;
  /** The region's configuration as it is now. */
  region(): RegionConfig;
  /** Starts the container. @throws Error unless its server is up */
  startContainer(): Promise<void>;
  /** Keeps the object until the work is done. */
  waitUntil(work: Promise<void>): void;
}

/** A newly started server takes its first client once it is linked to those that are up, or after this time. */
const LINKED_WITHIN_MS = 2_000;
const LINK_POLL_MS = 25;

/** Servers exchange their clients' subscriptions once linked, which takes this plus the round trip. */
const INTEREST_MS = 50;

/** Restarts of a server that keeps exiting are at most this far apart. */
const RESTART_MAX_MS = 30_000;

export class ServerStart {
  readonly #host: ServerStartHost;
  #linked = Promise.resolve();
  /** So that what was asked for an earlier server does not count for the next. */
  #starts = 0;

  constructor(host: ServerStartHost) {
    this.#host = host;
  }

  /** Resolves when a newly started server may take its first client. */
  get linked(): Promise<void> {
    return this.#linked;
  }

  /** Starts the server, then reports `started` or `start-failed`. */
  async start(): Promise<void> {
    const { lifecycle, admission, door, leafDoor } = this.#host;
    const region = this.#host.region();
    const isAdmitted = await admission.wait(region, (event) => lifecycle.dispatch(event));
    if (!isAdmitted || !isStarting(lifecycle.stage)) return;
    try {
      await this.#host.startContainer();
    } catch (error) {
      const subject = `nats-server of ${region.id} did not start`;
      const problem = `${subject}: ${publicMessageOf(error, 'its container could not be started', subject)}`;
      return lifecycle.dispatch({ kind: 'start-failed', problem });
    }
    door.open();
    leafDoor.open();
    this.#starts += 1;
    // Until the Keeper says otherwise: streams may be being restored.
    const started = lifecycle.dispatch({ kind: 'started', isHeld: region.jetstream });
    this.#linked = this.#untilLinked();
    if (region.jetstream) this.#host.waitUntil(this.#untilReleased(true));
    await started;
  }

  /** The object was reset, and the server runs. It takes clients, unless the Keeper says otherwise. */
  goOn(): void {
    const { admission, lifecycle } = this.#host;
    const region = this.#host.region();
    if (!region.jetstream || lifecycle.stage.kind !== 'up') return;
    const asked = admission.isHeld(region, false).then(async (isHeld) => {
      if (!isHeld) return;
      await lifecycle.dispatch({ kind: 'held' });
      this.#host.waitUntil(this.#untilReleased(false));
    });
    this.#linked = asked;
    this.#host.waitUntil(asked);
  }

  /** Reports `restart-due` after a pause that grows with each attempt. */
  async restartAfter(attempt: number): Promise<void> {
    const { lifecycle } = this.#host;
    console.error(`region ${this.#host.region().id}: ${problemOf(lifecycle.stage)}`);
    const pauseMs = backoffMs(attempt, RESTART_MAX_MS, Math.random());
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
    await lifecycle.dispatch({ kind: 'restart-due', attempt });
  }

  /**
   * While streams are being restored, or it is not linked with all others, clients are served elsewhere.
   *
   * @param ifUnknown whether they are while the Keeper does not answer
   */
  async #untilReleased(ifUnknown: boolean): Promise<void> {
    const { admission, lifecycle, mesh } = this.#host;
    const start = this.#starts;
    const isHeld = () => admission.isHeld(this.#host.region(), ifUnknown);
    if (await isHeld()) {
      do {
        await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS));
        if (start !== this.#starts) return;
      } while (await isHeld());
      await mesh.retry();
      await this.#untilLinked();
    }
    if (start === this.#starts) await lifecycle.dispatch({ kind: 'released' });
  }

  /** What a client publishes before its server is linked never reaches other regions, without any error. */
  async #untilLinked(): Promise<void> {
    const { lifecycle, mesh, report } = this.#host;
    const end = Date.now() + LINKED_WITHIN_MS;
    while (isServing(lifecycle.stage) && Date.now() < end) {
      const names = new Set((await report.routes())?.map(({ remote_name }) => remote_name));
      const isConnected = (region: string) => names.has(instanceNameOf(region));
      const isLinked = mesh.isLinked(isConnected);
      await new Promise((resolve) => setTimeout(resolve, isLinked ? this.#interestMs(names) : LINK_POLL_MS));
      if (isLinked) return;
    }
  }

  /** After this long the farthest of these servers knows of the link, and its subscriptions have arrived. */
  #interestMs(servers: ReadonlySet<string | undefined>): number {
    const { regions } = activeConfig(this.#host.env).config;
    const linked = regions.filter(({ id }) => servers.has(instanceNameOf(id)));
    const own = this.#host.region();
    return INTEREST_MS + Math.max(0, ...linked.map((region) => expectedRttMs(own, region)));
  }
}
