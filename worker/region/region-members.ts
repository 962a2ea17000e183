// The part of a region's own object that is about its members: how many there are to be, decided at each look at its own
// server, and that they are. A member's own object has none of it.

import type { RegionConfig } from '../../regions/config.ts';
import { OWN_SERVER } from '../../regions/servers.ts';
import type { ScalingSettings } from '../../scaling/decision.ts';
import { Members, type MembersHost, type SeenMember, serverOf } from './members.ts';
import { Scaling, type ScalingStatus, scalingSettings } from './scaling.ts';
import type { RegionMetrics } from './server-figures.ts';
import type { Look } from './server-watch.ts';
import { StartTimes, type StartTimesStorage } from './start-times.ts';
import type { RegionStatus } from './status.ts';
import { withMembers } from './with-members.ts';

export interface RegionMembersHost extends Omit<MembersHost, 'kv' | 'noteStart'> {
  readonly kv: MembersHost['kv'] & StartTimesStorage;
  /** Goes on after what asked for it has ended. */
  waitUntil(work: Promise<unknown>): void;
}

export class RegionMembers {
  readonly #host: RegionMembersHost;
  readonly #members: Members;
  readonly #scaling = new Scaling();
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
  }

  get #region(): RegionConfig {
    return this.#host.region();
  }

  /** Numbers of those that serve, the emptiest first, as far as is known; none if the region is one server. */
  get serving(): readonly number[] {
    return this.#region.members === undefined ? [] : this.#members.serving;
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
    return settings && { settings, decision: this.#scaling.decision };
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
    } finally {
      this.#isDeciding = false;
    }
  }
}
