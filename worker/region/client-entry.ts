// The way of a client into its region: whether it may come and may wake the server, a seat, and the upgrade. Its
// WebSocket is forwarded natively, as the container's own response.

import { SERVER_PATHS } from '../../api/doors.ts';
import type { RegionConfig } from '../../regions/config.ts';
import { networkOf } from '../../routing/client-network.ts';
import type { ServerObservation } from '../../routing/observation.ts';
import { errorResponse } from '../error-response.ts';
import { publicMessageOf } from '../message-of.ts';
import type { Door } from './door.ts';
import type { LeafDoor } from './leaf-door.ts';
import { membersHeaders, namesMembers, withServers } from './members-header.ts';
import type { NatsServer } from './nats-server.ts';
import { addressOf, placeOf } from './place-header.ts';
import type { RunningLifecycle } from './running-lifecycle.ts';
import type { ServerWatch } from './server-watch.ts';
import { isComingUp, isServing, type Refusal, regionStateOf } from './stages.ts';
import type { ClientPlace, TrafficTally } from './traffic-tally.ts';
import { mayWake } from './wake-header.ts';
import { Wakes } from './wakes.ts';

/** What of its region a client meets. */
export interface ClientEntryHost {
  readonly lifecycle: RunningLifecycle;
  readonly server: Pick<NatsServer, 'upgrade'>;
  readonly watch: Pick<ServerWatch, 'look' | 'use'>;
  readonly door: Pick<Door, 'admit' | 'taken' | 'left'>;
  readonly leafDoor: Pick<LeafDoor, 'admit' | 'taken' | 'left'>;
  readonly tally: Pick<TrafficTally, 'note'>;
  /** The region's configuration as it is now. */
  region(): RegionConfig;
  /** Numbers of its members that serve, the emptiest first, for a client that is sent to the first of them. */
  members(): readonly number[];
  /** Its servers that take clients, as far as is known; none if it is one server, or is not the region's own object. */
  servers(): readonly ServerObservation[];
  /** Regardless of what the isolate that sent the client knew. */
  forbids(place: () => ClientPlace): Refusal | undefined;
  /** Resolves when a newly started server may take its first client. */
  untilLinked(): Promise<void>;
  /** The region is used: it is not put to sleep for a while. */
  renewActivity(): void;
}

/** A seat, and the path of the server's door to it. */
interface Place {
  readonly path: string;
  readonly taken: () => void;
  readonly left: () => void;
}

/** Only what runs in this deployment asks for it. */
const OWN_PATH = '/own';

/** A server answers an upgrade within milliseconds; one that takes longer than this is checked. */
const SLOW_UPGRADE_MS = 1_000;

/** A server that was dialled this recently is in use, however many clients it reports. */
const IN_USE_MS = 10_000;

/** A tenth of the shortest time after which a region sleeps: each time the class reads anew, from a text, how long that is. */
const RENEW_EVERY_MS = 1_000;

const SLEEPS: Refusal = { code: 'asleep', reason: 'it sleeps, and is not woken for this client' };
const STARTING: Refusal = { code: 'starting', reason: 'it is being started' };
const WOKEN_TOO_OFTEN: Refusal = {
  code: 'rate_limited',
  reason: 'it sleeps, and this address has woken it too often',
};

const NO_SUCH_DOOR: Refusal = {
  code: 'door_refused',
  reason: 'its server was started before this door was opened: restart it (npm run regions -- restart)',
};

export class ClientEntry {
  readonly #host: ClientEntryHost;
  readonly #wakes = new Wakes();
  /** Upgrades that the server has not answered yet, oldest first, and when each was passed on. */
  readonly #dials = new Map<AbortController, number>();
  #slowCheck: ReturnType<typeof setTimeout> | null = null;
  #lastClientAt = Number.NEGATIVE_INFINITY;
  #renewedAt = Number.NEGATIVE_INFINITY;

  constructor(host: ClientEntryHost) {
    this.#host = host;
  }

  /** Whether the server is being dialled for a client, or was just now. */
  get isUsed(): boolean {
    return this.#dials.size > 0 || Date.now() - this.#lastClientAt < IN_USE_MS;
  }

  /** A client, or a connection of Meridian's own. */
  async fetch(request: Request): Promise<Response> {
    const { url, headers, signal } = request;
    const pathname = pathIn(url);
    if (pathname === OWN_PATH) return this.#ownConnection(headers, signal);
    const { lifecycle } = this.#host;
    const network = networkOf(addressOf(headers));
    const from = placeOf(headers);
    const refusal = lifecycle.refusal ?? this.#host.forbids(from) ?? this.#staysAsleep(headers, network);
    if (refusal !== undefined) return this.#refuse(refusal);
    try {
      if (!lifecycle.isUpForGood) await lifecycle.comeUp({ kind: 'client' });
      await this.#host.untilLinked();
      const { refusal } = lifecycle;
      if (refusal !== undefined) return this.#refuse(refusal);
      const admission = await this.#admit(pathname, network);
      if ('code' in admission) return this.#refuse(lifecycle.refusal ?? admission);
      return await this.#upgrade(headers, signal, { from, ...admission });
    } catch (error) {
      const { code = 'region_unavailable' } = lifecycle.refusal ?? {};
      const reason = publicMessageOf(error, 'its server cannot be reached', 'a client is not let in');
      return this.#refuse({ code, reason });
    }
  }

