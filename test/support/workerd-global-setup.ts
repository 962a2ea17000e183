// Starts what the tests inside workerd talk to: nats-servers of one cluster, of which none knows any other (only
// the code under test joins them), and servers that misbehave.

import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { ensureNatsServer } from '../../local/binaries/nats-server.ts';
import { portsFileReader } from '../../local/engine/listening-ports.ts';
import { OutputLog } from '../../local/engine/output-log.ts';
import { ProcessGroup } from '../../local/engine/process-group.ts';
import type { NatsServer, OddServers } from './workerd/nats-servers.ts';

/** The ports of the image, by which {@link portsFileReader} names what the server took. */
const CLIENT = 4222;
const ROUTE = 6222;
const MONITOR = 8222;

interface RunningServer {
  readonly server: NatsServer;
  readonly stop: () => Promise<number>;
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'meridian-workerd-'));
  const { path } = await ensureNatsServer();
  const start = (name: string) => startServer(path, name, join(folder, name));
  const running = await Promise.all([start('nats-aa'), start('nats-bb'), start('nats-cc')]);
  const [first, second, third] = running;
  project.provide('natsServers', [first.server, second.server, third.server]);
  const odd = await startOddServers();
  project.provide('oddServers', odd.ports);
  return async () => {
    odd.stop();
    await Promise.all(running.map(({ stop }) => stop()));
    await rm(folder, { recursive: true, force: true });
  };
}

async function startOddServers(): Promise<{ readonly ports: OddServers; readonly stop: () => void }> {
  const open = new Set<Socket>();
  const silent = createServer();
  const observed = createServer((socket) => {
    open.add(socket);
    socket.on('close', () => open.delete(socket)).on('error', () => socket.destroy());
    socket.resume().write('INFO {"server_id":"OBSERVED"}\r\n');
  });
  const observedCount = createHttpServer((_request, response) => response.end(String(open.size)));
  const servers = [silent, observed, observedCount];
  const [silentPort, observedPort, countPort] = await Promise.all([
    listen(silent),
    listen(observed),
    listen(observedCount),
  ]);
  return {
    ports: { silent: silentPort, observed: observedPort, observedCount: countPort },
    stop: () => {
      for (const server of servers) server.close().unref();
    },
  };
}

async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

async function startServer(program: string, name: string, folder: string): Promise<RunningServer> {
  await mkdir(folder);
  const config = join(folder, 'nats-server.conf');
  await writeFile(config, configurationOf(name));
  const group = await ProcessGroup.start({
    file: program,
    args: ['--config', config, '--ports_file_dir', folder],
    cwd: folder,
    env: {},
  });
  let running = true;
  void group.exited.then(() => {
    running = false;
  });
  const log = new OutputLog();
  for (const stream of group.output) log.follow(stream);
  const ports = await portsFileReader(folder)(() => running);
  if (ports === undefined) throw new Error(`${name} did not start:\n${log.tail(20).join('\n')}`);
  const portOf = (containerPort: number) => ports.get(containerPort) ?? 0;
  const varz = await fetch(`http://127.0.0.1:${portOf(MONITOR)}/varz`);
  const { server_id: id } = (await varz.json()) as { server_id: string };
  return {
    server: {
      name,
      id,
      clientPort: portOf(CLIENT),
      routePort: portOf(ROUTE),
      monitorPort: portOf(MONITOR),
    },
    stop: () => {
      group.kill();
      return group.exited;
    },
  };
}

/** What of container/nats-server.conf makes a route that can be spliced. */
function configurationOf(name: string): string {
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
      pool_size: -1
      compression: off
      connect_retries: 0
    }
  `;
}
