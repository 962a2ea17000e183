// The mesh between Durable Objects and real nats-servers, over each transport from one object to another.

import { env } from 'cloudflare:workers';
import { afterEach, beforeEach, describe, expect, inject, test } from 'vitest';
import { LINK_TRANSPORTS } from '../../api/states.ts';
import { eventually } from '../../test/support/workerd/eventually.ts';
import type { MeshNode } from '../../test/support/workerd/mesh-node.ts';
import { NatsClient } from '../../test/support/workerd/nats-client.ts';
import { type NatsServer, routesOf } from '../../test/support/workerd/nats-servers.ts';
import type { TransportSetting } from './transport.ts';

const servers = inject('natsServers');

/** Later than any grace that reconcile gives a link. */
const LATER_MS = 60_000;

let setting: TransportSetting = 'auto';
let round = 0;
let nodes: readonly Node[] = [];

afterEach(async () => {
  await Promise.all(nodes.map(({ stub }) => stub.sleep()));
  await eventually('the servers to have no route', async () => (await routeCount()) === 0);
});

describe.each(LINK_TRANSPORTS)('over %s', (transport) => {
  beforeEach(() => {
    setting = transport;
  });

  test('regions that wake one after the other become one full mesh', async () => {
    const [aa, bb, cc] = makeNodes();
    await wake(cc);
    await wake(bb);
    await wake(aa);
    await fullMesh();
    for (const { server } of [aa, bb, cc]) {
      const others = servers.filter(({ id }) => id !== server.id).map(({ id }) => id);
      const routes = await routesOf(server);
      expect(routes.map(({ remote_id }) => remote_id).toSorted()).toEqual(others.toSorted());
      expect(routes.every(({ did_solicit }) => !did_solicit)).toBe(true);
    }
  });

  test('of each pair one side dials, and reports the link', async () => {
    const [aa, bb, cc] = makeNodes();
    await wake(aa, bb, cc);
    await fullMesh();
    const reported = async (node: Node) =>
      (await node.stub.reports()).map(({ peer, state, remoteServerId }) => ({ peer, state, remoteServerId }));
    expect(await reported(aa)).toEqual([{ peer: bb.region, state: 'up', remoteServerId: bb.server.id }]);
    expect(await reported(bb)).toEqual([{ peer: cc.region, state: 'up', remoteServerId: cc.server.id }]);
    expect(await reported(cc)).toEqual([{ peer: aa.region, state: 'up', remoteServerId: aa.server.id }]);
  });

  test('a message reaches subscribers in every region', async () => {
    const [aa, bb, cc] = makeNodes();
    await wake(aa, bb, cc);
    await fullMesh();
    const [publisher, ...subscribers] = await Promise.all(
      [bb, aa, cc].map(({ server }) => NatsClient.open(server.clientPort)),
    );
    for (const subscriber of subscribers) await subscriber.subscribe('everywhere');
    await eventually('interest to spread', async () => {
      const response = await fetch(`http://127.0.0.1:${bb.server.monitorPort}/routez?subs=1`);
      return (await response.text()).split('"everywhere"').length - 1 === subscribers.length;
    });
    await publisher?.publish('everywhere', 'to all');
    for (const subscriber of subscribers) await subscriber.received('to all');
    await Promise.all([publisher, ...subscribers].map((client) => client?.close()));
  });

  test('a link that is cut is re-established by itself', async () => {
    const [aa, bb] = makeNodes();
    await wake(aa, bb);
    await linked(aa, bb);
    await bb.stub.cutIncoming();
    await eventually('the link to be made again', async () => (await linkOf(aa, bb))?.remade === 1);
    await linked(aa, bb);
  });

  test('a region that sleeps is dialled once, and not again until it says that it is up', async () => {
    const [aa, bb] = makeNodes();
    await wake(aa);
    await eventually('bb to count as asleep', async () => (await linkOf(aa, bb))?.state === 'asleep');
    const failures = async () =>
      (await aa.stub.failures()).filter((failure) => failure.startsWith(bb.region));
    expect(await failures()).toEqual([`${bb.region}: the route was refused: asleep`]);
    // Ending and re-establishing another link takes longer than any wait between two attempts.
    const dialled = await dials(aa, bb);
    await churn(aa);
    expect(await dials(aa, bb)).toBe(dialled);

    await wake(bb);

    await linked(aa, bb);
    expect(await dials(aa, bb)).toBe(dialled + 1);
  });

  test('a region that goes to sleep while it is linked is dialled no more after its refusal', async () => {
    const [aa, bb] = makeNodes();
    await wake(aa, bb);
    await linked(aa, bb);
    await bb.stub.sleep();
    await eventually('bb to count as asleep', async () => (await linkOf(aa, bb))?.state === 'asleep');
    expect(await routesOf(aa.server)).toEqual([]);
  });

  test('a region whose own server goes drops its links for good', async () => {
    const [aa, bb] = makeNodes();
    await wake(aa, bb);
    await linked(aa, bb);
    await aa.stub.sleep();
    await eventually('the routes to go', async () => (await routeCount()) === 0);
    expect(await aa.stub.reports()).toEqual([]);
  });

  test('a link that the server knows nothing of is broken and re-established by reconcile', async () => {
    const [aa, bb] = makeNodes();
    await wake(aa, bb);
    await linked(aa, bb);
    await aa.stub.reconcile([], LATER_MS);
    await eventually('the link to be made again', async () => (await linkOf(aa, bb))?.remade === 1);
    await linked(aa, bb);
  });

  test('reconcile leaves a link alone that the server knows', async () => {
    const [aa, bb] = makeNodes();
    await wake(aa, bb);
    await linked(aa, bb);
    const dialled = await dials(aa, bb);
    await aa.stub.reconcile([bb.server.id], LATER_MS);
    await linked(aa, bb);
    expect(await dials(aa, bb)).toBe(dialled);
  });

  test('an announcement that was lost is made up for by reconcile', async () => {
    const [aa, bb] = makeNodes();
    await wake(aa);
    await eventually('bb to count as asleep', async () => (await linkOf(aa, bb))?.state === 'asleep');
    // As if no peer dialled bb: it does not know which to notify.
    await bb.stub.wake({
      region: bb.region,
      regions: [bb.region],
      routePort: bb.server.routePort,
      transport: setting,
    });
    expect((await linkOf(aa, bb))?.state).toBe('asleep');
    await aa.stub.reconcile([], 0);
    await linked(aa, bb);
  });
});

