// Starts nats-servers with JetStream for the tests inside workerd: one alone, and a cluster of three. Tests there can't
// end processes: they ask by HTTP.

import { createServer as createHttpServer } from 'node:http';
import { join } from 'node:path';
import type { ProcessGroup } from '../../local/engine/processes/process-group.ts';
import { closeServer, freePorts, listenOnLoopback } from '../../local/listen.ts';
import { MONITORING_PORT, WEBSOCKET_PORT } from '../../regions/container-ports.ts';
import { createOperatorFixture, credsOf, type OperatorFixture } from './container/operator-fixture.ts';
import { startNatsServerProcess } from './nats-server-process.ts';
import type { JetStreamServer, JetStreamServers } from './workerd/jetstream-servers.ts';

export async function startJetStreamServers(
  program: string,
  folder: string,
  undo: AsyncDisposableStack,
): Promise<JetStreamServers> {
  const start = (name: string, options: ClusterOptions = {}) =>
    startServer(program, name, join(folder, name), configurationOf(name, folder, options), undo);
  const startCluster = async (prefix: string, auth = '') => {
    const ports = await freePorts(3);
    const routes = ports.map((port) => `nats://127.0.0.1:${port}`);
    return Promise.all(ports.map((port, n) => start(`${prefix}${n}`, { port, routes, auth })));
  };
  const operator = createOperatorFixture({ tiered_limits: { R3: UNLIMITED } });
  const [alone, cluster, tiered] = await Promise.all([
    start('nats-alone'),
    startCluster('nats-js'),
    startCluster('nats-tiered', authOf(operator)),
  ]);
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
    tiered: tiered.map(({ server }) => server),
    tieredCreds: credsOf(operator),
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

interface ClusterOptions {
  readonly port?: number;
  readonly routes?: readonly string[];
  readonly auth?: string;
}

/** Of an account's streams. */
const UNLIMITED = { mem_storage: -1, disk_storage: -1, streams: -1, consumer: -1 };

function authOf({ operatorJwt, systemAccount, accounts }: OperatorFixture): string {
  const preload = Object.entries(accounts).map(([account, jwt]) => `${account}: ${jwt}`);
  return `
    operator: ${operatorJwt}
    system_account: ${systemAccount}
    resolver: MEMORY
    resolver_preload { ${preload.join('\n')} }
  `;
}

function configurationOf(
  name: string,
  folder: string,
  { port, routes = [], auth = '' }: ClusterOptions,
): string {
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
    ${auth}
  `;
}
