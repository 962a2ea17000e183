// The object of a region: it owns the container with the region's nats-server, hands clients to it, and keeps its
// links to the other regions. When the server starts and ends, and whom it takes, is decided by lifecycle.ts: here
// events are fed to it, and its commands carried out. One class per region extends this one (classes.ts), since a
// container is placed per class.

import type { DurableObject } from 'cloudflare:workers';
import { Container } from '@cloudflare/containers';
import type { RegionConfig } from '../../regions/config.ts';
import { WEBSOCKET_PORT } from '../../regions/container-ports.ts';
import { backoffMs } from '../backoff.ts';
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
import { DRAIN_KEY, type DrainRecord } from './drain-record.ts';
import { afterReset, step } from './lifecycle.ts';
import type { Command, Lifecycle, LifecycleEvent } from './lifecycle-events.ts';
import { linkStatuses } from './link-status.ts';
import { meshHostOf } from './mesh-host.ts';
import { NatsServer } from './nats-server.ts';
import { placeOf } from './place-header.ts';
import type { RegionMethods } from './region-stub.ts';
import { ServerReport } from './server-report.ts';
import {
  hasServer,
  isComingUp,
  isLeaving,
  isServing,
  problemOf,
  refusalOf,
  regionStateOf,
  sinceOf,
} from './stages.ts';
import type { LinkStatus, RegionStatus } from './status.ts';
import { ToldLimits } from './told-limits.ts';
import { TrafficTally } from './traffic-tally.ts';

/** Ends nats-server at once; SIGTERM would make it a lame duck first, for clients that are not there. */
const SIGINT = 2;

/** How often the class looks whether the container is ready: a start takes a second or so, and a client waits. */
const START_POLL_MS = 50;

/** A server sends its INFO at once; a link to one that takes longer than this is tried again. */
export const HANDSHAKE_TIMEOUT_MS = 5_000;

/** Restarts of a server that keeps ending are this far apart at most. */
const RESTART_MAX_MS = 30_000;

export abstract class NatsRegion extends Container<Env> implements RegionMethods {
  /** Id of the region; each region's class has its own. */
  static readonly region: string;

