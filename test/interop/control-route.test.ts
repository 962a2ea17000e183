// A real nats-server is asked by the route of its object to let go of single clients, whatever its credentials are.

import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Duplex } from 'node:stream';
import { credsAuthenticator, type NatsConnection, wsconnect } from '@nats-io/nats-core';
import { afterAll, expect, test } from 'vitest';
import { ensureNatsServer } from '../../local/binaries/nats-server.ts';
import { LOOPBACK } from '../../local/listen.ts';
import { MONITORING_PORT, ROUTE_PORT, WEBSOCKET_PORT } from '../../regions/container-ports.ts';
import { waitFor } from '../../waiting/wait-for.ts';
import { CONTROL_NAME, ControlRoute } from '../../worker/mesh/control-route.ts';
import type { ByteChannel } from '../../worker/mesh/splice.ts';
import {
  createOperatorFixture,
  credsOf,
  operatorConfiguration,
} from '../support/container/operator-fixture.ts';
import { startNatsServerProcess } from '../support/nats-server-process.ts';

const undo = new AsyncDisposableStack();
afterAll(() => undo.disposeAsync());

const operator = createOperatorFixture();
const SOON = { timeoutMs: 10_000, pollMs: 20 };

async function serverWith(name: string, auth: string, poolSize: number) {
  const folder = await mkdtemp(join(tmpdir(), 'meridian-control-'));
  undo.defer(() => rm(folder, { recursive: true, force: true }));
  const { path: program } = await ensureNatsServer();
  const configuration = `
    server_name: ${name}
    host: 127.0.0.1
    port: -1
    http: 127.0.0.1:-1
    websocket { host: 127.0.0.1, port: -1, no_tls: true }
    cluster { name: meridian, host: 127.0.0.1, port: -1, no_advertise: true, pool_size: ${poolSize}, compression: off }
    # So that a route that does not answer is dropped within the test.
    ping_interval: "1s"
    ping_max: 1
    ${auth}
  `;
  return startNatsServerProcess({ program, name, folder, configuration }, undo);
}

function dial(port: number): ByteChannel {
  const socket = connect(port, LOOPBACK);
  const { readable, writable } = Duplex.toWeb(socket);
  return {
    readable: readable as ReadableStream<Uint8Array>,
    writable: writable as WritableStream<Uint8Array>,
    close: async () => void socket.destroy(),
  };
}

/** What becomes of a client, in the words of nats.js. */
function heardBy(nats: NatsConnection): string[] {
  const heard: string[] = [];
  void (async () => {
    for await (const { type } of nats.status()) heard.push(type);
  })();
  return heard;
}

test.each([
  ['a token', 'authorization { token: "t" }', '$SYS', { token: 't' }, -1],
  // The system account has routes of its own, which this one is not.
  ['a token and a pool', 'authorization { token: "t" }', '$SYS', { token: 't' }, 1],
  [
    'users by JWT',
    operatorConfiguration(operator),
    operator.systemAccount,
    { authenticator: credsAuthenticator(new TextEncoder().encode(credsOf(operator))) },
    -1,
  ],
] as const)(
  'with %s: one client is told, another disconnected, and the third hears nothing',
  async (...row) => {
    const [name, auth, systemAccount, login, poolSize] = row;
    const { portOf } = await serverWith(`nats-${name.replaceAll(' ', '-')}`, auth, poolSize);
    const monitor = (path: string) => fetch(`http://${LOOPBACK}:${portOf(MONITORING_PORT)}/${path}`);
    const clients = await Promise.all(
      [0, 1, 2].map(() =>
        wsconnect({ ...login, servers: `ws://${LOOPBACK}:${portOf(WEBSOCKET_PORT)}`, reconnect: false }),
      ),
    );
    undo.defer(async () => void (await Promise.all(clients.map((client) => client.close()))));
    const heard = clients.map(heardBy);
    const cids = clients.map(({ info }) => info?.client_id ?? 0);
    const route = await ControlRoute.open(dial(portOf(ROUTE_PORT)), { systemAccount, timeoutMs: 5_000 });
    await route.request('LDM', cids[0] ?? 0);
    await route.request('KICK', cids[1] ?? 0);
    await waitFor('the first to be told', SOON, async () => heard[0]?.includes('ldm'));
    await waitFor('the second to be gone', SOON, async () => clients[1]?.isClosed());
    await Promise.all([clients[0]?.flush(), clients[2]?.flush()]);
    expect(heard[2]).toEqual([]);
    // It answers the server's pings, so it is still there after two intervals of them.
    const { routes } = (await (await monitor('routez')).json()) as { routes: { remote_name: string }[] };
    expect(routes.map(({ remote_name }) => remote_name)).toEqual([CONTROL_NAME]);
    const rtt = async () => {
      const answer = (await (await monitor('routez')).json()) as { routes: { rtt?: string }[] };
      return answer.routes[0]?.rtt;
    };
    await waitFor('a ping to be answered', SOON, async () => !['0s', undefined].includes(await rtt()));
    expect(route.isOpen).toBe(true);
    route.close();
    await route.ended;
    await waitFor('the server to know no route', SOON, async () => (await rtt()) === undefined);
    await expect(route.request('LDM', 1)).rejects.toThrow();
  },
);

test('what is no server is refused in time, and nothing of the connection is left', async () => {
  const { port1, port2 } = {
    port1: new TransformStream<Uint8Array>(),
    port2: new TransformStream<Uint8Array>(),
  };
  let isClosed = false;
  const silent: ByteChannel = {
    readable: port1.readable,
    writable: port2.writable,
    close: async () => {
      isClosed = true;
    },
  };
  await expect(ControlRoute.open(silent, { systemAccount: '$SYS', timeoutMs: 50 })).rejects.toThrow(
    'no INFO',
  );
  expect(isClosed).toBe(true);
});
