// The splice over workerd's own sockets and real nats-servers.

import { connect } from 'cloudflare:sockets';
import { afterEach, expect, inject, test } from 'vitest';
import { eventually } from '../../test/support/workerd/eventually.ts';
import { NatsClient } from '../../test/support/workerd/nats-client.ts';
import { type NatsServer, routesOf } from '../../test/support/workerd/nats-servers.ts';
import { RouteRefusedError, refusalLine } from './route-handshake.ts';
import { answerOverRpc, channelOverRpc } from './rpc-channel.ts';
import { type ByteChannel, pump, type Splice, splice } from './splice.ts';

const [first, second] = inject('natsServers');
const odd = inject('oddServers');

/** Longer than any handshake takes, on a loaded machine too. */
const HANDSHAKE_TIMEOUT_MS = 5_000;

/** Far shorter than the time-out for a server that sends nothing. */
const SHORT_TIMEOUT_MS = 300;

const spliced: Splice[] = [];

afterEach(async () => {
  for (const { close } of spliced.splice(0)) close();
  await noRoutes();
});

test('two servers that are joined each have a route to the other that neither solicited', async () => {
  await join();
  const isPeer = ({ name, id }: NatsServer) => ({
    remote_id: id,
    remote_name: name,
    did_solicit: false,
    is_configured: false,
  });
  expect(await eventually('a route on the first', () => oneRoute(first))).toMatchObject(isPeer(second));
  expect(await eventually('a route on the second', () => oneRoute(second))).toMatchObject(isPeer(first));
});

test('the splice names the server at the far end', async () => {
  expect((await join()).remoteServerId).toBe(second.id);
});

test('a message published on either server arrives on the other', async () => {
  await join();
  await eventually('the route', () => oneRoute(second));
  const [here, there] = await Promise.all([
    NatsClient.open(first.clientPort),
    NatsClient.open(second.clientPort),
  ]);
  await here.subscribe('to.first');
  await there.subscribe('to.second');
  // A subscription reaches the other server a moment after it was made: until then nothing is sent there.
  await eventually('interest on both', async () => (await interest(first)) && (await interest(second)));

  await here.publish('to.second', 'hello second');
  await there.publish('to.first', 'hello first');

  await there.received('hello second');
  await here.received('hello first');
  await Promise.all([here.close(), there.close()]);
});

test('without a splice a message stays on its server', async () => {
  const [here, there] = await Promise.all([
    NatsClient.open(first.clientPort),
    NatsClient.open(second.clientPort),
  ]);
  await there.subscribe('to.second');
  expect(await interest(first)).toBe(false);
  await Promise.all([here.close(), there.close()]);
});

test('closing a splice ends it, and the route on both servers', async () => {
  const splice = await join();
  await eventually('the route on the first', () => oneRoute(first));
  await eventually('the route on the second', () => oneRoute(second));
  splice.close();
  await splice.ended;
  await noRoutes();
});

test('a splice whose one side is closed by its server ends by itself', async () => {
  await join();
  await eventually('the route', () => oneRoute(second));
  // A second route between the same servers is a duplicate: they close it.
  const duplicate = await join();
  await duplicate.ended;
});

test('two servers that take a route for themselves are not joined', async () => {
  // A server closes a route that claims its own id.
  const splice = await spliceOf(dial(first.routePort), dial(first.routePort));
  await splice.ended;
  expect(await routesOf(first)).toEqual([]);
});

test('a refusal of the peer is thrown with its reason, and the connection to the own server is closed', async () => {
  const failure = splice(dial(odd.observed), channelThatSays(refusalLine('asleep')), {
    handshakeTimeoutMs: HANDSHAKE_TIMEOUT_MS,
  });
  await expect(failure).rejects.toThrow(RouteRefusedError);
  await expect(failure).rejects.toMatchObject({ reason: 'asleep' });
  await noneObserved();
});

test('a peer that sends something else than INFO is refused, and the connection to the own server is closed', async () => {
  const failure = splice(dial(odd.observed), channelThatSays('HTTP/1.1 400 Bad Request\r\n'), {
    handshakeTimeoutMs: HANDSHAKE_TIMEOUT_MS,
  });
  await expect(failure).rejects.toThrow('expected INFO on the route port');
  await noneObserved();
});

test('a peer that ends before it said anything is an error', async () => {
  await expect(
    splice(dial(odd.observed), channelThatSays(''), { handshakeTimeoutMs: HANDSHAKE_TIMEOUT_MS }),
  ).rejects.toThrow('ended before its first line');
  await noneObserved();
});

