// The leaf link that joins a session's server to its region: the session's object owns it. It asks the region's object,
// dials both servers' leaf ports and splices them; when the link ends, it is made again. Where its own region does not take
// it, the next nearest does: all regions are one cluster.

import type { LinkTransport } from '../../api/states.ts';
import type { MeridianConfig, RegionConfig } from '../../regions/config.ts';
import { LEAF_PORT } from '../../regions/container-ports.ts';
import { waitFor } from '../../waiting/wait-for.ts';
import { withTimeout } from '../../waiting/with-timeout.ts';
import { ASLEEP, Link } from '../mesh/link.ts';
import { RouteRefusedError } from '../mesh/route-handshake.ts';
import type { ByteChannel, Splice } from '../mesh/splice.ts';
import { spliceLeaf } from '../mesh/splice-leaf.ts';
import { messageOf } from '../message-of.ts';
import { dialObject } from '../region/dial-object.ts';
import { nearestRegions } from '../region/nearest-regions.ts';
import type { RegionStub } from '../region/region-stub.ts';

export interface RegionLinkHost {
  readonly name: string;
  /** Id of the region near which it was placed. */
  readonly region: string;
  config(): MeridianConfig;
  stub(region: RegionConfig): Pick<RegionStub, 'admitLeaf' | 'connect' | 'connectOverRpc'>;
  /** A new connection to the leaf port of the session's own server. */
  dialOwn(): ByteChannel;
  /** What that server asks for there. */
  readonly password: string;
  /** Whether the session ends: its server takes no links any more. */
  isEnding(): boolean;
}

/** A region that sleeps is started for it, which takes a second or two; one that takes longer is passed over. */
const ADMITTED_WITHIN_MS = 10_000;

/** Both servers send their INFO at once. */
const HANDSHAKE_TIMEOUT_MS = 5_000;

/** After this the region's server knows what the session listens to. */
const INTEREST_MS = 50;

const POLL_MS = 10;

export class RegionLink {
  readonly #host: RegionLinkHost;
  readonly #link: Link;
  #region: string | undefined;
  #problem: string | undefined;

  constructor(host: RegionLinkHost) {
    this.#host = host;
    this.#link = new Link({
      peer: host.region,
      open: (transport) => this.#open(transport),
      transport: host.config().mesh.transport,
      retryMaxMs: host.config().mesh.retryMaxMs,
      random: Math.random,
      now: Date.now,
      onFailure: (_peer, error) => this.#failed(error),
    });
  }

  /** Id of the region that it is linked with; undefined while it is with none. */
  get region(): string | undefined {
    return this.#link.state === 'up' ? this.#region : undefined;
  }

  /** Why not, if it is with none and that is known. */
  get problem(): string | undefined {
    return this.region === undefined ? this.#problem : undefined;
  }

  /** Returns once it is linked, and messages pass, or after `timeoutMs`. */
  async untilUp(timeoutMs: number): Promise<void> {
    const isUp = () => this.region !== undefined;
    const options = { timeoutMs, pollMs: POLL_MS };
    // It is made later, then; the session says that it is not there yet.
    const linked = await waitFor('the link with the region', options, isUp).catch(() => false);
    if (linked) await new Promise((resolve) => setTimeout(resolve, INTEREST_MS));
  }

  /** For good. */
  close(): void {
    this.#link.close();
  }

  async #open(transport: LinkTransport): Promise<Splice> {
    if (this.#host.isEnding()) throw new RouteRefusedError(ASLEEP);
    const refusals: string[] = [];
    for (const region of nearestRegions(this.#host.region, this.#host.config())) {
      try {
        const link = await this.#openTo(region, transport);
        this.#region = region.id;
        this.#problem = undefined;
        return link;
      } catch (error) {
        refusals.push(`${region.id}: ${messageOf(error)}`);
      }
    }
    throw new Error(`no region takes it: ${refusals.join('; ')}`);
  }

  async #openTo(region: RegionConfig, transport: LinkTransport): Promise<Splice> {
    const stub = this.#host.stub(region);
    const late = `its object did not answer within ${ADMITTED_WITHIN_MS} ms`;
    const admission = await withTimeout(stub.admitLeaf(), ADMITTED_WITHIN_MS, late);
    if (admission.kind === 'refused') throw new Error(admission.reason);
    const channel = await dialObject(stub, `${region.id}:${LEAF_PORT}`, transport);
    return spliceLeaf(
      { channel: this.#host.dialOwn(), password: this.#host.password },
      { channel, password: admission.password },
      HANDSHAKE_TIMEOUT_MS,
    );
  }

  #failed(error: unknown): void {
    if (this.#host.isEnding()) return;
    this.#problem = messageOf(error);
    console.warn(`session ${this.#host.name}: ${this.#problem}`);
  }
}
