// What a region's object reports about its nats-server, read from its monitoring: for the region's status, its links,
// and its drain. Never starts anything, and never throws: a server that does not answer is reported as such.

import type { RegionConfig } from '../../regions/config.ts';
import { messageOf, publicMessageOf } from '../message-of.ts';
import type { RoutezRoute } from './monitoring-answers.ts';
import type { NatsServer } from './nats-server.ts';
import { placedAt } from './placement.ts';
import type { RegionStatus } from './status.ts';

type ToldByServer = Required<
  Pick<RegionStatus, 'peers' | 'serverVersion' | 'serverId' | 'placedAt' | 'inMsgs' | 'outMsgs'>
> &
  Pick<RegionStatus, 'clients' | 'leafs'>;

/** How long an answer of the server is reused without asking it again. */
const TOLD_VALID_MS = 1_000;

export class ServerReport {
  #lastTold: { readonly at: number; readonly answer: Promise<ToldByServer> } | undefined;
  readonly #config: () => RegionConfig;
  readonly #server: NatsServer;
  readonly #others: (leafs: number) => number;

  /**
   * @param config of the region, as it is when the server is asked
   * @param others of so many leaf links those that are not a session's
   */
  constructor(config: () => RegionConfig, server: NatsServer, others: (leafs: number) => number) {
    this.#config = config;
    this.#server = server;
    this.#others = others;
  }

  get #region(): string {
    return this.#config().id;
  }

  /** The status of a region whose server runs. @param status what the object knows without asking it */
  async status(status: RegionStatus): Promise<RegionStatus> {
    try {
      return { ...status, ...(await this.#told()) };
    } catch (error) {
      const why = publicMessageOf(error, 'it cannot be reached', `region ${this.#region}: its monitoring`);
      return { ...status, state: 'down', problem: `its monitoring does not answer: ${why}` };
    }
  }

  /** The server has stopped: the next one is asked afresh. */
  forget(): void {
    this.#lastTold = undefined;
  }

  /** Many ask at the same time: one answer serves all for a second; a failed one serves only those waiting for it. */
  #told(): Promise<ToldByServer> {
    const now = Date.now();
    if (this.#lastTold === undefined || now - this.#lastTold.at >= TOLD_VALID_MS) {
      const told = { at: now, answer: this.#ask() };
      this.#lastTold = told;
      told.answer.catch(() => {
        if (this.#lastTold === told) this.#lastTold = undefined;
      });
    }
    return this.#lastTold.answer;
  }

  async #ask(): Promise<ToldByServer> {
    const [varz, routes] = await Promise.all([this.#server.varz(), this.#server.routes()]);
    const peers = new Set(routes.map(({ remote_name, remote_id }) => remote_name ?? remote_id));
    return {
      clients: varz.connections,
      leafs: this.#others(varz.leafnodes),
      peers: [...peers],
      serverVersion: varz.version,
      serverId: varz.server_id,
      placedAt: placedAt(varz.tags, this.#config()),
      inMsgs: varz.in_msgs,
      outMsgs: varz.out_msgs,
    };
  }

  /** Clients and leaf nodes; undefined if the server does not answer, which says nothing about how many there are. */
  async connected(): Promise<number | undefined> {
    try {
      const { connections, leafnodes } = await this.#server.varz();
      return connections + this.#others(leafnodes);
    } catch (error) {
      console.warn(`region ${this.#region}: /varz: ${messageOf(error)}`);
      return undefined;
    }
  }

  /** The server's routes; undefined if it does not answer, which says nothing about how many there are. */
  async routes(): Promise<readonly RoutezRoute[] | undefined> {
    try {
      return await this.#server.routes();
    } catch (error) {
      console.warn(`region ${this.#region}: /routez: ${messageOf(error)}`);
      return undefined;
    }
  }
}
