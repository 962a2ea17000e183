// The object of a region: it owns the container with the region's nats-server, hands clients to it, keeps it
// awake or lets it sleep, and keeps its links to the other regions. One class per region extends this one
// (classes.ts), since a container is placed per class.

import type { DurableObject } from 'cloudflare:workers';
import { Container } from '@cloudflare/containers';
import type { RegionConfig } from '../../regions/config.ts';
import { activeConfig } from '../config/active-config.ts';
import { type Env, regionStub } from '../env.ts';
import type { TrafficSample } from '../forecast/traffic.ts';
import { errorResponse } from '../http/errors.ts';
import { backoffMs } from '../mesh/backoff.ts';
import { ASLEEP } from '../mesh/link.ts';
import { MeshKeeper } from '../mesh/mesh-keeper.ts';
import { RouteRefusedError, refusalLine } from '../mesh/route-handshake.ts';
import { type ByteChannel, closeQuietly, pump } from '../mesh/splice.ts';
import { messageOf } from '../message-of.ts';
import { containerEnvironment } from './container-settings.ts';
import { Drain } from './drain.ts';
import { linkStatuses } from './link-status.ts';
import type { RoutezRoute } from './monitoring.ts';
import { NatsServer, WEBSOCKET_PORT } from './nats-server.ts';
import { placeOf } from './place-header.ts';
import type { LinkStatus, RegionState, RegionStatus } from './status.ts';
import { TrafficTally } from './traffic-tally.ts';

/** Stands in the address by which an object is dialled; what it reaches is the object's own choice. */
const PEER_PORT = 6222;

/** Ends nats-server at once; SIGTERM would make it a lame duck first, for clients that are not there. */
const SIGINT = 2;

/** How often a drain looks whether the last client has gone. */
const DRAIN_POLL_SECONDS = 1;

/** How often the class looks whether the container is ready: a start takes a second or so, and a client waits. */
const START_POLL_MS = 50;

/** Restarts of a server that keeps ending are this far apart at most. */
const RESTART_MAX_MS = 30_000;

/** A server that leaves so many reconciliations in a row unanswered is ended. */
const UNANSWERED_LIMIT = 2;

/** A server that ran this long was a good one: the next restart goes at once. */
const STABLE_AFTER_MS = 10_000;

export abstract class NatsRegion extends Container<Env> {
  /** Id of the region; each region's class has its own. */
  static readonly region: string;

  override enableInternet = false;
  #region: RegionConfig;
  readonly #server: NatsServer;
  readonly #drain: Drain;
  readonly #tally: TrafficTally;
  readonly #mesh: MeshKeeper;
  readonly #createdAt = Date.now();
  #state: RegionState = 'asleep';
  #since = Date.now();
  #problem: string | undefined;
  #starting: Promise<void> | undefined;
  #restarts = 0;
  #unanswered = 0;

