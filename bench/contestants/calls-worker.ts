// What of a client's way costs the platform's time whoever programs it, as a Worker: the calls without which no client can be
// routed, and nothing that is decided by them. It reads where the client is, tells the object so, gives up after a time or
// when the client leaves, and says in its answer where the client is. Compiled with Node's types, as all of bench/ is, so the
// few types of workerd are written out.

import { WEBSOCKET_PORT } from '../../regions/container-ports.ts';

interface Init {
  readonly headers: Headers;
  readonly signal: AbortSignal;
  readonly redirect?: 'manual';
}

interface Container {
  readonly running: boolean;
  start(options: { readonly env: Readonly<Record<string, string>>; readonly enableInternet: boolean }): void;
  getTcpPort(port: number): { fetch(url: string, init: Init): Promise<Response> };
}

interface Env {
  readonly NATS: { getByName(name: string): { fetch(url: string, init: Init): Promise<Response> } };
}

/** About as long as those that Meridian has. */
const DECISION = 'v=0;entry=default:enam;rank=enam,wnam,weur,eeur,apac,oc;ms=1,60,80,100,180,220';
const COOKIE = 'meridian-region=enam; Path=/; HttpOnly; SameSite=Lax';

const SLOW_MS = 300;

export class Calls {
  readonly #container: Container;

  constructor({ container }: { readonly container: Container }) {
    this.#container = container;
  }

  async fetch({ headers, signal }: Request): Promise<Response> {
    if (!this.#container.running)
      this.#container.start({ env: { NATS_SERVER_NAME: 'calls' }, enableInternet: false });
    JSON.parse(headers.get('x-place') ?? '{}');
    const given = AbortSignal.any([signal, new AbortController().signal]);
    const init = { headers, signal: given, redirect: 'manual' } as const;
    return this.#container.getTcpPort(WEBSOCKET_PORT).fetch('http://nats-server/', init);
  }
}

export default {
  fetch: async (request: Request & { readonly cf?: { readonly colo?: string } }, env: Env) => {
    const { cf, signal } = request;
    const headers = new Headers(request.headers);
    headers.set('x-place', JSON.stringify({ colo: cf?.colo }));
    const given = new AbortController();
    setTimeout(() => signal.aborted && given.abort(), SLOW_MS);
    const stub = env.NATS.getByName('nats');
    const response = await stub.fetch('http://nats/', { headers, signal: given.signal });
    const answer = new Response(response.body, response);
    answer.headers.set('x-region', 'enam');
    answer.headers.set('x-decision', DECISION);
    answer.headers.append('set-cookie', COOKIE);
    return answer;
  },
};
