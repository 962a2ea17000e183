// The object of a region: it owns the container with the region's nats-server, hands clients to it, and maintains its
// links to the other regions. lifecycle.ts decides when the server starts and stops, and which clients it takes: this
// file feeds it events and carries out its commands. A client's way in is client-entry.ts, a start is server-start.ts.
// One class per region extends this one (classes.ts), since containers are placed per class.

import type { DurableObject } from 'cloudflare:workers';
import { Container } from '@cloudflare/containers';
import type { RegionConfig } from '../../regions/config.ts';
import { containerLabels } from '../../regions/container-labels.ts';
import { WEBSOCKET_PORT } from '../../regions/container-ports.ts';
import { whyTooLong } from '../../regions/credential-length.ts';
import { routesPerLink } from '../../regions/mesh-routes.ts';
import { instanceNameOf } from '../../regions/names.ts';
import { memberConfig, OWN_SERVER, serverIdOf, serverIdsOf } from '../../regions/servers.ts';
import type { RoundTrips } from '../../routing/round-trips.ts';
import { activeConfig } from '../config/active-config.ts';
import { regionOf } from '../config/config-copy.ts';
import { settleSeconds } from '../config/one-machine.ts';
import type { Env } from '../env.ts';
import type { TrafficSample } from '../forecast/traffic.ts';
import type { Sighting } from '../jetstream/admission/record.ts';
import { BackupWriter } from '../jetstream/backup/backup-writer.ts';
import type { StreamBackupStatus } from '../jetstream/backup/status.ts';
import { jetStreamKeeper } from '../jetstream/keeper-stub.ts';
import { ASLEEP } from '../mesh/link.ts';
import { MeshKeeper } from '../mesh/mesh-keeper.ts';
import { refuseRoute } from '../mesh/refuse-route.ts';
import { answerOverRpc } from '../mesh/rpc-channel.ts';
import { type ByteChannel, pump } from '../mesh/splice.ts';
import { Admission } from './admission.ts';
import { ClientEntry } from './client-entry.ts';
import { ClientMover, type LetGo, type LetGoAnswer } from './client-mover.ts';
import { containerEnvironment } from './container-settings.ts';
import { type CredentialReport, SILENT, together } from './credential-report.ts';
import { Door } from './door.ts';
import { DRAIN_KEY, type DrainRecord } from './drain-record.ts';
import { LeafDoor } from './leaf-door.ts';
import { isLeafAddress, type LeafAdmission, LeafLinks } from './leaf-links.ts';
import { afterReset } from './lifecycle.ts';
import type { Command, LifecycleEvent } from './lifecycle-events.ts';
import { linkStatuses, unheardIn } from './link-status.ts';
import { meshHostOf } from './mesh-host.ts';
import { moverHostOf, systemAccountOf } from './mover-host.ts';
import { NatsServer } from './nats-server.ts';
import { PathMemory } from './path-memory.ts';
import { RegionMembers } from './region-members.ts';
import { type RegionMethods, serverStub } from './region-stub.ts';
import { residencyRuleOf } from './residency-rule.ts';
import { RunningLifecycle } from './running-lifecycle.ts';
import type { ScalingStatus } from './scaling.ts';
import type { MetricsWanted, RegionMetrics } from './server-figures.ts';
import { serverNumberIn } from './server-identity.ts';
import { ServerReport } from './server-report.ts';
import { ServerStart } from './server-start.ts';
import { type Look, ServerWatch } from './server-watch.ts';
import {
  hasServer,
  isDraining,
  isLeaving,
  isServing,
  isStarting,
  problemOf,
  regionStateOf,
  sinceOf,
} from './stages.ts';
import { noteStart, takenBy } from './started-with.ts';
import type { LinkStatus, RegionStatus } from './status.ts';
import { TallyBackup } from './tally-backup.ts';
import { asTold, type ToldConfig, ToldRegion } from './told-region.ts';
import { TrafficTally } from './traffic-tally.ts';