  constructor(ctx: DurableObject['ctx'], env: Env) {
    super(ctx, env);
    const { config } = activeConfig(env);
    const id = (new.target as typeof NatsRegion).region;
    const region = config.regions.find((candidate) => candidate.id === id);
    if (region === undefined) throw new Error(`region ${id} is not in the configuration`);
    this.#region = region;
    this.#server = new NatsServer(ctx.container);
    this.#drain = new Drain(ctx.storage.kv);
    this.#tally = new TrafficTally(ctx.storage.sql);
    this.defaultPort = WEBSOCKET_PORT;
    this.sleepAfter = region.sleepAfter;
    this.envVars = containerEnvironment(env, config, region);
    this.#mesh = new MeshKeeper(
      {
        dialLocal: () => this.#server.dialRoute(),
        dialPeer: (peer) => this.#peer(peer).connect(`${id}.${peer}:${PEER_PORT}`),
        announceTo: (peer) => this.#peer(peer).peerUp(id),
        onFailure: (peer, error) => {
          // A peer that sleeps or starts is no news; it says so itself when it is up.
          if (!(error instanceof RouteRefusedError)) console.warn(`link ${id}-${peer}: ${messageOf(error)}`);
        },
        now: Date.now,
        random: Math.random,
      },
      { region: id, regions: config.regions.map((each) => each.id), retryMaxMs: config.mesh.retryMaxMs },
    );
    // The object was reset but its container runs on: its clients are there, its links are not.
    if (this.#server.isRunning) this.#enterUp();
    else if (this.#drain.phase !== undefined) this.#drain.ended(Date.now());
  }

  /** A client: its WebSocket is passed through as the container's own response, natively. */
  override async fetch(request: Request): Promise<Response> {
    if (this.#drain.phase !== undefined) return this.#unavailable('it is drained and takes no new clients');
    if (this.#state === 'down') return this.#unavailable('it ended unasked and is being started again');
    try {
      if (this.#state !== 'up') await this.wake();
      this.renewActivityTimeout();
      const response = await this.#server.upgrade(request);
      if (response.status === 101) this.#tally.note(placeOf(request.headers), Date.now());
      return response;
    } catch (error) {
      return this.#unavailable(messageOf(error));
    }
  }

  /** A peer's object dials the route port of this region's server. Bytes only: the handshake is the peer's. */
  override async connect(socket: Socket): Promise<void> {
    if (!this.#isServing()) return refuseRoute(socket, this.#state === 'asleep' ? ASLEEP : this.#state);
    await pump(socket, this.#server.dialRoute());
  }

  /** Starts the server where it isn't running, and returns once it takes clients. */
  wake(): Promise<void> {
    if (this.#state === 'up') return Promise.resolve();
    this.#starting ??= this.#start().finally(() => {
      this.#starting = undefined;
    });
    return this.#starting;
  }

  /** Starts the server if the configuration wants it to run all the time. */
  async ensureAwake(): Promise<void> {
    const { enabled, keepAwake } = this.#region;
    const isWanted = enabled && keepAwake && this.#drain.phase === undefined;
    if (isWanted && this.#state !== 'down') await this.wake();
  }

  /**
   * Takes the region out of service: no new clients from now on; after `settleSeconds`, in which Workers learn of
   * it, the server becomes a lame duck and tells its clients to go; when the last has gone it ends.
   */
  async drain(settleSeconds: number): Promise<RegionStatus> {
    const isNew = this.#drain.phase === undefined;
    this.#drain.begin(this.#isServing(), Date.now());
    if (isNew && this.#drain.phase === 'settling') {
      this.#enter('draining');
      await this.schedule(settleSeconds, 'advanceDrain');
    }
    return this.status();
  }

  /** Takes a drain back: at once before the server was told, otherwise when it has ended. */
  async undrain(): Promise<RegionStatus> {
    if (this.#drain.phase !== undefined && this.#drain.cancel() === 'at-once') {
      if (this.#state === 'draining') this.#enter('up');
      else await this.ensureAwake();
    }
    return this.status();
  }

  /** Ends the server now, with whoever is connected. One that stays awake is started again within a minute. */
  async halt(): Promise<RegionStatus> {
    if (this.#isServing()) {
      this.#enter('stopping');
      await this.stop(SIGINT);
    }
    return this.status();
  }

  /** Scheduled by itself while it drains. */
  async advanceDrain(): Promise<void> {
    const { phase } = this.#drain;
    if (phase === undefined || phase === 'drained') return;
    if (phase === 'settling') {
      this.#server.becomeLameDuck();
      this.#drain.signalled(Date.now());
    } else if ((await this.#connections()) === 0) await this.stop(SIGINT);
    await this.schedule(DRAIN_POLL_SECONDS, 'advanceDrain');
  }

  /** Where its clients come from, as far as it has counted. */
  async traffic(): Promise<readonly TrafficSample[]> {
    return this.#tally.samples(Date.now());
  }

  /** Takes over what steers, from a newer configuration: after an edit, and from the cron trigger. */
  async configure(region: RegionConfig): Promise<void> {
    this.#region = region;
    this.sleepAfter = region.sleepAfter;
    await this.ensureAwake();
  }

  /** A peer says that its server is up. */
  async peerUp(peer: string): Promise<void> {
    this.#mesh.peerUp(peer);
  }

  /** What state the region is in; asks the server when it is up. Never starts anything. */
  async status(): Promise<RegionStatus> {
    const objectAgeMs = Date.now() - this.#createdAt;
    const status = {
      region: this.#region.id,
      state: this.#state,
      since: this.#since,
      clients: 0,
      objectAgeMs,
      peers: [],
    };
    if (!this.#isServing())
      return this.#problem === undefined ? status : { ...status, problem: this.#problem };
    try {
      const [varz, routes] = await Promise.all([this.#server.varz(), this.#server.routes()]);
      const peers = new Set(routes.map(({ remote_name, remote_id }) => remote_name ?? remote_id));
      return { ...status, clients: varz.connections, peers: [...peers], serverVersion: varz.version };
    } catch (error) {
      return { ...status, state: 'down', problem: `its monitoring does not answer: ${messageOf(error)}` };
    }
  }

  /** The links that this region dials, with what its server knows of them. */
  async links(): Promise<readonly LinkStatus[]> {
    return linkStatuses(this.#mesh.reports(), await this.#routes());
  }

  /** Called by the class when the container has ended, for whatever reason. */
  override async onStop({ exitCode }: { exitCode: number }): Promise<void> {
    if (this.#drain.phase !== undefined) return this.#endDrain();
    const asked = this.#state === 'stopping';
    const lived = Date.now() - this.#since;
    this.#mesh.serverDown();
    if (asked || (exitCode === 0 && !this.#region.keepAwake)) return this.#enter('asleep');
    if (lived >= STABLE_AFTER_MS) this.#restarts = 0;
    this.#goDown(`nats-server ended with exit code ${exitCode}`);
  }

  /** Called by the class when nothing has renewed the activity for `sleepAfter`. */
  override async onActivityExpired(): Promise<void> {
    if (this.#region.keepAwake || this.#state !== 'up') return;
    const { connections } = await this.#server.varz();
    if (connections > 0) return;
    this.#enter('stopping');
    await this.stop(SIGINT);
  }

  /** Scheduled by itself while the server is up, every `mesh.reconcileSeconds`. */
  async reconcile(): Promise<void> {
    if (!this.#isServing()) return;
    this.#scheduleReconcile();
    this.#tally.flush();
    try {
      const routes = await this.#server.routes();
      this.#unanswered = 0;
      this.#mesh.reconcile(new Set(routes.map(({ remote_id }) => remote_id)));
    } catch (error) {
      this.#unanswered += 1;
      console.warn(`region ${this.#region.id}: /routez: ${messageOf(error)}`);
      // A server that hangs takes clients and serves none. Its end is noticed as any other, and it starts again.
      if (this.#unanswered >= UNANSWERED_LIMIT) await this.destroy();
    }
  }

  async #start(): Promise<void> {
    if (this.#state !== 'down') this.#enter('starting');
    try {
      await this.startAndWaitForPorts({
        ports: [WEBSOCKET_PORT],
        cancellationOptions: { waitInterval: START_POLL_MS },
      });
    } catch (cause) {
      const error = new Error(`nats-server of ${this.#region.id} did not start: ${messageOf(cause)}`, {
        cause,
      });
      if (!this.#region.keepAwake) this.#enter('asleep', error.message);
      else if (this.#state !== 'down') this.#goDown(error.message);
      throw error;
    }
    this.#enterUp();
  }

  /** From now on clients are sent elsewhere, until the server runs again. */
  #goDown(problem: string): void {
    this.#enter('down', problem);
    console.error(`region ${this.#region.id}: ${problem}`);
    this.ctx.waitUntil(this.#restart());
  }

  async #restart(): Promise<void> {
    while (this.#state === 'down') {
      await new Promise((resolve) =>
        setTimeout(resolve, backoffMs(this.#restarts, RESTART_MAX_MS, Math.random())),
      );
      this.#restarts += 1;
      await this.wake().catch((error: unknown) => this.#enter('down', messageOf(error)));
    }
  }

  /** The drained server has ended. */
  async #endDrain(): Promise<void> {
    this.#mesh.serverDown();
    const startAgain = this.#drain.ended(Date.now());
    this.#enter('asleep');
    if (startAgain) this.ctx.waitUntil(this.wake());
  }

  #enterUp(): void {
    this.#enter(this.#drain.phase === undefined ? 'up' : 'draining');
    this.#unanswered = 0;
    this.#mesh.serverUp();
    this.#scheduleReconcile();
  }

  #enter(state: RegionState, problem?: string): void {
    this.#state = state;
    this.#since = Date.now();
    this.#problem = problem;
  }

  /** Whether the server runs: it has clients, routes and monitoring. */
  #isServing(): boolean {
    return this.#state === 'up' || this.#state === 'draining';
  }

  /** Connected clients; none when the server does not answer any more. */
  async #connections(): Promise<number> {
    try {
      return (await this.#server.varz()).connections;
    } catch (error) {
      console.warn(`region ${this.#region.id}: /varz: ${messageOf(error)}`);
      return 0;
    }
  }

  #scheduleReconcile(): void {
    const { reconcileSeconds } = activeConfig(this.env).config.mesh;
    this.deleteSchedules('reconcile');
    this.ctx.waitUntil(this.schedule(reconcileSeconds, 'reconcile'));
  }

  /** The server's routes; one that does not answer has none. */
  async #routes(): Promise<readonly RoutezRoute[]> {
    if (!this.#isServing()) return [];
    try {
      return await this.#server.routes();
    } catch (error) {
      console.warn(`region ${this.#region.id}: /routez: ${messageOf(error)}`);
      return [];
    }
  }

  #peer(id: string): DurableObjectStub<NatsRegion> {
    const peer = activeConfig(this.env).config.regions.find((region) => region.id === id);
    if (peer === undefined) throw new Error(`region ${id} is not in the configuration`);
    return regionStub(this.env, peer);
  }

  #unavailable(reason: string): Response {
    return errorResponse(503, 'region_unavailable', `region ${this.#region.id}: ${reason}`);
  }
}

async function refuseRoute(socket: ByteChannel, reason: string): Promise<void> {
  const writer = socket.writable.getWriter();
  await writer.write(new TextEncoder().encode(refusalLine(reason)));
  await writer.close();
  closeQuietly(socket);
}
