// Starts what the tests inside workerd talk to: nats-servers of one cluster, of which none knows any other (only
// the code under test joins them), and servers that misbehave.

import { mkdtemp, rm } from 'node:fs/promises';
import { createServer as createHttpServer, type Server } from 'node:http';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { ensureNatsServer } from '../../local/binaries/nats-server.ts';
import { closeServer, listenOnLoopback } from '../../local/listen.ts';
import { withTeardown } from '../../local/teardown.ts';
import { CLIENT_PORT, MONITORING_PORT, ROUTE_PORT } from '../../regions/container-ports.ts';
import { startJetStreamServers } from './jetstream-servers.ts';
import { startNatsServerProcess } from './nats-server-process.ts';
import { ACCOUNTS, type NatsServer, type OddServers } from './workerd/nats-servers.ts';

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { path } = await ensureNatsServer();
  const { close } = await withTeardown(async (undo) => {
    const folder = await mkdtemp(join(tmpdir(), 'meridian-workerd-'));
    undo.defer(() => rm(folder, { recursive: true, force: true }));
    const start = (name: string, poolSize = -1) =>
      startServer({ program: path, name, folder: join(folder, name), poolSize }, undo);
    project.provide('natsServers', [await start('nats-aa'), await start('nats-bb'), await start('nats-cc')]);
    project.provide('pooledServers', {
      ofOne: [await start('nats-dd', 1), await start('nats-ee', 1)],
      ofThree: [await start('nats-ff', 3), await start('nats-gg', 3)],
    });
    project.provide('oddServers', await startOddServers(undo));
    project.provide('jetStreamServers', await startJetStreamServers(path, folder, undo));
    return {};
  });
  return close;
}

async function startOddServers(undo: AsyncDisposableStack): Promise<OddServers> {
  const open = new Set<Socket>();
  const silent = createServer();
  const observed = createServer((socket) => {
    open.add(socket);
    socket.on('close', () => open.delete(socket)).on('error', () => socket.destroy());
    socket.resume().write('INFO {"server_id":"OBSERVED"}\r\n');
  });
  const observedCount = createHttpServer((_request, response) => response.end(String(open.size)));
  const sink = createSink();
  const servers = [silent, observed, observedCount, sink];
  const sockets = new Set<Socket>();
  for (const server of servers) server.on('connection', (socket: Socket) => sockets.add(socket));
  undo.defer(async () => {
    // What the tests left open would keep the servers.
    for (const socket of sockets) socket.destroy();
    await Promise.all(servers.map(closeServer));
  });
  return {
    silent: await listenOnLoopback(silent),
    observed: await listenOnLoopback(observed),
    observedCount: await listenOnLoopback(observedCount),
    sink: await listenOnLoopback(sink),
  };
}

/** Takes what is posted, or sends it elsewhere. */
function createSink(): Server {
  const taken: object[] = [];
  return createHttpServer((request, response) => {
    const { method, url, headers } = request;
    if (method === 'GET') return response.end(JSON.stringify(taken));
    taken.push({ url, authorization: headers.authorization, type: headers['content-type'] });
    if (url === '/moved') response.writeHead(307, { location: '/elsewhere' });
    return request.resume().on('end', () => response.end());
  });
}

async function startServer(
  {
    program,
    name,
    folder,
    poolSize,
  }: {
    readonly program: string;
    readonly name: string;
    readonly folder: string;
    readonly poolSize: number;
  },
  undo: AsyncDisposableStack,
): Promise<NatsServer> {
  const configuration = configurationOf(name, poolSize);
  const { portOf } = await startNatsServerProcess({ program, name, folder, configuration }, undo);
  const varz = await fetch(`http://127.0.0.1:${portOf(MONITORING_PORT)}/varz`);
  const { server_id: id } = (await varz.json()) as { server_id: string };
  return {
    name,
    id,
    clientPort: portOf(CLIENT_PORT),
    routePort: portOf(ROUTE_PORT),
    monitorPort: portOf(MONITORING_PORT),
  };
}

function accounts(): string {
  const of = (name: string) => `${name} { users: [{ user: ${name}, password: ${name} }] }`;
  return `accounts { ${ACCOUNTS.map(of).join(', ')} }\n no_auth_user: ${ACCOUNTS[0]}`;
}

/** What of container/nats-server.conf makes a route that can be spliced. */
function configurationOf(name: string, poolSize: number): string {
  return `
    server_name: ${name}
    host: 127.0.0.1
    port: -1
    http: 127.0.0.1:-1
    cluster {
      name: test
      host: 127.0.0.1
      port: -1
      no_advertise: true
      pool_size: ${poolSize}
      compression: accept
      connect_retries: 0
    }
    ${accounts()}
  `;
}