/** Stops nats-server at once; SIGTERM would make it a lame duck first, for clients that are not there. */
const SIGINT = 2;

/** Workers learn within this from the region's status that a member takes no more clients. */
const MEMBER_SETTLE_SECONDS = 5;

/** How often the class checks whether the container is ready: a start takes about a second, and a client waits. */
const START_POLL_MS = 50;

/**
 * A container that has not answered after so long hangs, and is replaced. One in twenty starts on Cloudflare takes half a minute;
 * the class alone would wait for hours.
 */
export const START_WITHIN_MS = 5 * 60_000;

/** A link whose servers do not hear each other is broken after 15 s (mesh-keeper.ts), and given up by them after 41. */
const LOOK_AGAIN_SECONDS = 20;

/** A server sends its INFO at once; a link to one that takes longer than this is retried. */
export const HANDSHAKE_TIMEOUT_MS = 5_000;

export abstract class NatsRegion extends Container<Env> implements RegionMethods {
  /** Id of the region; each region's class has its own. */
  static readonly region: string;

  /** Of its server among the region's: the first is the region's own, the others are members. */
  readonly #number: number;
  /** Undefined in a member. */
  readonly #members: RegionMembers | undefined;

  override enableInternet = false;
  #region: ToldConfig;
  #residencyRule: ReturnType<typeof residencyRuleOf>;
  readonly #server: NatsServer;
  readonly #report: ServerReport;
  readonly #told: ToldRegion;
  readonly #pathMemory = new PathMemory();
  readonly #watch: ServerWatch;
  readonly #door: Door;
  readonly #admission: Admission;
  readonly #tally: TrafficTally;
  readonly #tallyBackup: TallyBackup;
  readonly #backup: BackupWriter;
  readonly #mesh: MeshKeeper;
  readonly #leafLinks: LeafLinks;
  readonly #leafDoor: LeafDoor;
  readonly #createdAt = Date.now();
  readonly #lifecycle: RunningLifecycle;
  readonly #entry: ClientEntry;
  readonly #serverStart: ServerStart;
  readonly #mover: ClientMover;

