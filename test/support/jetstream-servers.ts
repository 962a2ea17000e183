// Starts nats-servers with JetStream for the tests inside workerd: one alone, and a cluster of three. Tests there can't
// end processes: they ask by HTTP.

import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:net';
import { join } from 'node:path';
import type { ProcessGroup } from '../../local/engine/processes/process-group.ts';
import { closeServer, listenOnLoopback } from '../../local/listen.ts';
import { MONITORING_PORT, WEBSOCKET_PORT } from '../../regions/container-ports.ts';
import { startNatsServerProcess } from './nats-server-process.ts';
import type { JetStreamServer, JetStreamServers } from './workerd/jetstream-servers.ts';

export async function startJetStreamServers(
  program: string,
  folder: string,
  undo: AsyncDisposableStack,
): Promise<JetStreamServers> {
  const ports = await freePorts(3);
  const routes = ports.map((port) => `nats://127.0.0.1:${port}`);
  const start = (name: string, port?: number) =>
    startServer(program, name, join(folder, name), configurationOf(name, folder, routes, port), undo);
  const [alone, ...cluster] = await Promise.all([
    start('nats-alone'),
    ...ports.map((port, n) => start(`nats-js${n}`, port)),
  ]);
  if (alone === undefined) throw new Error('no server was started');
  const groups = new Map([alone, ...cluster].map(({ server, group }) => [server.name, group]));
  const control = createHttpServer((request, response) => {
    const [, signal, name = ''] = (request.url ?? '').split('/');
    groups.get(name)?.signal(signal as NodeJS.Signals);
    response.end();
  });
  undo.defer(() => closeServer(control));
  return {
    alone: alone.server,
    cluster: cluster.map(({ server }) => server),
    control: await listenOnLoopback(control),
  };
}

interface Started {
  readonly server: JetStreamServer;
  readonly group: ProcessGroup;
}

async function startServer(
  program: string,
  name: string,
  folder: string,
  configuration: string,
  undo: AsyncDisposableStack,
): Promise<Started> {
  const { group, portOf } = await startNatsServerProcess({ program, name, folder, configuration }, undo);
  return { server: { name, webSocket: portOf(WEBSOCKET_PORT), monitor: portOf(MONITORING_PORT) }, group };
}

function configurationOf(name: string, folder: string, routes: readonly string[], port?: number): string {
  const cluster = `cluster { name: restore, host: 127.0.0.1, port: ${port}, routes: [${routes.join(', ')}] }`;
  return `
    server_name: ${name}
    host: 127.0.0.1
    port: -1
    http: 127.0.0.1:-1
    max_payload: 8MB
    websocket { host: 127.0.0.1, port: -1, no_tls: true }
    jetstream { store_dir: "${join(folder, name)}", max_mem: 1GB, max_file: 8GB }
    ${port === undefined ? '' : cluster}
  `;
}

/** Free at the moment: what is next to start has to take them at once. */
async function freePorts(count: number): Promise<readonly number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  const ports = await Promise.all(servers.map((server) => listenOnLoopback(server)));
  await Promise.all(servers.map(closeServer));
  return ports;
}
