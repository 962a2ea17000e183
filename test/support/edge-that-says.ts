// An edge on this machine that answers as a test says; by itself it is whole, and takes no client.

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { closeServer, listenOnLoopback } from '../../local/listen.ts';

export type Answering = (request: IncomingMessage, response: ServerResponse) => void;

export interface FakeEdge extends AsyncDisposable {
  readonly url: string;
}

export async function fakeEdge(answer: Answering): Promise<FakeEdge> {
  const server = createServer(answer);
  const port = await listenOnLoopback(server);
  return { url: `http://127.0.0.1:${port}`, [Symbol.asyncDispose]: () => closeServer(server) };
}

/** What it says of itself, with what a test changes in it. */
export function saying(changes: Readonly<Record<string, unknown>> = {}): Answering {
  return ({ url, headers: { host } }, response) => {
    response.setHeader('content-type', 'application/json');
    if (url === '/.well-known/meridian.json')
      response.end(
        JSON.stringify({ meridian: '0.1.0', nats: `ws://${host}/nats`, credentials: null, ...changes }),
      );
    else if (url?.startsWith('/api/whoami'))
      response.end(JSON.stringify({ region: null, decision: 'weur draining' }));
    else response.writeHead(503).end();
  };
}