describe('over either', () => {
  beforeEach(() => {
    setting = 'auto';
  });

  test('a link goes over connect() where that works', async () => {
    const [aa, bb] = makeNodes();
    await wake(aa, bb);
    await linked(aa, bb);
    expect((await linkOf(aa, bb))?.transport).toBe('connect');
  });

  test.each(['refused', 'ends', 'breaks', 'hangs'] as const)(
    'a link goes over RPC where connect() %s, and carries messages',
    async (fault) => {
      const [aa, bb] = makeNodes();
      await bb.stub.breakTransport('connect', fault);
      await wake(aa, bb);
      await eventually('the link over RPC', async () => {
        const link = await linkOf(aa, bb);
        return link?.transport === 'rpc' && link.state === 'up';
      });
      await linked(aa, bb);
      await carries(aa, bb);
    },
  );

  test('a link whose both transports fail comes up as soon as one of them works', async () => {
    const [aa, bb] = makeNodes();
    await bb.stub.breakTransport('connect', 'ends');
    await bb.stub.breakTransport('rpc', 'refused');
    await wake(aa, bb);
    const failures = () => aa.stub.failures();
    await eventually(
      'both to fail',
      async () => (await failures()).filter((one) => one.startsWith(bb.region)).length >= 2,
    );
    expect(await routesOf(aa.server)).toEqual([]);
    await bb.stub.breakTransport('rpc', undefined);
    await linked(aa, bb);
    expect((await linkOf(aa, bb))?.transport).toBe('rpc');
  });
});

test('an edit of the setting makes the links again, from one mode to another and back', async () => {
  const [aa, bb] = makeNodes();
  await wake(aa, bb);
  for (const mode of ['s2_fast', 's2_best', 'off'] as const) {
    await aa.stub.compress(mode);
    await eventually(`the route to be ${mode}`, async () => {
      const [route] = await routesOf(bb.server);
      return route?.compression === mode;
    });
    await linked(aa, bb);
    expect(await linkOf(aa, bb)).toMatchObject({ state: 'up', compression: mode });
  }
});

test('over something that garbles what is compressed a link does without, after four attempts, and says why', async () => {
  setting = 'connect';
  const [aa, bb] = makeNodes();
  await bb.stub.breakTransport('connect', 'garbles');
  await aa.stub.compress('s2_fast');
  await wake(aa, bb);
  await eventually('a link without', async () => (await linkOf(aa, bb))?.compression === 'off');
  await linked(aa, bb);
  expect((await linkOf(aa, bb))?.plainBecause).toMatch(/^it failed with compression 4 times: the link ended/);
  await carries(aa, bb);
});

