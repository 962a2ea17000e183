// The route of the system account's own, between real nats-servers, with the mesh that makes it.

import { connect } from 'cloudflare:sockets';
import { env } from 'cloudflare:workers';
import { afterEach, describe, expect, inject, test } from 'vitest';
import { LINK_TRANSPORTS } from '../../api/states.ts';
import { eventually } from '../../test/support/workerd/eventually.ts';
import { NatsClient } from '../../test/support/workerd/nats-client.ts';
import { type NatsServer, routesOf } from '../../test/support/workerd/nats-servers.ts';
import type { RouteCompression } from './route-compression.ts';
import { type Splice, splice } from './splice.ts';

const [first, second] = inject('pooledServers');
const [unpooled] = inject('natsServers');

const HANDSHAKE_TIMEOUT_MS = 5_000;
const SYSTEM = '$SYS';

const spliced: Splice[] = [];
let asleep: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const { close } of spliced.splice(0)) close();
  await Promise.all(asleep.map((sleep) => sleep()));
  asleep = [];
  await eventually('the servers to have no route', async () => {
    const routes = await Promise.all([first, second, unpooled].map(routesOf));
    return routes.flat().length === 0;
  });
});

describe('a splice', () => {
  test.each(['off', 's2_fast'] as const)('of two such servers is two routes: %s', async (compression) => {
    const bulk = await spliceOf(first, second, { compression });
    expect(bulk.needsSystemRoute).toBe(true);
    await spliceOf(first, second, { compression, account: SYSTEM });
    for (const server of [first, second]) await bothRoutesOf(server);
    expect((await routesOf(second)).map((route) => route.compression)).toEqual([compression, compression]);
    await messagesPass(first, second);
  });

  test('of such a server and one that has a single route needs no second one', async () => {
    const made = await spliceOf(first, unpooled, {});
    expect(made.needsSystemRoute).toBe(false);
    await messagesPass(first, unpooled);
    // It is for the system account as well.
    await eventually('what servers say of themselves', async () => {
      const [route] = await routesOf(first);
      return route?.account === undefined && (await hearsSystem(first));
    });
  });
});

describe.each(LINK_TRANSPORTS)('a link over %s', (transport) => {
  test('is both routes, and both again when one of them is cut', async () => {
    const [aa, bb] = nodes();
    const wake = (node: Node, server: NatsServer) =>
      node.stub.wake({
        region: node.region,
        regions: [aa.region, bb.region],
        routePort: server.routePort,
        transport,
      });
    await wake(aa, first);
    await wake(bb, second);
    const before = await bothRoutesOf(first);
    expect(await aa.stub.reports()).toMatchObject([{ state: 'up', remoteServerId: second.id, transport }]);
    await messagesPass(first, second);

    await bb.stub.cutOneIncoming();

    await eventually('both routes to be others', async () => {
      const now = await routesOf(first);
      const old = new Set(before.map(({ rid }) => rid));
      return now.length === 2 && now.every(({ rid }) => !old.has(rid));
    });
    await bothRoutesOf(second);
    await messagesPass(second, first);
    expect(await aa.stub.reports()).toMatchObject([{ state: 'up', remade: 1 }]);
  });
});

type Node = ReturnType<typeof nodes>[number];

let round = 0;

/** Two objects that no other test has had; the first dials. */
function nodes() {
  round += 1;
  const of = (name: string) => {
    const region = `system-${round}-${name}`;
    const stub = env.MESH_NODE.getByName(region);
    asleep.push(() => stub.sleep());
    return { region, stub };
  };
  return [of('aa'), of('bb')] as const;
}

async function spliceOf(
  from: NatsServer,
  to: NatsServer,
  options: { readonly compression?: RouteCompression; readonly account?: string },
): Promise<Splice> {
  const [local, peer] = [from, to].map(({ routePort }) =>
    connect({ hostname: '127.0.0.1', port: routePort }),
  );
  if (local === undefined || peer === undefined) throw new Error('a splice has two ends');
  const made = await splice(local, peer, { handshakeTimeoutMs: HANDSHAKE_TIMEOUT_MS, ...options });
  spliced.push(made);
  return made;
}

function bothRoutesOf(server: NatsServer) {
  return eventually(`both routes of ${server.name}`, async () => {
    const routes = await routesOf(server);
    const accounts = new Set(routes.map(({ account }) => account));
    return routes.length === 2 && accounts.has(SYSTEM) && accounts.has(undefined) && routes;
  });
}

/** Whether a server knows of its peer's subscriptions of the system account. */
async function hearsSystem({ monitorPort }: NatsServer): Promise<boolean> {
  const response = await fetch(`http://127.0.0.1:${monitorPort}/routez?subs=1`);
  return (await response.text()).includes('$SYS.');
}

async function messagesPass(from: NatsServer, to: NatsServer): Promise<void> {
  const [sender, receiver] = await Promise.all(
    [from, to].map(({ clientPort }) => NatsClient.open(clientPort)),
  );
  if (sender === undefined || receiver === undefined) throw new Error('there are two clients');
  await receiver.subscribe('passes');
  await eventually('interest', async () => {
    const response = await fetch(`http://127.0.0.1:${from.monitorPort}/routez?subs=1`);
    return (await response.text()).includes('"passes"');
  });
  await sender.publish('passes', 'it does');
  await receiver.received('it does');
  await Promise.all([sender.close(), receiver.close()]);
}
