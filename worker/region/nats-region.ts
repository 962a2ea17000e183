// The object of a region: it owns the container with the region's nats-server, hands clients to it, keeps it
// awake or lets it sleep, and keeps its links to the other regions. One class per region extends this one
// (classes.ts), since a container is placed per class.

import type { DurableObject } from 'cloudflare:workers';
import { Container } from '@cloudflare/containers';
import type { RegionState } from '../../api/states.ts';
import type { RegionConfig } from '../../regions/config.ts';
import { activeConfig } from '../config/active-config.ts';
import type { Env } from '../env.ts';
import { errorResponse } from '../error-response.ts';
import type { TrafficSample } from '../forecast/traffic.ts';
import { ASLEEP } from '../mesh/link.ts';
import { MeshKeeper } from '../mesh/mesh-keeper.ts';
import { refuseRoute } from '../mesh/refuse-route.ts';
import { pump } from '../mesh/splice.ts';
import { messageOf } from '../message-of.ts';
import { containerEnvironment } from './container-settings.ts';
import { Drain } from './drain.ts';
import { linkStatuses } from './link-status.ts';
import { meshHostOf } from './mesh-host.ts';
import { NatsServer, WEBSOCKET_PORT } from './nats-server.ts';
import { placeOf } from './place-header.ts';
import type { RegionMethods } from './region-stub.ts';
import { Restarts } from './restarts.ts';
import { ServerReport } from './server-report.ts';
import type { LinkStatus, RegionStatus } from './status.ts';
import { ToldLimits } from './told-limits.ts';
import { TrafficTally } from './traffic-tally.ts';

/** Ends nats-server at once; SIGTERM would make it a lame duck first, for clients that are not there. */
const SIGINT = 2;

/** How often a drain looks whether the last client has gone. */
const DRAIN_POLL_SECONDS = 1;

/** How often the class looks whether the container is ready: a start takes a second or so, and a client waits. */
const START_POLL_MS = 50;

/** A server that leaves so many reconciliations in a row unanswered is ended. */
const UNANSWERED_LIMIT = 2;

export abstract class NatsRegion extends Container<Env> implements RegionMethods {
  /** Id of the region; each region's class has its own. */
  static readonly region: string;

  override enableInternet = false;
  #region: RegionConfig;
  readonly #server: NatsServer;
  readonly #report: ServerReport;
  readonly #drain: Drain;
  readonly #limits: ToldLimits;
  readonly #tally: TrafficTally;
  readonly #mesh: MeshKeeper;
  readonly #createdAt = Date.now();
  #state: RegionState = 'asleep';
  #since = Date.now();
  #problem: string | undefined;
  #starting: Promise<void> | undefined;
  readonly #restarts = new Restarts();
  #unanswered = 0;

  constructor(ctx: DurableObject['ctx'], env: Env) {
    super(ctx, env);
    const { config, version } = activeConfig(env);
    const id = (new.target as typeof NatsRegion).region;
    const region = config.regions.find((candidate) => candidate.id === id);
    if (region === undefined) throw new Error(`region ${id} is not in the configuration`);
    this.#limits = new ToldLimits(ctx.storage.kv);
    this.#region = this.#limits.newest(region, version);
    this.#server = new NatsServer(ctx.container);
    this.#report = new ServerReport(id, this.#server);
    this.#drain = new Drain(ctx.storage.kv);
    this.#tally = new TrafficTally(ctx.storage.sql);
    this.defaultPort = WEBSOCKET_PORT;
    this.sleepAfter = region.sleepAfter;
    const regions = config.regions.map((each) => each.id);
    const { retryMaxMs } = config.mesh;
    const host = meshHostOf(id, env, this.#server);
    this.#mesh = new MeshKeeper(host, { region: id, regions, retryMaxMs });
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
    } else if ((await this.#report.connections()) === 0) await this.stop(SIGINT);
    await this.schedule(DRAIN_POLL_SECONDS, 'advanceDrain');
  }

  /** Where its clients come from, as far as it has counted. */
  async traffic(): Promise<readonly TrafficSample[]> {
    return this.#tally.samples(Date.now());
  }

  /** Takes over what steers, from a newer configuration: after an edit, and from the cron trigger. */
  async configure(region: RegionConfig, version = 0): Promise<void> {
    this.#limits.tell(region, version);
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
    const status: RegionStatus = {
      region: this.#region.id,
      state: this.#state,
      since: this.#since,
      clients: 0,
      objectAgeMs: Date.now() - this.#createdAt,
      peers: [],
    };
    if (this.#isServing()) return this.#report.status(status);
    return this.#problem === undefined ? status : { ...status, problem: this.#problem };
  }

  /** The links that this region dials, with what its server knows of them. */
  async links(): Promise<readonly LinkStatus[]> {
    const routes = this.#isServing() ? await this.#report.routes() : [];
    return linkStatuses(this.#mesh.reports(), routes);
  }

  /** Called by the class when the container has ended, for whatever reason. */
  override async onStop({ exitCode }: { exitCode: number }): Promise<void> {
    if (this.#drain.phase !== undefined) return this.#endDrain();
    const asked = this.#state === 'stopping';
    const lived = Date.now() - this.#since;
    this.#mesh.serverDown();
    if (asked || (exitCode === 0 && !this.#region.keepAwake)) return this.#enter('asleep');
    this.#restarts.ended(lived);
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
    // The limits of the newest version that this object was told of, whatever was deployed.
    this.envVars = containerEnvironment(this.env, activeConfig(this.env).config, this.#region);
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
      const pauseMs = this.#restarts.nextPauseMs(Math.random());
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
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

  #scheduleReconcile(): void {
    const { reconcileSeconds } = activeConfig(this.env).config.mesh;
    this.deleteSchedules('reconcile');
    this.ctx.waitUntil(this.schedule(reconcileSeconds, 'reconcile'));
  }

  #unavailable(reason: string): Response {
    return errorResponse('region_unavailable', `region ${this.#region.id}: ${reason}`);
  }
}