describe('over RPC', () => {
  beforeEach(() => {
    setting = 'rpc';
  });

  test.each(['ends', 'breaks', 'hangs', 'refused'] as const)(
    'a link whose call %s is made again',
    async (fault) => {
      const [aa, bb] = makeNodes();
      await bb.stub.breakTransport('rpc', fault);
      await wake(aa, bb);
      await eventually('a second try', async () => (await dials(aa, bb)) >= 2);
      await bb.stub.breakTransport('rpc', undefined);
      await linked(aa, bb);
      await carries(aa, bb);
    },
  );

  test('a link whose far object is reset is made again', async () => {
    const [aa, bb] = makeNodes();
    await wake(aa, bb);
    await linked(aa, bb);
    await bb.stub.reset().catch(() => {});
    await eventually('the link to end', async () => (await linkOf(aa, bb))?.state !== 'up');
    await wake(bb);
    await linked(aa, bb);
    await carries(aa, bb);
  });
});

interface Node {
  readonly region: string;
  readonly server: NatsServer;
  readonly stub: DurableObjectStub<MeshNode>;
}

/** Three regions, with objects that no other test has used. */
function makeNodes(): readonly [Node, Node, Node] {
  round += 1;
  const node = (name: string, server: NatsServer): Node => {
    const region = `${name}-${round}`;
    return {
      region,
      server,
      // A stub is of no use any more once its object was reset.
      get stub() {
        return env.MESH_NODE.getByName(region);
      },
    };
  };
  const made = [node('aa', servers[0]), node('bb', servers[1]), node('cc', servers[2])] as const;
  nodes = made;
  return made;
}

async function wake(...woken: readonly Node[]): Promise<void> {
  const regions = nodes.map(({ region }) => region);
  for (const { region, server, stub } of woken) {
    await stub.wake({ region, regions, routePort: server.routePort, transport: setting });
  }
}

async function linkOf(from: Node, to: Node) {
  return (await from.stub.reports()).find(({ peer }) => peer === to.region);
}

async function dials(from: Node, to: Node): Promise<number> {
  return (await from.stub.dials()).filter((peer) => peer === to.region).length;
}

/** Resolves when both servers see the link, and its dialling side too. */
async function linked(from: Node, to: Node): Promise<void> {
  await eventually(`the link ${from.region} - ${to.region}`, async () => {
    const [here, there, link] = await Promise.all([
      routesOf(from.server),
      routesOf(to.server),
      linkOf(from, to),
    ]);
    return (
      link?.state === 'up' &&
      here.some(({ remote_id }) => remote_id === to.server.id) &&
      there.some(({ remote_id }) => remote_id === from.server.id)
    );
  });
}

/** Messages pass both ways, and as many as there are. */
async function carries(...ends: readonly [Node, Node]): Promise<void> {
  const MANY = 5;
  const both = [ends, ends.toReversed() as unknown as readonly [Node, Node]];
  for (const [from, to] of both) {
    const subject = `from.${from.region}`;
    const [publisher, subscriber] = await Promise.all(
      [from, to].map(({ server }) => NatsClient.open(server.clientPort)),
    );
    await subscriber?.subscribe(subject);
    await eventually('interest to spread', async () => {
      const response = await fetch(`http://127.0.0.1:${from.server.monitorPort}/routez?subs=1`);
      return (await response.text()).includes(`"${subject}"`);
    });
    for (let n = 1; n <= MANY; n += 1) await publisher?.publish(subject, `message ${n} of ${MANY}`);
    for (let n = 1; n <= MANY; n += 1) await subscriber?.received(`message ${n} of ${MANY}`);
    await Promise.all([publisher?.close(), subscriber?.close()]);
  }
}

/** Makes the link with cc and breaks it, twice. */
async function churn(from: Node): Promise<void> {
  const [, , cc] = nodes;
  if (cc === undefined) throw new Error('makeNodes comes first');
  await wake(cc);
  for (const remade of [1, 2]) {
    await linked(cc, from);
    await from.stub.cutIncoming();
    await eventually('the link with cc again', async () => (await linkOf(cc, from))?.remade === remade);
  }
}

async function routeCount(): Promise<number> {
  return (await Promise.all(servers.map(routesOf))).flat().length;
}

function fullMesh(): Promise<boolean> {
  const everyServerToAllOthers = servers.length * (servers.length - 1);
  return eventually('the full mesh', async () => (await routeCount()) === everyServerToAllOthers);
}