  /** A place at the server, for a client or a leaf node: at once if the door has one. */
  #admit(pathname: string, network: string): Refusal | Place | Promise<Refusal | Place> {
    const { door, leafDoor } = this.#host;
    const region = this.#host.region();
    if (pathname === SERVER_PATHS.leafnode)
      return leafDoor.admit(network, region).then((each) => placeAt(leafDoor, pathname, each));
    const path = pathname === SERVER_PATHS.mqtt ? SERVER_PATHS.mqtt : SERVER_PATHS.nats;
    const admission = door.admit(network, region);
    return admission instanceof Promise
      ? admission.then((each) => placeAt(door, path, each))
      : placeAt(door, path, admission);
  }

  /** No client waits any longer for a server that takes none. */
  turnAway({ reason }: Refusal): void {
    for (const dial of this.#dials.keys()) dial.abort(new Error(reason));
  }

  /**
   * A connection of Meridian's own, also while no clients are let in. Clients come as
   * `/`, `/leafnode` or `/mqtt`, whatever path they ask for.
   */
  async #ownConnection(headers: Headers, signal: AbortSignal): Promise<Response> {
    const { stage } = this.#host.lifecycle;
    if (!isServing(stage)) return new Response(`it is ${regionStateOf(stage)}`, { status: 503 });
    return this.#host.server.upgrade(headers, SERVER_PATHS.nats, signal);
  }

  /** Waking costs money: it is refused for a client another region may serve, and for one that only wakes regions. */
  #staysAsleep(headers: Headers, network: string): Refusal | undefined {
    const { stage } = this.#host.lifecycle;
    if (stage.kind === 'up') return undefined;
    if (!mayWake(headers)) return isComingUp(stage) ? STARTING : SLEEPS;
    return isComingUp(stage) || this.#wakes.note(network, Date.now()) ? undefined : WOKEN_TOO_OFTEN;
  }

  /** A server that is slow to answer is checked; once that shows that it hangs, no client waits for it any longer. */
  async #upgrade(
    headers: Headers,
    signal: AbortSignal,
    { from, path, taken, left }: Place & { readonly from: () => ClientPlace },
  ): Promise<Response> {
    const { server, watch, tally } = this.#host;
    const cameAt = Date.now();
    if (cameAt - this.#renewedAt >= RENEW_EVERY_MS) {
      this.#renewedAt = cameAt;
      this.#host.renewActivity();
    }
    this.#lastClientAt = cameAt;
    watch.use();
    const dial = new AbortController();
    this.#dials.set(dial, cameAt);
    this.#slowCheck ??= setTimeout(() => this.#checkSlow(), SLOW_UPGRADE_MS);
    try {
      const response = await server.upgrade(headers, path, AbortSignal.any([signal, dial.signal]));
      if (response.status === 101) {
        taken();
        tally.note(from, Date.now());
      } else left();
      // It has other doors from its next start on, and no other region is asked after an answer of the server's own.
      if (response.status === 404 && path !== SERVER_PATHS.nats) {
        await response.body?.cancel();
        return this.#refuse(NO_SUCH_DOOR);
      }
      return withServers(response, this.#host.servers());
    } catch (error) {
      left();
      // It may have closed its port, as in lame duck mode.
      void watch.look();
      throw error;
    } finally {
      this.#dials.delete(dial);
    }
  }

  /** One timer for all upgrades that are under way, since nearly all have been answered when it fires. */
  #checkSlow(): void {
    this.#slowCheck = null;
    const now = Date.now();
    const since = [...this.#dials.values()];
    if (since.some((cameAt) => now - cameAt >= SLOW_UPGRADE_MS)) void this.#host.watch.look();
    const next = since.find((cameAt) => now - cameAt < SLOW_UPGRADE_MS);
    if (next !== undefined)
      this.#slowCheck = setTimeout(() => this.#checkSlow(), next + SLOW_UPGRADE_MS - now);
  }

  #refuse({ code, reason }: Refusal): Response {
    const headers = namesMembers(code) ? membersHeaders(code, this.#host.members()) : undefined;
    return errorResponse(code, `region ${this.#host.region().id}: ${reason}`, headers && { headers });
  }
}

/** Of an address as Workers make it: parsing costs more than all that is done with it. */
function pathIn(url: string): string {
  return url.slice(url.indexOf('/', 'http://'.length));
}

function placeAt<Seat>(
  door: { readonly taken: (seat: Seat) => void; readonly left: (seat: Seat) => void },
  path: string,
  admission: Refusal | { readonly seat: Seat },
): Refusal | Place {
  if ('code' in admission) return admission;
  const { seat } = admission;
  return { path, taken: () => door.taken(seat), left: () => door.left(seat) };
}
