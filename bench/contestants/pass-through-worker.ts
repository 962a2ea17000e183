// The minimum that the platform itself costs, as a Worker: passes every request to a container and returns its response
// unchanged. Compiled with Node's types, as all of bench/ is, so the few types of workerd are written out.

import { WEBSOCKET_PORT } from '../../regions/container-ports.ts';

interface Container {
  readonly running: boolean;
  start(options: { readonly env: Readonly<Record<string, string>>; readonly enableInternet: boolean }): void;
  getTcpPort(port: number): { fetch(url: string, request: Request): Promise<Response> };
}

interface Env {
  readonly NATS: { getByName(name: string): { fetch(request: Request): Promise<Response> } };
}

export class PassThrough {
  readonly #container: Container;

  constructor({ container }: { readonly container: Container }) {
    this.#container = container;
  }

  async fetch(request: Request): Promise<Response> {
    if (!this.#container.running)
      this.#container.start({ env: { NATS_SERVER_NAME: 'platform' }, enableInternet: false });
    return this.#container.getTcpPort(WEBSOCKET_PORT).fetch('http://nats-server/', request);
  }
}

export default {
  fetch: (request: Request, env: Env): Promise<Response> => env.NATS.getByName('nats').fetch(request),
};