test('a port that nobody listens on is an error', async () => {
  // Port 9, discard: where RFC 863's service runs, nothing ever answers either.
  await expect(
    splice(dial(odd.observed), dial(9), { handshakeTimeoutMs: HANDSHAKE_TIMEOUT_MS }),
  ).rejects.toThrow();
  await noneObserved();
});

test('a server that says nothing fails the handshake in time', async () => {
  const started = Date.now();
  await expect(
    splice(dial(odd.observed), dial(odd.silent), { handshakeTimeoutMs: SHORT_TIMEOUT_MS }),
  ).rejects.toThrow();
  expect(Date.now() - started).toBeGreaterThanOrEqual(SHORT_TIMEOUT_MS - 50);
  expect(Date.now() - started).toBeLessThan(HANDSHAKE_TIMEOUT_MS);
  await noneObserved();
});

test('a call that never sends anything fails the handshake in time', async () => {
  const peer = await channelOverRpc(async () => new IdentityTransformStream().readable);
  await expect(splice(dial(odd.observed), peer, { handshakeTimeoutMs: SHORT_TIMEOUT_MS })).rejects.toThrow();
  await noneObserved();
});

test('a call whose other side reads nothing fails the handshake in time', async () => {
  const peer = await channelOverRpc(async () => channelThatSays(`INFO {"server_id":"NPEER"}\r\n`).readable);
  await expect(
    splice(dial(first.routePort), peer, { handshakeTimeoutMs: SHORT_TIMEOUT_MS }),
  ).rejects.toThrow();
});

test('a call that answers with an end is an error', async () => {
  const peer = await channelOverRpc(async () => channelThatSays('').readable);
  await expect(
    splice(dial(odd.observed), peer, { handshakeTimeoutMs: HANDSHAKE_TIMEOUT_MS }),
  ).rejects.toThrow('ended before');
  await noneObserved();
});

test('a call that is refused leaves nothing of the connection', async () => {
  let given: ReadableStream<Uint8Array> | undefined;
  const refused = channelOverRpc(async (fromCaller) => {
    given = fromCaller;
    throw new Error('the object was reset');
  });
  await expect(refused).rejects.toThrow('the object was reset');
  await expect(given?.getReader().read()).rejects.toThrow();
});

test('what serves a call and fails ends it', async () => {
  const peer = await channelOverRpc(async (fromCaller) =>
    answerOverRpc(fromCaller, () => Promise.reject(new Error('no container'))),
  );
  await expect(
    splice(dial(odd.observed), peer, { handshakeTimeoutMs: HANDSHAKE_TIMEOUT_MS }),
  ).rejects.toThrow('ended before');
  await noneObserved();
});

test('a pump that is stopped closes both of its connections', async () => {
  const stop = new AbortController();
  const pumping = pump(dial(odd.observed), dial(odd.observed), stop);
  await eventually('both connections', async () => (await observed()) === 2);
  stop.abort();
  await pumping;
  await noneObserved();
});

async function join(): Promise<Splice> {
  return spliceOf(dial(first.routePort), dial(second.routePort));
}

async function spliceOf(local: ByteChannel, peer: ByteChannel): Promise<Splice> {
  const made = await splice(local, peer, { handshakeTimeoutMs: HANDSHAKE_TIMEOUT_MS });
  spliced.push(made);
  return made;
}

function dial(port: number): Socket {
  return connect({ hostname: '127.0.0.1', port });
}

/** The one route of a server; a second link would be a bug. */
async function oneRoute(server: NatsServer) {
  const [route, ...more] = await routesOf(server);
  expect(more).toEqual([]);
  return route;
}

function noRoutes(): Promise<boolean> {
  return eventually('both servers to have no route', async () => {
    const routes = await Promise.all([routesOf(first), routesOf(second)]);
    return routes.flat().length === 0;
  });
}

/** Whether a server knows of a subscription, to `to.>`, of its peer. */
async function interest({ monitorPort }: NatsServer): Promise<boolean> {
  const response = await fetch(`http://127.0.0.1:${monitorPort}/routez?subs=1`);
  return (await response.text()).includes('"to.');
}

async function observed(): Promise<number> {
  return Number(await (await fetch(`http://127.0.0.1:${odd.observedCount}/`)).text());
}

function noneObserved(): Promise<boolean> {
  return eventually('the connections to be closed', async () => (await observed()) === 0);
}

/** The far end of a connection that sends one line and then nothing. */
function channelThatSays(text: string): ByteChannel {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const writer = writable.getWriter();
  void writer.write(new TextEncoder().encode(text)).catch(() => {});
  void writer.close().catch(() => {});
  return { readable, writable: new WritableStream(), close: async () => {} };
}
