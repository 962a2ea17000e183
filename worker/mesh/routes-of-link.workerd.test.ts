// Links of several routes, between real nats-servers, with the mesh that makes them: the system account's own, and those of a pool.

import { connect } from 'cloudflare:sockets';
import { env } from 'cloudflare:workers';
import { afterEach, describe, expect, inject, test } from 'vitest';
import { LINK_TRANSPORTS, type LinkTransport } from '../../api/states.ts';
import { eventually } from '../../test/support/workerd/eventually.ts';
import { NatsClient } from '../../test/support/workerd/nats-client.ts';
import { ACCOUNTS, type NatsServer, routesOf } from '../../test/support/workerd/nats-servers.ts';
import type { RouteCompression } from './route-compression.ts';
import type { RouteShare } from './route-handshake.ts';
import { type Splice, splice } from './splice.ts';

const {
  ofOne: [first, second],
  ofThree: [third, fourth],
} = inject('pooledServers');
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
    const routes = await Promise.all([first, second, third, fourth, unpooled].map(routesOf));
    return routes.flat().length === 0;
  });
});

describe('a splice', () => {
  test.each(['off', 's2_fast'] as const)('of two such servers is two routes: %s', async (compression) => {
    const bulk = await spliceOf(first, second, { compression });
    expect(bulk.poolSize).toBe(1);
    await spliceOf(first, second, { compression, share: { account: SYSTEM } });
    for (const server of [first, second]) await bothRoutesOf(server);
    expect((await routesOf(second)).map((route) => route.compression)).toEqual([compression, compression]);
    await messagesPass(first, second);
  });

  test('of such a server and one that has a single route needs no second one', async () => {
    const made = await spliceOf(first, unpooled, {});
    expect(made.poolSize).toBe(0);
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
    await wake(aa, first, bb, transport);
    await wake(bb, second, aa, transport);
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

describe.each([
  ['of three', third, fourth],
  ['of one and of three', first, third],
  ['of three and of one', fourth, second],
] as const)('a link of servers with pools %s', (_, one, other) => {
  test.each(['off', 's2_fast'] as const)(
    'is four routes, and each account has one of them: %s',
    async (compression) => {
      const [aa, bb] = nodes();
      await aa.stub.compress(compression);
      await wake(aa, one, bb);
      await wake(bb, other, aa);
      for (const server of [one, other]) {
        const routes = await eventually(`four routes of ${server.name}`, async () => {
          const found = await routesOf(server);
          return found.length === 4 && found;
        });
        expect(routes.filter(({ account }) => account === SYSTEM)).toHaveLength(1);
        expect(new Set(routes.map((route) => route.compression))).toEqual(new Set([compression]));
      }
      for (const account of ACCOUNTS) {
        await messagesPass(one, other, account);
        await messagesPass(other, one, account);
      }
    },
  );
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

function wake(node: Node, { routePort }: NatsServer, peer: Node, transport: LinkTransport = 'connect') {
  const regions = [node.region, peer.region].sort();
  return node.stub.wake({ region: node.region, regions, routePort, transport });
}

async function spliceOf(
  from: NatsServer,
  to: NatsServer,
  options: { readonly compression?: RouteCompression; readonly share?: RouteShare },
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

async function messagesPass(from: NatsServer, to: NatsServer, account?: string): Promise<void> {
  const [sender, receiver] = await Promise.all(
    [from, to].map(({ clientPort }) => NatsClient.open(clientPort, account)),
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
