// What a region's object tells of its nats-server, read from its monitoring: for the region's status, its links, and
// its drain. Never starts anything, and never throws: a server that does not answer is told as such.

import { messageOf } from '../message-of.ts';
import type { RoutezRoute } from './monitoring-answers.ts';
import type { NatsServer } from './nats-server.ts';
import type { RegionStatus } from './status.ts';

export class ServerReport {
  readonly #region: string;
  readonly #server: NatsServer;

  constructor(region: string, server: NatsServer) {
    this.#region = region;
    this.#server = server;
  }

  /** The status of a region whose server runs. @param status what the object knows without asking it */
  async status(status: RegionStatus): Promise<RegionStatus> {
    try {
      const [varz, routes] = await Promise.all([this.#server.varz(), this.#server.routes()]);
      const peers = new Set(routes.map(({ remote_name, remote_id }) => remote_name ?? remote_id));
      return {
        ...status,
        clients: varz.connections,
        maxClients: varz.max_connections,
        peers: [...peers],
        serverVersion: varz.version,
      };
    } catch (error) {
      return { ...status, state: 'down', problem: `its monitoring does not answer: ${messageOf(error)}` };
    }
  }

  /** Connected clients; undefined when the server does not answer, which says nothing of how many there are. */
  async connections(): Promise<number | undefined> {
    try {
      return (await this.#server.varz()).connections;
    } catch (error) {
      console.warn(`region ${this.#region}: /varz: ${messageOf(error)}`);
      return undefined;
    }
  }

  /** The server's routes; undefined when it does not answer, which says nothing of how many there are. */
  async routes(): Promise<readonly RoutezRoute[] | undefined> {
    try {
      return await this.#server.routes();
    } catch (error) {
      console.warn(`region ${this.#region}: /routez: ${messageOf(error)}`);
      return undefined;
    }
  }
}
