// Which sessions there are: one object, with a lease for each. lease.ts decides what may be claimed. The server of a
// session tells it what becomes of it; what is lost on the way is found by a sweep every minute. It also ends the
// sessions whose time is over.

import { DurableObject } from 'cloudflare:workers';
import { SESSION_STATES, type SessionState, USUAL_SESSION_CONFIG } from '../../api/sessions.ts';
import { withTimeout } from '../../waiting/with-timeout.ts';
import type { Env } from '../env.ts';
import { messageOf } from '../message-of.ts';
import { type Claim, decideClaim, type Lease, type Told } from './lease.ts';
import { LeaseTable } from './lease-table.ts';
import { SessionCounters, type SessionFigures } from './session-figures.ts';
import {
  type Claimed,
  type LeasePage,
  type RegistryMethods,
  type ServerStatus,
  sessionServer,
} from './session-stubs.ts';

const SECRET_KEY = 'secret';
const SECRET_BYTES = 32;

/** How often the servers that run are asked what they are. */
const SWEEP_MS = 60_000;

/** A server's object that doesn't answer for this long is asked again with the next sweep. */
const ANSWER_TIMEOUT_MS = 5_000;

/** A session that has not gone after this is told again. */
const END_AGAIN_MS = 30_000;

/** How many servers are asked at the same time. */
const AT_ONCE = 20;

export class SessionRegistry extends DurableObject<Env> implements RegistryMethods {
  readonly #leases: LeaseTable;
  readonly #counters: SessionCounters;
  /** Clients of the servers that answered the last sweep, by the serial of the lease. */
  readonly #clients = new Map<number, number>();

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#leases = new LeaseTable(ctx.storage.sql);
    this.#counters = new SessionCounters(ctx.storage.kv);
  }

  async secret(): Promise<ArrayBuffer> {
    const { kv } = this.ctx.storage;
    const stored = kv.get<ArrayBuffer>(SECRET_KEY);
    if (stored !== undefined) return stored;
    const made = crypto.getRandomValues(new Uint8Array(SECRET_BYTES)).buffer;
    kv.put(SECRET_KEY, made);
    return made;
  }

  async claim(claim: Claim): Promise<Claimed> {
    const now = Date.now();
    const found = this.#leases.get(claim.id);
    const taken = { all: this.#leases.taken(), ofOwner: this.#leases.taken(claim.owner) };
    const verdict = decideClaim(claim, found, taken, now);
    switch (verdict.kind) {
      case 'make': {
        const { config = USUAL_SESSION_CONFIG } = claim;
        const lease = this.#leases.make({ ...claim, config, expiresAt: now + claim.ttlMs }, now);
        await this.#wakeLater();
        return { kind: 'made', lease };
      }
      case 'find':
        this.#leases.renew(claim.id, now + claim.ttlMs, now);
        await this.#wakeLater();
        return { kind: 'found', lease: this.#leases.get(claim.id) as Lease };
      case 'ending':
        if (found?.state !== 'ending') await this.end(claim.id);
        return verdict;
      case 'full':
        this.#counters.refused(verdict.of);
        return verdict;
      default:
        return verdict;
    }
  }

  async lease(id: string): Promise<Lease | undefined> {
    return this.#leases.get(id);
  }

  async page(owner: string | undefined, before: number, limit: number): Promise<LeasePage> {
    return { leases: this.#leases.page(owner, before, limit), count: this.#leases.taken(owner).count };
  }

  async end(id: string): Promise<Lease | undefined> {
    const lease = this.#leases.get(id);
    if (lease === undefined) return undefined;
    this.#leases.tell(id, lease.serial, { state: 'ending' }, Date.now());
    await this.#wakeLater();
    this.ctx.waitUntil(this.#endServer(lease));
    return this.#leases.get(id);
  }

  async tell(id: string, serial: number, told: Told): Promise<void> {
    this.#leases.tell(id, serial, told, Date.now());
    if (told.start === 'failed') this.#counters.failed();
    else if (told.start !== undefined) this.#counters.started(told.start.ms);
    if (told.state !== 'up') this.#clients.delete(serial);
    await this.#wakeLater();
  }

  async figures(): Promise<SessionFigures> {
    const counts = this.#leases.states();
    const states = Object.fromEntries(SESSION_STATES.map((state) => [state, counts.get(state) ?? 0]));
    return {
      states: states as Record<SessionState, number>,
      clients: [...this.#clients.values()].reduce((all, clients) => all + clients, 0),
      answered: this.#clients.size,
      counted: this.#counters.counts,
    };
  }

  async gone(id: string, serial: number): Promise<void> {
    this.#clients.delete(serial);
    this.#leases.remove(id, serial);
  }

  override async alarm(): Promise<void> {
    const now = Date.now();
    for (const { id } of this.#leases.expired(now)) await this.end(id);
    const awake = this.#leases.awake();
    for (let first = 0; first < awake.length; first += AT_ONCE) {
      await Promise.all(awake.slice(first, first + AT_ONCE).map((lease) => this.#sweep(lease, now)));
    }
    await this.#wakeLater();
  }

  /** Never rejects: one that does not answer keeps the state that it had. */
  async #sweep(lease: Lease, now: number): Promise<void> {
    const { id, serial, state, since } = lease;
    if (state === 'ending') {
      if (now - since >= END_AGAIN_MS) await this.#endServer(lease);
      return;
    }
    // It may just be beginning.
    if (state === 'starting' && now - since < SWEEP_MS) return;
    try {
      const problem = `session ${lease.name} did not answer within ${ANSWER_TIMEOUT_MS} ms`;
      const asked = sessionServer(this.env, id).status(serial);
      const status = await withTimeout(asked, ANSWER_TIMEOUT_MS, problem);
      this.#count(serial, status);
      // What it has told meanwhile is newer than its answer.
      const known = this.#leases.get(id);
      if (known?.serial !== serial || known.state !== state || known.since !== since) return;
      if (status !== undefined) this.#leases.tell(id, serial, status, Date.now());
      // Whoever claimed it was lost before its server could begin.
      else this.#leases.remove(id, serial);
    } catch (error) {
      this.#clients.delete(serial);
      console.warn(`session ${lease.name}: ${messageOf(error)}`);
    }
  }

  /** One that does not answer is not counted, and neither is one that has gone meanwhile. */
  #count(serial: number, status: ServerStatus | undefined): void {
    if (status?.facts === undefined) this.#clients.delete(serial);
    else this.#clients.set(serial, status.facts.stats.clients);
  }

  /** Its object says when it is gone. Never rejects: the next sweep tells it again. */
  async #endServer({ id, serial, name }: Lease): Promise<void> {
    try {
      await sessionServer(this.env, id).end(id, serial);
    } catch (error) {
      console.warn(`session ${name} could not be ended: ${messageOf(error)}`);
    }
  }

  async #wakeLater(): Promise<void> {
    const sweepAt = this.#leases.hasAwake() ? Date.now() + SWEEP_MS : undefined;
    const current = (await this.ctx.storage.getAlarm()) ?? undefined;
    const next = Math.min(...[current, sweepAt, this.#leases.nextExpiry()].filter((at) => at !== undefined));
    if (Number.isFinite(next) && next !== current) await this.ctx.storage.setAlarm(next);
  }
}
