// The part of a region's own object that is about its members: how many there are to be, decided at each look at its own
// server, and that they are. A member's own object has none of it.

import type { RegionConfig } from '../../regions/config.ts';
import { OWN_SERVER } from '../../regions/servers.ts';
import type { ServerObservation } from '../../routing/observation.ts';
import type { ScalingSettings } from '../../scaling/decision.ts';
import { messageOf } from '../message-of.ts';
import type { LetGo, LetGoAnswer } from './client-mover.ts';
import { Members, type MembersHost, type SeenMember, serverOf } from './members.ts';
import { Rebalancing } from './rebalancing.ts';
import { Scaling, type ScalingStatus, scalingSettings } from './scaling.ts';
import type { RegionMetrics } from './server-figures.ts';
import type { Look } from './server-watch.ts';
import { StartTimes, type StartTimesStorage } from './start-times.ts';
import type { RegionStatus } from './status.ts';
import { withMembers } from './with-members.ts';

export interface RegionMembersHost extends Omit<MembersHost, 'kv' | 'noteStart'> {
  readonly kv: MembersHost['kv'] & StartTimesStorage;
  /** Has its own server move clients. @throws Error as ClientMover does */
  letGo(order: LetGo): Promise<LetGoAnswer>;
  /** How many clients its own server takes. */
  ownLimit(): number;
  /** Goes on after what asked for it has ended. */
  waitUntil(work: Promise<unknown>): void;
}

export class RegionMembers {
  readonly #host: RegionMembersHost;
  readonly #members: Members;
  readonly #scaling = new Scaling();
  readonly #rebalancing: Rebalancing;
  readonly #startTimes: StartTimes;
  /** As its own server said last. */
  #clients: number | undefined;
  #isDeciding = false;

  constructor(host: RegionMembersHost) {
    this.#host = host;
    this.#startTimes = new StartTimes(host.kv);
    this.#members = new Members({
      ...host,
      stub: (number) => host.stub(number),
      noteStart: (ms) => this.#startTimes.note(ms),
    });
    this.#rebalancing = new Rebalancing((server, order) =>
      server === OWN_SERVER ? this.#letGo(order) : this.#members.letGo(server, order),
    );
  }

  get #region(): RegionConfig {
    return this.#host.region();
  }

  /** Numbers of those that serve, for a client that is sent to the first of them; none if the region is one server. */
  nameFor(): readonly number[] {
    return this.#region.members === undefined ? [] : this.#members.nameFor();
  }

  /** All servers that take clients, as they said last; none if the region is one server, or its own did not answer yet. */
  get standing(): readonly ServerObservation[] {
    if (this.#region.members === undefined || this.#clients === undefined) return [];
    const own = { number: OWN_SERVER, clients: this.#clients, maxClients: this.#host.ownLimit() };
    return [own, ...this.#members.standing];
  }

  /** The region's own server took so long to start. */
  noteStart(ms: number): void {
    this.#startTimes.note(ms);
  }

  /** Tells all of them the region's configuration as it is now. */
  tell(): Promise<void> {
    return this.#members.tell();
  }

  /** Stops the servers of all of them now. */
  halt(): Promise<void> {
    return this.#members.halt();
  }

  traffic(): ReturnType<Members['traffic']> {
    return this.#members.traffic();
  }

  credentials(): ReturnType<Members['credentials']> {
    return this.#members.credentials();
  }

  /** Asks those that are not stopped; none if the region is one server. */
  seen(): Promise<readonly SeenMember[]> | undefined {
    return this.#region.members === undefined ? undefined : this.#members.seen();
  }

  /** The status of all of its servers. @param own that of its own server */
  async statusOf(own: Promise<RegionStatus>): Promise<RegionStatus> {
    const [status, members] = await Promise.all([own, this.seen()]);
    return members === undefined ? status : withMembers(status, members);
  }

  /** Undefined if the region is one server. */
  status(): ScalingStatus | undefined {
    const settings = scalingSettings(this.#region);
    const rebalance = this.#rebalancing.decision;
    return settings && { settings, decision: this.#scaling.decision, ...(rebalance && { rebalance }) };
  }

  /** For metrics: undefined if nothing is decided. */
  get figures(): RegionMetrics['scaling'] {
    const { decision } = this.#scaling;
    return decision && { needed: decision.needed, serving: decision.serving };
  }

  /** Its own server was looked at: it is decided how many there are to be. @param look undefined if it did not answer */
  looked(look: Look | undefined): void {
    const settings = scalingSettings(this.#region);
    // What is taken out of service needs no servers.
    if (settings === undefined || this.#host.isOut()) {
      this.#scaling.forget();
      this.#rebalancing.forget();
      return;
    }
    if (look !== undefined) this.#clients = look.connections;
    if (!this.#isDeciding) this.#host.waitUntil(this.#decide(look !== undefined, settings));
  }

  /** One decision at a time: the members are asked for it. */
  async #decide(isHeard: boolean, settings: ScalingSettings): Promise<void> {
    this.#isDeciding = true;
    try {
      const members = await this.#members.seen();
      if (this.#host.isOut()) return;
      const now = Date.now();
      const own = { number: OWN_SERVER, state: 'up', clients: this.#clients, isHeard } as const;
      const servers = [own, ...members.map((member) => serverOf(member, now))];
      const { action } = this.#scaling.decide({ servers, startMs: this.#startTimes.usualMs }, settings, now);
      await this.#members.apply(action);
      const percentPerSecond = this.#region.members?.rebalancePercentPerSecond;
      await this.#rebalancing.look(servers, action, { percentPerSecond, capacity: settings.capacity }, now);
    } finally {
      this.#isDeciding = false;
    }
  }

  async #letGo(order: LetGo): Promise<LetGoAnswer | undefined> {
    try {
      return await this.#host.letGo(order);
    } catch (error) {
      console.warn(`region ${this.#region.id}: clients are not moved: ${messageOf(error)}`);
      return undefined;
    }
  }
}
