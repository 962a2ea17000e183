// The server of a session: an object with a container of its own. It is started by who makes the session, sleeps while it
// has no clients and nothing to keep, and is started again by the next one. It tells the registry what becomes of it, and
// ends when the registry says so.

import type { DurableObject } from 'cloudflare:workers';
import { Container } from '@cloudflare/containers';
import { containerLabels, SESSIONS_LABEL } from '../../regions/container-labels.ts';
import { LEAF_PORT, MONITORING_PORT, WEBSOCKET_PORT } from '../../regions/container-ports.ts';
import { waitFor } from '../../waiting/wait-for.ts';
import { withTimeout } from '../../waiting/with-timeout.ts';
import { activeConfig } from '../config/active-config.ts';
import type { Env } from '../env.ts';
import { errorResponse } from '../error-response.ts';
import { messageOf, publicMessageOf } from '../message-of.ts';
import { MONITORING_TIMEOUT_MS, readMonitoring } from '../region/monitoring.ts';
import { regionStub } from '../region/region-stub.ts';
import type { Told } from './lease.ts';
import { RegionLink } from './region-link.ts';
import { readServerFacts } from './server-facts.ts';
import { shareOf } from './session-ids.ts';
import {
  type ServerFacts,
  type ServerMethods,
  type ServerSpec,
  type ServerStatus,
  sessionRegistry,
} from './session-stubs.ts';

/** What it is to start, as long as there is a session. */
const SPEC_KEY = 'spec';

/** The serial of the last session here that was ended: what was asked for before that comes too late. */
const ENDED_KEY = 'ended';

/** What its server asks for on its leaf port: kept, since an object that was reset finds its server running. */
const LEAF_PASSWORD_KEY = 'leaf-password';

/** A server that was just started takes its first client once it is joined to its region, or after this time. */
const JOINED_WITHIN_MS = 2_000;

/** Makes nats-server enter lame duck mode. */
const SIGUSR2 = 12;

/** Stops it at once. */
const SIGINT = 2;

/** nats-server without clients ends within a second, on the smallest container too. */
const STOP_WITHIN_MS = 5_000;

/** How often the class checks whether the container is ready: who made the session waits. */
const START_POLL_MS = 25;

/** Clients are told to leave at once, and are closed one after the other from this on. */
const GRACE_SECONDS = 2;

/** The shortest that nats-server allows. */
const LAME_DUCK_SECONDS = 30;

/** Who has not left by then is cut off: there is no other server to go to. */
const LAME_DUCK_MS = 8_000;

/** A container whose process has ended shows it within this. */
const END_SHOWS_WITHIN_MS = 500;
const POLL_MS = 10;

/** In ms since the epoch: before the object was reset. */
const LONG_AGO = 0;

/** A server answers an upgrade within milliseconds; one that takes longer than this is checked. */
const SLOW_UPGRADE_MS = 1_000;

/** So many looks without an answer, of two seconds each, and it counts as hung: a busy one misses one. */
const LOOKS_IN_VAIN = 3;

/** How exact it is when a session was last seen. */
const SEEN_EVERY_MS = 60_000;

export class SessionServer extends Container<Env> implements ServerMethods {
  override enableInternet = false;
  override defaultPort = WEBSOCKET_PORT;
  #state: ServerStatus['state'];
  #since = Date.now();
  #problem: string | undefined;
  #seenAt = 0;
  #toldSeenAt = 0;
  #starting: Promise<void> | undefined;
  /** Resolves when a server that was told to stop has ended. */
  #stopping: PromiseWithResolvers<void> | undefined;
  #endingSince: number | undefined;
  #checking: Promise<void> | undefined;
  #hung = false;
  /** With its region, while its server runs and is to be joined. */
  #link: RegionLink | undefined;

