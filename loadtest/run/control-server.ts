// What a k6 script may do to the local stack: read the memory of its processes, kill a region's server, cause an
// outage. It listens on loopback for the duration of a run.

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { closeServer, listenOnLoopback } from '../../local/listen.ts';
import type { Stack } from '../../local/stack.ts';
import type { Closeable } from '../../local/teardown.ts';
import { instanceNameOf } from '../../regions/names.ts';
import { readProcesses } from './processes.ts';

export interface ControlServer extends Closeable {
  readonly url: string;
}

type Controlled = Pick<Stack, 'engine' | 'config'>;

export async function startControlServer(stack: Controlled): Promise<ControlServer> {
  const server = createServer((request, response) => {
    answer(stack, request, response).catch((error: Error) => send(response, 500, { error: error.message }));
  });
  const port = await listenOnLoopback(server);
  return { url: `http://127.0.0.1:${port}`, close: () => closeServer(server) };
}

async function answer(stack: Controlled, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const [, action, region = ''] = (request.url ?? '').split('/');
  const server = instanceNameOf(region);
  const isKnown = stack.config.regions.some(({ id }) => id === region);
  const route = `${request.method} ${action}`;
  if (route === 'GET memory') return send(response, 200, { processes: await readProcesses(stack.engine) });
  if (!['POST kill', 'POST outage', 'DELETE outage'].includes(route))
    return send(response, 404, { error: `nothing is at ${request.method} ${request.url}` });
  if (!isKnown) return send(response, 404, { error: `there is no region "${region}"` });
  if (route === 'POST kill') {
    const running = stack.engine.server(server);
    if (running === undefined) return send(response, 409, { error: `${server} is not running` });
    await running.app.kill('SIGKILL');
  } else if (route === 'POST outage') await stack.engine.beginOutage(server);
  else stack.engine.endOutage(server);
  send(response, 204);
}

function send(response: ServerResponse, status: number, body?: object): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(body === undefined ? undefined : JSON.stringify(body));
}