  constructor(ctx: DurableObject['ctx'], env: Env) {
    super(ctx, env);
    const active = activeConfig(env);
    const { config, version } = active;
    const regionId = (new.target as typeof NatsRegion).region;
    const deployed = regionOf(regionId, active);
    const mayHaveMembers = deployed.members !== undefined;
    this.#number = serverNumberIn(ctx.storage.kv, regionId, ctx.id.name, mayHaveMembers);
    const id = serverIdOf(regionId, this.#number);
    const isMember = this.#number !== OWN_SERVER;
    this.#told = new ToldRegion(ctx.storage.kv, isMember);
    const region = this.#told.newest(asTold(deployed, config), version);
    // A member serves when it is told to.
    this.#region = isMember ? memberConfig(region, this.#number, this.#told.isDrained) : region;
    this.#members = isMember ? undefined : this.#makeMembers();
    this.#residencyRule = residencyRuleOf(this.#region);
    this.#server = new NatsServer(ctx.container);
    this.#leafDoor = new LeafDoor({
      sessions: () => this.#leafLinks.count,
      look: () => this.#watch.look(),
      failedSignIns: () => this.#server.failedLeafs(),
    });
    this.#report = new ServerReport(
      () => this.#region,
      this.#server,
      (leafs) => this.#leafDoor.others(leafs),
    );
    this.#watch = new ServerWatch({
      ask: () => this.#server.look(),
      isRunning: () => this.#server.isRunning,
      isInUse: (look) => this.#isInUse(look),
      tell: (look) => this.#looked(look),
    });
    this.#door = new Door({
      look: () => this.#watch.look(),
      unauthenticated: (connections, atMost) => this.#server.unauthenticated(connections, atMost),
      failedSignIns: (atMost) => this.#server.failedSignIns(atMost),
    });
    this.#tally = new TrafficTally(ctx.storage.sql);
    this.#tallyBackup = new TallyBackup({
      kv: ctx.storage.kv,
      tally: this.#tally,
      // What a member has counted its region's own object asks it for.
      bucket: isMember ? undefined : env.BACKUPS,
      cluster: config.cluster,
      region: id,
    });
    this.#backup = new BackupWriter({
      bucket: env.BACKUPS,
      cluster: config.cluster,
      region: id,
      settings: () => activeConfig(env).config.jetstream.backup,
      secrets: env,
      led: () => this.#server.led(),
      leads: () => this.#server.leads(),
      leadsMore: () => ctx.waitUntil(this.#admission.leadsMore()),
      dial: (init) => this.#server.dialOwn(init),
      countOwn: (change) => this.#server.countOwn(change),
      now: Date.now,
    });
    this.defaultPort = WEBSOCKET_PORT;
    this.sleepAfter = this.#region.sleepAfter;
    const regions = serverIdsOf(config);
    const { retryMaxMs, transport } = config.mesh;
    this.#admission = new Admission(() => jetStreamKeeper(env));
    const host = meshHostOf({
      id,
      env,
      server: this.#server,
      admission: this.#admission,
      compression: () => this.#region.meshCompression ?? config.mesh.compression,
    });
    const handshakeTimeoutMs = HANDSHAKE_TIMEOUT_MS;
    this.#mesh = new MeshKeeper(host, {
      ...{ region: id, regions, retryMaxMs, handshakeTimeoutMs, transport },
      routesPerLink: routesPerLink(config.mesh),
      systemAccount: systemAccountOf(env),
    });
    const record = ctx.storage.kv.get<DrainRecord>(DRAIN_KEY);
    const { state, commands } = afterReset(record, this.#server.isRunning, this.#region, this.#createdAt);
    this.#lifecycle = new RunningLifecycle(state, {
      region: id,
      perform: (command) => this.#perform(command),
      changed: () => this.#stageChanged(),
    });
    this.#leafLinks = this.#makeLeafLinks();
    this.#serverStart = this.#makeServerStart();
    this.#mover = new ClientMover(moverHostOf(env, this.#server));
    this.#entry = this.#makeEntry();
    ctx.waitUntil(this.#lifecycle.carryOut(commands));
    this.#serverStart.goOn();
    // Also if the message that it is drained was lost, or came before this object understood such messages.
    if (this.#region.drain) ctx.waitUntil(this.drain(settleSeconds(env, config)));
  }

  #makeMembers(): RegionMembers {
    return new RegionMembers({
      stub: (number) => serverStub(this.env, regionOf(this.#region.id, activeConfig(this.env)), number),
      region: () => this.#region,
      version: () => this.#told.version ?? 0,
      isOut: () => isLeaving(this.#lifecycle.stage),
      settleSeconds: () =>
        Math.min(MEMBER_SETTLE_SECONDS, settleSeconds(this.env, activeConfig(this.env).config)),
      letGo: (order) => this.letGo(order),
      ownLimit: () => this.#door.limit(this.#region),
      kv: this.ctx.storage.kv,
      waitUntil: (work) => this.ctx.waitUntil(work),
    });
  }

  #makeLeafLinks(): LeafLinks {
    return new LeafLinks({
      env: this.env,
      kv: this.ctx.storage.kv,
      wake: () => this.wake(),
      refusal: () => {
        const { stage, refusal } = this.#lifecycle;
        return refusal?.reason ?? (stage.kind === 'up' ? undefined : `it is ${regionStateOf(stage)}`);
      },
      dial: () => this.#server.dialLeaf(),
    });
  }

  #makeServerStart(): ServerStart {
    return new ServerStart({
      env: this.env,
      lifecycle: this.#lifecycle,
      admission: this.#admission,
      door: this.#door,
      leafDoor: this.#leafDoor,
      mesh: this.#mesh,
      report: this.#report,
      region: () => this.#region,
      startContainer: () => this.#startContainer(),
      waitUntil: (work) => this.ctx.waitUntil(work),
    });
  }

  #makeEntry(): ClientEntry {
    return new ClientEntry({
      lifecycle: this.#lifecycle,
      server: this.#server,
      watch: this.#watch,
      door: this.#door,
      leafDoor: this.#leafDoor,
      tally: this.#tally,
      region: () => this.#region,
      members: () => this.#members?.nameFor() ?? [],
      servers: () => this.#members?.standing ?? [],
      forbids: (place) => this.#residencyRule(place),
      untilLinked: () => this.#serverStart.linked,
      renewActivity: () => this.renewActivityTimeout(),
    });
  }

  /** A client: its WebSocket is forwarded natively, as the container's own response. */
  override async fetch(request: Request): Promise<Response> {
    return this.#entry.fetch(request);
  }

  /** Whether a session may be joined by a leaf link; starts the server for it. */
  async admitLeaf(): Promise<LeafAdmission> {
    return this.#leafLinks.admit();
  }

  /**
   * A peer's object dials the route port of this region's server, or that of a session its leaf port. Bytes only: the
   * handshake is theirs.
   */
  override async connect(socket: Socket): Promise<void> {
    return this.#join((await socket.opened).localAddress, socket);
  }

  /** The same over RPC. */
  async connectOverRpc(
    address: string,
    fromCaller: ReadableStream<Uint8Array>,
  ): Promise<ReadableStream<Uint8Array>> {
    return answerOverRpc(fromCaller, (channel) => this.#join(address, channel));
  }

  async #join(address: string | undefined, channel: ByteChannel): Promise<void> {
    if (isLeafAddress(address)) return this.#leafLinks.connect(channel);
    const { stage } = this.#lifecycle;
    if (isServing(stage)) return pump(channel, this.#server.dialRoute());
    const state = regionStateOf(stage);
    await refuseRoute(channel, state === 'asleep' ? ASLEEP : state);
  }

  /** Starts the server if it isn't running; returns once it takes clients, or returns why it must not run. */
  async wake(): Promise<string | undefined> {
    const { stage, wants } = this.#lifecycle;
    if (isLeaving(stage) || !wants.enabled) return this.#lifecycle.refusal?.reason;
    await this.#lifecycle.comeUp({ kind: 'wake' });
    return undefined;
  }

  /**
   * Takes the region out of service: no new clients from now on; after `settleSeconds`, in which Workers learn of
   * it, the server enters lame duck mode and tells its clients to reconnect; when the last has left, it stops.
   */
  async drain(settleSeconds: number): Promise<RegionStatus> {
    await this.#lifecycle.dispatch({ kind: 'drain', settleSeconds });
    await this.#members?.tell();
    return this.status();
  }

  /** Takes a drain back: at once if the server was not yet told, otherwise once it has stopped. */
  async undrain(): Promise<RegionStatus> {
    await this.#lifecycle.dispatch({ kind: 'undrain' });
    await this.#members?.tell();
    await this.#lifecycle.untilSettled();
    return this.status();
  }

  /** Stops the server now, even with clients connected. One that is kept awake is restarted within a minute. */
  async halt(): Promise<RegionStatus> {
    await Promise.all([this.#lifecycle.dispatch({ kind: 'halt' }), this.#members?.halt()]);
    return this.status();
  }

  /** Reschedules itself while the region drains. @param begunAt which drain scheduled it */
  async advanceDrain(begunAt?: number): Promise<void> {
    await this.#lifecycle.dispatch({ kind: 'drain-due', begunAt });
  }

  /** Where its clients come from, as far as it or an earlier deployment has counted. */
  async traffic(): Promise<readonly TrafficSample[]> {
    await this.#tallyBackup.load(Date.now());
    return [...this.#tally.samples(Date.now()), ...((await this.#members?.traffic()) ?? [])];
  }

  /**
   * Adopts the region's configuration: after an edit, and from the cron trigger. It alone says whether the region is
   * drained, however it came about: by a drain, a rollback, or an edit of the whole configuration.
   */
  async configure(region: ToldConfig, version: number, settleSeconds: number): Promise<void> {
    const news = this.#told.tell(region, version);
    if (news === undefined) return;
    const { meshCompression } = this.#region;
    this.#region = region;
    this.#residencyRule = residencyRuleOf(region);
    this.#sleepsAfter(region);
    if (region.meshCompression !== meshCompression) this.#mesh.recompress();
    const { enabled, keepAwake, jetstream } = region;
    const wants = { enabled, keepAwake, jetstream };
    await this.#lifecycle.dispatch({ kind: 'configured', wants, drain: news.drain, settleSeconds });
    await this.#members?.tell();
  }

  /** A new time counts from now on: the class had fixed the end of the old one when a client came last. */
  #sleepsAfter({ sleepAfter }: RegionConfig): void {
    if (this.sleepAfter === sleepAfter) return;
    this.sleepAfter = sleepAfter;
    this.renewActivityTimeout();
  }

  /** A peer reports that its server is up. Returns whether this one is too and will therefore be dialled. */
  async peerUp(peer: string): Promise<boolean> {
    this.#mesh.peerUp(peer);
    return isServing(this.#lifecycle.stage);
  }

  /** The state of the region, of all of its servers; asks those that are up. Never starts anything. */
  async status(colo?: string): Promise<RegionStatus> {
    const askedAt = Date.now();
    const own = this.#ownStatus();
    const status = await (this.#members?.statusOf(own) ?? own);
    const remembered = colo === undefined ? undefined : this.#pathMemory.from(colo);
    return { ...status, answeredInMs: Date.now() - askedAt, ...(remembered && { remembered }) };
  }

  async #ownStatus(): Promise<RegionStatus> {
    const { stage } = this.#lifecycle;
    const problem = problemOf(stage);
    const status: RegionStatus = {
      region: this.#region.id,
      state: regionStateOf(stage),
      since: sinceOf(this.#lifecycle),
      // What only the server knows is unknown until it answers.
      clients: hasServer(stage) ? undefined : 0,
      ...(!hasServer(stage) && { peers: [] }),
      objectAgeMs: Date.now() - this.#createdAt,
      maxClients: this.#door.limit(this.#region),
      ...(isDraining(stage) && { drainPhase: stage.kind }),
      ...(problem !== undefined && { problem }),
    };
    return isServing(stage) ? this.#report.status(status) : status;
  }

  /** A data center without a cache of its own leaves here what it has measured. */
  async remember(colo: string, trips: RoundTrips): Promise<void> {
    this.#pathMemory.remember(colo, trips);
  }

  /** The links that this region dials, with what its server knows about them. */
  async links(): Promise<readonly LinkStatus[]> {
    const routes = isServing(this.#lifecycle.stage) ? await this.#report.routes() : undefined;
    return linkStatuses(this.#mesh.reports(), routes);
  }

  /** What its JetStream server holds. Never starts anything. */
  async holdings(): Promise<Sighting> {
    const { stage } = this.#lifecycle;
    if (isServing(stage))
      return this.#server.holdings(instanceNameOf(this.#region.id)).catch(() => undefined);
    return hasServer(stage) || isStarting(stage) || stage.kind === 'waiting' ? undefined : 'stopped';
  }

  async backupStatus(): Promise<readonly StreamBackupStatus[]> {
    return hasServer(this.#lifecycle.stage) ? this.#backup.status() : [];
  }

  async scaling(): Promise<ScalingStatus | undefined> {
    return this.#members?.status();
  }

  async letGo(order: LetGo): Promise<LetGoAnswer> {
    const { stage } = this.#lifecycle;
    if (stage.kind !== 'up') throw new Error(`server ${this.#region.id} is ${stage.kind}`);
    return this.#mover.letGo(order);
  }

  async credentials(): Promise<CredentialReport> {
    const members = (await this.#members?.credentials()) ?? [];
    return together(await this.#ownCredentials(), members);
  }

  /** While none runs nobody signs in; who did so before is forgotten with the server. */
  async #ownCredentials(): Promise<CredentialReport> {
    const { stage } = this.#lifecycle;
    if (!hasServer(stage)) return { taken: undefined, uses: [], knownSince: sinceOf(this.#lifecycle) };
    const [taken, found] = await Promise.all([
      takenBy(this.ctx.storage.kv, this.env),
      this.#server.credentialUses().catch(() => undefined),
    ]);
    return found === undefined ? { ...SILENT, taken } : { taken, ...found };
  }

  /** What the region and its server measure; a server that does not answer is absent. Never starts anything. */
  async metrics(wanted: MetricsWanted): Promise<RegionMetrics> {
    const isUp = hasServer(this.#lifecycle.stage);
    const [status, links, backups, server] = await Promise.all([
      this.status(),
      this.links(),
      // It asks the server which streams it leads.
      wanted.details ? this.backupStatus().catch(() => undefined) : undefined,
      isUp ? this.#server.metrics(wanted).catch(() => undefined) : undefined,
    ]);
    const scaling = isUp ? this.#members?.figures : undefined;
    return {
      status,
      links,
      ...(backups && { backups }),
      ...(scaling && { scaling }),
      ...(server && { server }),
    };
  }

  /** Called by the class when the container has exited, for whatever reason. */
  override async onStop({ exitCode }: { exitCode: number }): Promise<void> {
    await this.#lifecycle.dispatch({ kind: 'ended', exitCode });
  }

  /** Called by the class when nothing has renewed the activity for `sleepAfter`. */
  override async onActivityExpired(): Promise<void> {
    await this.#lifecycle.dispatch({ kind: 'activity-expired' });
  }

  /**
   * Reschedules itself while a server runs, every `mesh.reconcileSeconds`, and sooner while the servers of a link do not hear each
   * other: for the links, and for lost timers.
   */
  async reconcile(): Promise<void> {
    if (!hasServer(this.#lifecycle.stage)) return;
    await this.#scheduleReconcile();
    this.#tally.flush();
    this.ctx.waitUntil(this.#tallyBackup.save(Date.now()));
    if ((await this.#watch.look()) === undefined) return;
    await this.#door.checkNewcomers();
    const routes = await this.#report.routes();
    if (routes === undefined) return;
    const connected = new Set(routes.map(({ remote_id }) => remote_id));
    if (!this.#mesh.reconcile(connected, unheardIn(routes)))
      await this.#scheduleReconcile(LOOK_AGAIN_SECONDS);
  }

  /** A server without clients is left alone, unless it was just dialled or is due to stop. */
  #isInUse(look: Look | undefined): boolean {
    if (this.#region.members !== undefined) return true;
    return (
      look?.connections !== 0 || look.leafs !== 0 || this.#entry.isUsed || this.#lifecycle.stage.kind !== 'up'
    );
  }

  #looked(look: Look | undefined): void {
    if (look !== undefined) {
      this.#door.counted(look);
      this.#leafDoor.counted(look);
    }
    this.#members?.looked(look);
    if (look?.isClosing) this.ctx.waitUntil(this.#backup.closing());
    const event: LifecycleEvent =
      look === undefined ? { kind: 'unanswered' } : { kind: 'answered', isClosing: look.isClosing };
    this.ctx.waitUntil(this.#lifecycle.dispatch(event));
  }

  /** Whoever waits to be taken is turned away at once where no more clients are. */
  #stageChanged(): void {
    const { refusal } = this.#lifecycle;
    if (refusal !== undefined) this.#entry.turnAway(refusal);
  }

  #perform(command: Command): Promise<void> | void {
    switch (command.kind) {
      case 'store':
        return this.#store(command.record);
      case 'start':
        // The caller that reports an event does not wait for a start, which may take half a minute.
        return this.ctx.waitUntil(this.#serverStart.start());
      case 'stop':
        return this.#stop();
      case 'destroy':
        return this.#destroy();
      case 'become-lame-duck':
        return this.#backup.flush().then(() => this.#server.becomeLameDuck());
      case 'mesh-up':
        return this.#mesh.serverUp();
      case 'mesh-down':
        this.#mover.forget();
        this.#watch.end();
        this.#backup.end();
        this.#report.forget();
        return this.#mesh.serverDown();
      case 'watch':
        this.#watch.begin();
        if (this.#region.jetstream) this.#backup.begin();
        // All links are new.
        return this.#scheduleReconcile(LOOK_AGAIN_SECONDS);
      case 'count-clients':
        return this.#countClients();
      case 'schedule-drain':
        return this.#scheduleOnly(command.afterSeconds, 'advanceDrain', command.begunAt);
      case 'restart-after':
        return this.ctx.waitUntil(this.#serverStart.restartAfter(command.attempt));
    }
  }

  #store(record: DrainRecord | undefined): void {
    if (record === undefined) this.ctx.storage.kv.delete(DRAIN_KEY);
    else this.ctx.storage.kv.put(DRAIN_KEY, record);
  }

  /** The last messages are backed up first. A server that has been started meanwhile is another one. */
  async #stop(): Promise<void> {
    await this.#backup.flush();
    if (this.#lifecycle.stage.kind === 'stopping') await this.stop(SIGINT);
  }

  /** Unless it holds streams that no other server does. */
  async #destroy(): Promise<void> {
    const { id } = this.#region;
    const reason = await this.#admission.whyNotEnd(this.#region);
    if (reason === undefined) return this.destroy();
    console.error(`region ${id}: nats-server hangs and is not ended: ${reason}`);
  }

  /** With the limits of the newest version that this object was told of, regardless of what was deployed. */
  async #startContainer(): Promise<void> {
    const tooLong = whyTooLong(this.env);
    if (tooLong !== undefined) throw new Error(tooLong);
    const { config } = activeConfig(this.env);
    const leafPassword = this.#leafLinks.newPassword();
    this.envVars = containerEnvironment(this.env, config, this.#region, leafPassword);
    this.labels = containerLabels(config.cluster, instanceNameOf(this.#region.id));
    await noteStart(this.ctx.storage.kv, this.env);
    const startedAt = Date.now();
    const abort = AbortSignal.timeout(START_WITHIN_MS);
    try {
      await this.startAndWaitForPorts({
        ports: [WEBSOCKET_PORT],
        cancellationOptions: { waitInterval: START_POLL_MS, abort },
      });
    } catch (cause) {
      if (!abort.aborted || !this.#server.isRunning) throw cause;
      // The next start would find it running, and wait for it again.
      await this.#destroy();
      throw new Error(`it runs, but has not answered within ${START_WITHIN_MS / 60_000} minutes`, { cause });
    }
    if (!this.#server.isRunning) throw new Error('it ended as soon as it was up');
    this.#members?.noteStart(Date.now() - startedAt);
  }

  async #countClients(): Promise<void> {
    const connected = await this.#report.connected();
    // A session that is joined needs the region as a client does, but holds up no drain: another region takes it.
    const joined = isLeaving(this.#lifecycle.stage) ? 0 : this.#leafLinks.count;
    const clients = connected === undefined ? undefined : connected + joined;
    await this.#lifecycle.dispatch({ kind: 'clients-counted', clients });
  }

  #scheduleReconcile(atMostSeconds = Number.POSITIVE_INFINITY): Promise<void> {
    const { reconcileSeconds } = activeConfig(this.env).config.mesh;
    return this.#scheduleOnly(Math.min(reconcileSeconds, atMostSeconds), 'reconcile');
  }

  /** Schedules a call of one of the methods, in place of any that is scheduled already. */
  async #scheduleOnly(afterSeconds: number, method: 'reconcile' | 'advanceDrain', payload?: number) {
    this.deleteSchedules(method);
    // The class rounds down to whole seconds, so a step of a drain could come up to one second too early.
    const now = Date.now() / 1000;
    await this.schedule(new Date(Math.ceil(now + afterSeconds) * 1000), method, payload);
  }
}
