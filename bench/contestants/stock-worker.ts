// The container class as its documentation uses it: a default port, and the class's own `fetch`.

import { Container } from '@cloudflare/containers';
import { WEBSOCKET_PORT } from '../../regions/container-ports.ts';

interface Env {
  readonly NATS: { getByName(name: string): { fetch(request: Request): Promise<Response> } };
}

export class Stock extends Container {
  override defaultPort = WEBSOCKET_PORT;
  override sleepAfter = '1h';
  override enableInternet = false;
  override envVars = { NATS_SERVER_NAME: 'stock' };
}

export default {
  fetch: (request: Request, env: Env): Promise<Response> => env.NATS.getByName('nats').fetch(request),
};