  constructor(ctx: DurableObject['ctx'], env: Env) {
    super(ctx, env);
    const spec = this.#spec;
    if (spec !== undefined) this.sleepAfter = spec.sleepAfter;
    this.#state = this.#isRunning ? 'up' : 'asleep';
    // The object was reset while its session ended: it takes no clients again, and the registry's next sweep ends the rest,
    // at once, since they have been told to leave.
    if (spec !== undefined && spec.serial <= this.#endedSerial) {
      this.#endingSince = LONG_AGO;
      this.#state = 'ending';
    }
    if (spec !== undefined && this.#isRunning) this.#join(spec);
  }

  async begin(spec: ServerSpec): Promise<ServerStatus> {
    if (spec.serial <= this.#endedSerial || this.#endingSince !== undefined)
      return { ...this.#status(), state: 'ending' };
    this.ctx.storage.kv.put(SPEC_KEY, spec);
    this.sleepAfter = spec.sleepAfter;
    this.#seen();
    // The status says why.
    await this.#up(spec).catch(() => {});
    return this.#status();
  }

  async status(serial: number): Promise<ServerStatus | undefined> {
    if (this.#spec?.serial !== serial) return undefined;
    const isUp = this.#state === 'up';
    const facts = isUp ? await this.#facts() : undefined;
    if (isUp && facts === undefined) this.ctx.waitUntil(this.#check());
    if (facts !== undefined && facts.stats.clients > 0) this.#seen();
    return { ...this.#status(), ...(facts && { facts }) };
  }

  async end(id: string, serial: number): Promise<void> {
    this.ctx.storage.kv.put(ENDED_KEY, Math.max(serial, this.#endedSerial));
    // The session of a later claim is another one.
    if (this.#spec !== undefined && this.#spec.serial > serial) return this.#tellGone(id, serial);
    if (!this.#isRunning && this.#starting === undefined) return this.#gone(id, serial);
    if (this.#endingSince === undefined) {
      this.#endingSince = Date.now();
      this.#become('ending');
      this.ctx.waitUntil(this.#leave());
    } else if (Date.now() - this.#endingSince > LAME_DUCK_MS) await this.destroy();
  }

  /** A client: its WebSocket is forwarded natively, as the container's own response. */
  override async fetch(request: Request): Promise<Response> {
    const spec = this.#spec;
    if (spec === undefined || spec.expiresAt <= Date.now()) {
      return errorResponse('no_such_session', 'the session has ended');
    }
    if (this.#endingSince !== undefined) return errorResponse('session_ending', `session ${spec.name} ends`);
    try {
      return await this.#serve(request, spec);
    } catch (error) {
      const subject = `the server of ${spec.name} does not serve`;
      const reason = publicMessageOf(error, 'it cannot be reached', subject);
      return errorResponse('session_unavailable', `${subject}: ${reason}`);
    }
  }

  /** A server that has just ended, which its object learns a moment later, is started again for the client that finds it so. */
  async #serve(request: Request, spec: ServerSpec): Promise<Response> {
    await this.#up(spec);
    this.renewActivityTimeout();
    this.#seen();
    try {
      return await this.#upgrade(request);
    } catch (error) {
      if (!(await this.#hasEnded()) || this.#endingSince !== undefined) throw error;
      await this.#up(spec);
      return this.#upgrade(request);
    }
  }

  async #hasEnded(): Promise<boolean> {
    const hasEnded = () => this.#state !== 'up' || !this.#isRunning;
    return waitFor('its end', { timeoutMs: END_SHOWS_WITHIN_MS, pollMs: POLL_MS }, hasEnded).catch(
      () => false,
    );
  }

  /** Called by the class when the container has exited, for whatever reason. */
  override async onStop({ exitCode }: { exitCode: number }): Promise<void> {
    // The next one may run already.
    if (!this.#isRunning) this.#unjoin();
    const stopping = this.#stopping;
    this.#stopping = undefined;
    stopping?.resolve();
    const spec = this.#spec;
    if (spec === undefined) return;
    if (this.#endingSince !== undefined) return this.#gone(spec.id, spec.serial);
    // A start that failed says so itself.
    if (this.#starting !== undefined) return;
    if (stopping !== undefined) this.#become('asleep');
    else if (this.#hung) this.#become('down', 'its server did not answer and was ended by force');
    else this.#become('down', `its server ended unexpectedly, with exit code ${exitCode}`);
    await this.#tell(spec);
  }

  /** Called by the class when nothing has renewed the activity for `sleepAfter`. */
  override async onActivityExpired(): Promise<void> {
    const spec = this.#spec;
    if (spec === undefined) return this.destroy();
    // The registry should have ended it by now.
    if (spec.expiresAt <= Date.now()) return this.end(spec.id, spec.serial);
    const askedAt = Date.now();
    const facts = await this.#facts();
    // A client that came meanwhile is not among those that the server counted.
    if (this.#endingSince !== undefined || this.#seenAt >= askedAt) return;
    // Unknown is not zero: one that does not answer may be full of clients. The class counts anew after this.
    if (facts === undefined || facts.stats.clients > 0 || facts.stats.streams > 0) return;
    this.#stopping = Promise.withResolvers();
    await this.stop(SIGINT);
  }

  get #spec(): ServerSpec | undefined {
    return this.ctx.storage.kv.get<ServerSpec>(SPEC_KEY);
  }

  get #endedSerial(): number {
    return this.ctx.storage.kv.get<number>(ENDED_KEY) ?? 0;
  }

  get #isRunning(): boolean {
    return this.ctx.container?.running ?? false;
  }

  #status(): ServerStatus {
    return {
      state: this.#state,
      since: this.#since,
      seenAt: this.#seenAt,
      ...(this.#problem !== undefined && { problem: this.#problem }),
      ...(this.#link?.region !== undefined && { joined: this.#link.region }),
      ...(this.#link?.problem !== undefined && { joinProblem: this.#link.problem }),
    };
  }

  /** Joins the server that runs to its region, if it is to be. */
  #join(spec: ServerSpec): void {
    const password = this.ctx.storage.kv.get<string>(LEAF_PASSWORD_KEY);
    if (spec.config.join === undefined || password === undefined) return;
    this.#unjoin();
    this.#link = new RegionLink({
      name: spec.name,
      region: spec.region,
      config: () => activeConfig(this.env).config,
      stub: (region) => regionStub(this.env, region),
      dialOwn: () => this.#port(LEAF_PORT).connect(`10.0.0.1:${LEAF_PORT}`),
      password,
      isEnding: () => this.#endingSince !== undefined,
    });
  }

  #unjoin(): void {
    this.#link?.close();
    this.#link = undefined;
  }

  #become(state: ServerStatus['state'], problem?: string): void {
    this.#state = state;
    this.#since = Date.now();
    this.#problem = problem;
  }

  /** Returns once the server serves. However many ask, it is started once. */
  async #up(spec: ServerSpec): Promise<void> {
    await this.#untilStopped();
    if (this.#state === 'up' && this.#isRunning) return;
    this.#starting ??= this.#start(spec).finally(() => {
      this.#starting = undefined;
    });
    return this.#starting;
  }

  /** Of a server that was told to stop: whoever comes now gets the next one. One that hangs is ended by force. */
  async #untilStopped(): Promise<void> {
    const stopping = this.#stopping;
    if (stopping === undefined) return;
    const late = `it did not stop within ${STOP_WITHIN_MS} ms`;
    await withTimeout(stopping.promise, STOP_WITHIN_MS, late).catch(() => this.destroy());
  }

  async #start(spec: ServerSpec): Promise<void> {
    this.#become('starting');
    this.#hung = false;
    const startedAt = Date.now();
    let start: Told['start'] = 'failed';
    const { name, token, config, region } = spec;
    this.envVars = {
      NATS_SCRATCH: 'true',
      // One that was made before specs had it is started without.
      ...(region && { NATS_REGION: region }),
      ...(config.join && this.#joinedEnvironment(spec)),
      NATS_SERVER_NAME: sessionServerName(name),
      NATS_TOKEN: token,
      NATS_JETSTREAM: String(config.jetstream),
      NATS_MAX_CONNECTIONS: String(config.maxConnections),
      NATS_MAX_PAYLOAD: String(config.maxPayloadBytes),
      NATS_LAME_DUCK_GRACE_PERIOD: `${GRACE_SECONDS}s`,
      NATS_LAME_DUCK_DURATION: `${LAME_DUCK_SECONDS}s`,
    };
    this.labels = containerLabels(activeConfig(this.env).config.cluster, SESSIONS_LABEL);
    try {
      await this.startAndWaitForPorts({
        ports: [WEBSOCKET_PORT],
        cancellationOptions: { waitInterval: START_POLL_MS },
      });
      if (!this.#isRunning) throw new Error('it ended as soon as it was up');
      start = { ms: Date.now() - startedAt };
      this.#join(spec);
      await this.#link?.untilUp(JOINED_WITHIN_MS);
      if (!this.#isRunning) throw new Error('it ended as soon as it was up');
      if (this.#endingSince === undefined) this.#become('up');
    } catch (error) {
      if (this.#endingSince === undefined) this.#become('down', `it did not start: ${messageOf(error)}`);
      throw error;
    } finally {
      if (this.#endingSince === undefined) this.ctx.waitUntil(this.#tell(spec, { start }));
    }
  }

  /** The password is made anew for each start, and no client is given it. */
  #joinedEnvironment({ id }: ServerSpec): Record<string, string> {
    const password = crypto.randomUUID();
    this.ctx.storage.kv.put(LEAF_PASSWORD_KEY, password);
    return { NATS_SHARE: shareOf(id), NATS_LEAF_PASSWORD: password };
  }

  /** A server that is slow to answer is checked; one that hangs is ended, and with it the wait. */
  async #upgrade(request: Request): Promise<Response> {
    const slow = setTimeout(() => this.ctx.waitUntil(this.#check()), SLOW_UPGRADE_MS);
    try {
      return await this.#port(WEBSOCKET_PORT).fetch('http://nats-server/', request);
    } finally {
      clearTimeout(slow);
    }
  }

  /** Ends a server that hangs: its clients connect again, and the first of them starts the next one. */
  #check(): Promise<void> {
    this.#checking ??= this.#endIfHung().finally(() => {
      this.#checking = undefined;
    });
    return this.#checking;
  }

  async #endIfHung(): Promise<void> {
    for (let looks = 0; looks < LOOKS_IN_VAIN; looks += 1) {
      const askedAt = Date.now();
      if (await this.#answers()) return;
      // One that ends, or has begun anew, is another matter. A connection that broke is no silence.
      if (this.#state !== 'up' || this.#since > askedAt) return;
      const left = askedAt + MONITORING_TIMEOUT_MS - Date.now();
      if (left > 0) await new Promise((resolve) => setTimeout(resolve, left));
    }
    this.#hung = true;
    await this.destroy();
  }

  /** Lame duck mode, and what is left after it is cut off. */
  async #leave(): Promise<void> {
    // One that is starting does not take the signal yet, and has no clients.
    await this.#starting?.catch(() => {});
    if (!this.#isRunning) return this.#goneNow();
    this.ctx.container?.signal(SIGUSR2);
    await new Promise((resolve) => setTimeout(resolve, LAME_DUCK_MS));
    if (this.#endingSince !== undefined && this.#isRunning) await this.destroy();
  }

  async #goneNow(): Promise<void> {
    const spec = this.#spec;
    if (spec !== undefined) await this.#gone(spec.id, spec.serial);
  }

  /** Nothing of it is left, and the registry is told. */
  async #gone(id: string, serial: number): Promise<void> {
    this.#unjoin();
    this.ctx.storage.kv.delete(SPEC_KEY);
    this.#endingSince = undefined;
    this.#become('asleep');
    await this.#tellGone(id, serial);
  }

  async #tellGone(id: string, serial: number): Promise<void> {
    await this.#reported(sessionRegistry(this.env)?.gone(id, serial));
  }

  #tell({ id, serial }: ServerSpec, more: Pick<Told, 'start'> = {}): Promise<void> {
    this.#toldSeenAt = this.#seenAt;
    return this.#reported(sessionRegistry(this.env)?.tell(id, serial, { ...this.#status(), ...more }));
  }

  /** The registry finds out by itself, within a minute. */
  async #reported(call: Promise<void> | undefined): Promise<void> {
    await call?.catch((error: unknown) => console.warn(`the registry of sessions: ${messageOf(error)}`));
  }

  #seen(): void {
    this.#seenAt = Date.now();
    const spec = this.#spec;
    if (spec !== undefined && this.#state === 'up' && this.#seenAt - this.#toldSeenAt > SEEN_EVERY_MS) {
      this.ctx.waitUntil(this.#tell(spec));
    }
  }

  async #answers(): Promise<boolean> {
    return readMonitoring(this.#port(MONITORING_PORT), 'varz').then(
      () => true,
      () => false,
    );
  }

  /** Undefined if it does not answer. */
  async #facts(): Promise<ServerFacts | undefined> {
    return readServerFacts(this.#port(MONITORING_PORT), this.#spec?.config.jetstream ?? false).catch(
      () => undefined,
    );
  }

  #port(port: number): Fetcher {
    if (this.ctx.container === undefined) throw new Error('this object has no container');
    return this.ctx.container.getTcpPort(port);
  }
}

/** The name of a session's nats-server. */
function sessionServerName(name: string): string {
  return `session-${name}`;
}
