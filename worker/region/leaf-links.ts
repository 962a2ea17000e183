// Sessions that are joined to this region as leaf nodes: their objects dial the leaf port of the region's server, through
// the region's object. Who may is decided here, and the password that the server asks for is made here, for each start.

import { LEAF_PORT } from '../../regions/container-ports.ts';
import type { Env } from '../env.ts';
import { refuseRoute } from '../mesh/refuse-route.ts';
import { type ByteChannel, pump } from '../mesh/splice.ts';
import { messageOf } from '../message-of.ts';

/** Whether a session may be joined now, and with which password. Plain data: it crosses RPC. */
export type LeafAdmission =
  | { readonly kind: 'admitted'; readonly password: string }
  | { readonly kind: 'refused'; readonly reason: string };

export interface LeafLinksHost {
  readonly env: Pick<Env, 'NATS_OPERATOR_JWT'>;
  readonly kv: { get(key: string): string | undefined; put(key: string, value: string): void };
  /** Starts the server if it isn't running. Why it must not run; undefined once it is up. @throws Error if it does not come up */
  wake(): Promise<string | undefined>;
  /** Why the region takes no link now; undefined if it does. */
  refusal(): string | undefined;
  /** A new connection to the server's leaf port. */
  dial(): ByteChannel;
}

export const WITH_OPERATOR =
  'clients are below an operator here (NATS_OPERATOR_JWT), and a leaf link would need a user of one of its accounts';

const PASSWORD_KEY = 'leaf-password';

export class LeafLinks {
  readonly #host: LeafLinksHost;
  #count = 0;

  constructor(host: LeafLinksHost) {
    this.#host = host;
  }

  /** How many sessions are linked. */
  get count(): number {
    return this.#count;
  }

  /**
   * The password of a server that is about to start. It is kept, since an object that was reset finds its server running;
   * no client is ever given it, and it opens a port that only the object reaches.
   */
  newPassword(): string {
    const password = crypto.randomUUID();
    this.#host.kv.put(PASSWORD_KEY, password);
    return password;
  }

  /** A session asks: the region's server is started for it. */
  async admit(): Promise<LeafAdmission> {
    if (this.#host.env.NATS_OPERATOR_JWT) return { kind: 'refused', reason: WITH_OPERATOR };
    try {
      const reason = (await this.#host.wake()) ?? this.#host.refusal();
      if (reason !== undefined) return { kind: 'refused', reason };
    } catch (error) {
      return { kind: 'refused', reason: messageOf(error) };
    }
    const password = this.#host.kv.get(PASSWORD_KEY);
    return password === undefined
      ? { kind: 'refused', reason: 'its server was started before it could take sessions' }
      : { kind: 'admitted', password };
  }

  /** A session's object dials. Bytes only: the handshake is its own. */
  async connect(socket: ByteChannel): Promise<void> {
    const reason = this.#host.refusal();
    if (reason !== undefined) return refuseRoute(socket, reason);
    this.#count += 1;
    try {
      await pump(socket, this.#host.dial());
    } finally {
      this.#count -= 1;
    }
  }
}

/** Whether who dials the object means the leaf port. @param address as it was dialled: `weur:7422` */
export function isLeafAddress(address: string | undefined): boolean {
  return address?.endsWith(`:${LEAF_PORT}`) ?? false;
}