  override enableInternet = false;
  #region: RegionConfig;
  readonly #server: NatsServer;
  readonly #report: ServerReport;
  readonly #limits: ToldLimits;
  readonly #tally: TrafficTally;
  readonly #mesh: MeshKeeper;
  readonly #createdAt = Date.now();
  #lifecycle: Lifecycle;
  /** Resolves when the stage changes next. */
  #changed = Promise.withResolvers<void>();

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
    this.#tally = new TrafficTally(ctx.storage.sql);
    this.defaultPort = WEBSOCKET_PORT;
    this.sleepAfter = region.sleepAfter;
    const regions = config.regions.map((each) => each.id);
    const { retryMaxMs } = config.mesh;
    const host = meshHostOf(id, env, this.#server);
    const handshakeTimeoutMs = HANDSHAKE_TIMEOUT_MS;
    this.#mesh = new MeshKeeper(host, { region: id, regions, retryMaxMs, handshakeTimeoutMs });
    const record = ctx.storage.kv.get<DrainRecord>(DRAIN_KEY);
    const { state, commands } = afterReset(record, this.#server.isRunning, this.#region, this.#createdAt);
    this.#lifecycle = state;
    ctx.waitUntil(this.#carryOut(commands));
  }

  /** A client: its WebSocket is passed through as the container's own response, natively. */
  override async fetch(request: Request): Promise<Response> {
    const refusal = refusalOf(this.#lifecycle.stage);
    if (refusal !== undefined) return this.#unavailable(refusal);
    try {
      await this.#comeUp({ kind: 'client' });
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
    const { stage } = this.#lifecycle;
    if (isServing(stage)) return pump(socket, this.#server.dialRoute());
    const state = regionStateOf(stage);
    await refuseRoute(socket, state === 'asleep' ? ASLEEP : state);
  }

  /** Starts the server where it isn't running, and returns once it takes clients. One that is drained stays so. */
  async wake(): Promise<void> {
    if (!isLeaving(this.#lifecycle.stage)) await this.#comeUp({ kind: 'wake' });
  }

  /**
   * Takes the region out of service: no new clients from now on; after `settleSeconds`, in which Workers learn of
   * it, the server becomes a lame duck and tells its clients to go; when the last has gone it ends.
   */
  async drain(settleSeconds: number): Promise<RegionStatus> {
    await this.#dispatch({ kind: 'drain', settleSeconds });
    return this.status();
  }

  /** Takes a drain back: at once before the server was told, otherwise when it has ended. */
  async undrain(): Promise<RegionStatus> {
    await this.#dispatch({ kind: 'undrain' });
    await this.#untilSettled();
    return this.status();
  }

  /** Ends the server now, with whoever is connected. One that stays awake is started again within a minute. */
  async halt(): Promise<RegionStatus> {
    await this.#dispatch({ kind: 'halt' });
    return this.status();
  }

  /** Scheduled by itself while it drains. @param begunAt which drain scheduled it */
  async advanceDrain(begunAt?: number): Promise<void> {
    await this.#dispatch({ kind: 'drain-due', begunAt });
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
    const { enabled, keepAwake } = region;
    await this.#dispatch({ kind: 'configured', wants: { enabled, keepAwake } });
  }

  /** A peer says that its server is up. */
  async peerUp(peer: string): Promise<void> {
    this.#mesh.peerUp(peer);
  }

  /** What state the region is in; asks the server when it is up. Never starts anything. */
  async status(): Promise<RegionStatus> {
    const { stage } = this.#lifecycle;
    const problem = problemOf(stage);
    const status: RegionStatus = {
      region: this.#region.id,
      state: regionStateOf(stage),
      since: sinceOf(this.#lifecycle),
      clients: hasServer(stage) ? undefined : 0,
      objectAgeMs: Date.now() - this.#createdAt,
      peers: [],
      ...(problem !== undefined && { problem }),
    };
    return isServing(stage) ? this.#report.status(status) : status;
  }

  /** The links that this region dials, with what its server knows of them. */
  async links(): Promise<readonly LinkStatus[]> {
    const routes = isServing(this.#lifecycle.stage) ? await this.#report.routes() : undefined;
    return linkStatuses(this.#mesh.reports(), routes);
  }

  /** Called by the class when the container has ended, for whatever reason. */
  override async onStop({ exitCode }: { exitCode: number }): Promise<void> {
    await this.#dispatch({ kind: 'ended', exitCode });
  }

  /** Called by the class when nothing has renewed the activity for `sleepAfter`. */
  override async onActivityExpired(): Promise<void> {
    await this.#dispatch({ kind: 'activity-expired' });
  }

  /** Scheduled by itself while a server runs, every `mesh.reconcileSeconds`. */
  async reconcile(): Promise<void> {
    if (!hasServer(this.#lifecycle.stage)) return;
    this.#tally.flush();
    const routes = await this.#report.routes();
    if (routes === undefined) return this.#dispatch({ kind: 'unanswered' });
    this.#mesh.reconcile(new Set(routes.map(({ remote_id }) => remote_id)));
    await this.#dispatch({ kind: 'answered' });
  }

  #dispatch(event: LifecycleEvent): Promise<void> {
    const { state, commands } = step(this.#lifecycle, event, Date.now());
    const isSame = state.stage === this.#lifecycle.stage;
    this.#lifecycle = state;
    if (!isSame) {
      this.#changed.resolve();
      this.#changed = Promise.withResolvers();
    }
    return this.#carryOut(commands);
  }

  /** Begins all of them before it waits for any, so that what the next event commands comes after them. */
  async #carryOut(commands: readonly Command[]): Promise<void> {
    await Promise.all(
      commands.map(async (command) => {
        try {
          await this.#perform(command);
        } catch (error) {
          console.error(`region ${this.#region.id}: ${command.kind}: ${messageOf(error)}`);
        }
      }),
    );
  }

  #perform(command: Command): Promise<void> | void {
    switch (command.kind) {
      case 'store':
        return this.#store(command.record);
      case 'start':
        // Whoever reports an event does not wait for what may take half a minute.
        return this.ctx.waitUntil(this.#start());
      case 'stop':
        return this.stop(SIGINT);
      case 'destroy':
        return this.destroy();
      case 'become-lame-duck':
        return this.#server.becomeLameDuck();
      case 'mesh-up':
        return this.#mesh.serverUp();
      case 'mesh-down':
        return this.#mesh.serverDown();
      case 'watch':
        return this.#scheduleOnly(activeConfig(this.env).config.mesh.reconcileSeconds, 'reconcile');
      case 'count-clients':
        return this.#countClients();
      case 'schedule-drain':
        return this.#scheduleOnly(command.afterSeconds, 'advanceDrain', command.begunAt);
      case 'restart-after':
        return this.ctx.waitUntil(this.#restartAfter(command.attempt));
    }
  }

  #store(record: DrainRecord | undefined): void {
    if (record === undefined) this.ctx.storage.kv.delete(DRAIN_KEY);
    else this.ctx.storage.kv.put(DRAIN_KEY, record);
  }

  async #start(): Promise<void> {
    const { id } = this.#region;
    try {
      // The limits of the newest version that this object was told of, whatever was deployed.
      this.envVars = containerEnvironment(this.env, activeConfig(this.env).config, this.#region);
      await this.startAndWaitForPorts({
        ports: [WEBSOCKET_PORT],
        cancellationOptions: { waitInterval: START_POLL_MS },
      });
      if (!this.#server.isRunning) throw new Error('it ended as soon as it was up');
    } catch (error) {
      const problem = `nats-server of ${id} did not start: ${messageOf(error)}`;
      return this.#dispatch({ kind: 'start-failed', problem });
    }
    await this.#dispatch({ kind: 'started' });
  }

  async #restartAfter(attempt: number): Promise<void> {
    console.error(`region ${this.#region.id}: ${problemOf(this.#lifecycle.stage)}`);
    const pauseMs = backoffMs(attempt, RESTART_MAX_MS, Math.random());
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
    await this.#dispatch({ kind: 'restart-due', attempt });
  }

  async #countClients(): Promise<void> {
    await this.#dispatch({ kind: 'clients-counted', clients: await this.#report.connections() });
  }

  /** Schedules a call of one of the methods, in place of any that is scheduled already. */
  async #scheduleOnly(afterSeconds: number, method: 'reconcile' | 'advanceDrain', payload?: number) {
    this.deleteSchedules(method);
    await this.schedule(afterSeconds, method, payload);
  }

  /** Returns once it isn't coming up any more: it is up, or it failed, or it was told otherwise. */
  async #untilSettled(): Promise<void> {
    while (isComingUp(this.#lifecycle.stage)) await this.#changed.promise;
  }

  /** Returns once the server takes clients. @throws Error when it does not come up */
  async #comeUp(event: LifecycleEvent): Promise<void> {
    void this.#dispatch(event);
    await this.#untilSettled();
    const { stage } = this.#lifecycle;
    if (stage.kind !== 'up') throw new Error(problemOf(stage) ?? refusalOf(stage) ?? `it is ${stage.kind}`);
  }

  #unavailable(reason: string): Response {
    return errorResponse('region_unavailable', `region ${this.#region.id}: ${reason}`);
  }
}
