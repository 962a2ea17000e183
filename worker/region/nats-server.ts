// The nats-server in a region's container, as its object reaches it: only the object can.

import { MONITORING_PORT, ROUTE_PORT, WEBSOCKET_PORT } from '../../regions/container-ports.ts';
import { readMonitoring } from './monitoring.ts';
import type { Routez, RoutezRoute, Varz } from './monitoring-answers.ts';

/** Makes it a lame duck. */
const SIGUSR2 = 12;

export class NatsServer {
  readonly #container: Container | undefined;

  constructor(container: Container | undefined) {
    this.#container = container;
  }

  get isRunning(): boolean {
    return this.#container?.running ?? false;
  }

  /** Passes an upgrade on. What comes back is the server's own response, whose WebSocket is pumped natively. */
  upgrade(request: Request): Promise<Response> {
    return this.#port(WEBSOCKET_PORT).fetch('http://nats-server/', request);
  }

  dialRoute(): Socket {
    return this.#port(ROUTE_PORT).connect(`10.0.0.1:${ROUTE_PORT}`);
  }

  varz(): Promise<Varz> {
    return readMonitoring<Varz>(this.#port(MONITORING_PORT), 'varz');
  }

  async routes(): Promise<readonly RoutezRoute[]> {
    return (await readMonitoring<Routez>(this.#port(MONITORING_PORT), 'routez')).routes;
  }

  /** Tells it to tell its clients to go. */
  becomeLameDuck(): void {
    this.#container?.signal(SIGUSR2);
  }

  #port(port: number): Fetcher {
    if (this.#container === undefined) throw new Error('this object has no container');
    return this.#container.getTcpPort(port);
  }
}
