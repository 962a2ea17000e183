// The nats-servers that test/support/global-setup-workerd.ts starts on Node, as the tests inside workerd get to know them.

import type { Routez, RoutezRoute } from '../../../worker/region/monitoring-answers.ts';

/** A running server of the cluster that has no routes of its own. */
export interface NatsServer {
  readonly name: string;
  /** As `/routez` of another server shows it. */
  readonly id: string;
  readonly clientPort: number;
  readonly routePort: number;
  readonly monitorPort: number;
}

/** Ports of servers that are no nats-servers. */
export interface OddServers {
  /** Accepts connections and never sends anything. */
  readonly silent: number;
  /** Sends an INFO and accepts all input. */
  readonly observed: number;
  /** HTTP: how many connections to `observed` are open, as seen from its side. */
  readonly observedCount: number;
  /** HTTP: takes what is posted, answers what is posted to /moved with a redirect, and GET with what came. */
  readonly sink: number;
}

declare module 'vitest' {
  interface ProvidedContext {
    natsServers: readonly [NatsServer, NatsServer, NatsServer];
    /** Of the same cluster; each wants a route of its own for the system account, and one or three that the others share. */
    pooledServers: {
      readonly ofOne: readonly [NatsServer, NatsServer];
      readonly ofThree: readonly [NatsServer, NatsServer];
    };
    oddServers: OddServers;
  }
}

/**
 * Of each server, with a user of the same name; who says nothing is of the first. A pool of three gives each of its routes to one of
 * them at least.
 */
export const ACCOUNTS = ['one', 'two', 'three', 'four', 'five', 'six'] as const;

/** The routes of a server, as it sees them itself. */
export async function routesOf({ monitorPort }: NatsServer): Promise<readonly RoutezRoute[]> {
  const response = await fetch(`http://127.0.0.1:${monitorPort}/routez`);
  return ((await response.json()) as Routez).routes;
}
