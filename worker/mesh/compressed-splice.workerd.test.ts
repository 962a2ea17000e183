// Compressed routes over workerd's own sockets and real nats-servers.

import { connect } from 'cloudflare:sockets';
import { afterEach, expect, inject, test } from 'vitest';
import { eventually } from '../../test/support/workerd/eventually.ts';
import { NatsClient } from '../../test/support/workerd/nats-client.ts';
import { type NatsServer, routesOf } from '../../test/support/workerd/nats-servers.ts';
import { CompressionFailedError } from './compressed-handshake.ts';
import type { RouteCompression } from './route-compression.ts';
import { type ByteChannel, type Splice, splice } from './splice.ts';

const [first, second] = inject('natsServers');
const odd = inject('oddServers');

const HANDSHAKE_TIMEOUT_MS = 5_000;
const SHORT_TIMEOUT_MS = 300;

/** Text that compresses, and more of it than one chunk of S2 or one read has. */
const TEXT = '{"region":"weur","clients":17,"state":"up"} '.repeat(5_000);

const spliced: Splice[] = [];

afterEach(async () => {
  for (const { close } of spliced.splice(0)) close();
  await eventually('both servers to have no route', async () => {
    const routes = await Promise.all([routesOf(first), routesOf(second)]);
    return routes.flat().length === 0;
  });
});

test.each(['s2_fast', 's2_better', 's2_best', 'off'] as const)(
  'both servers compress as %s, and messages pass both ways',
  async (mode) => {
    const made = await join(mode);
    expect(made.agreed).toEqual({ compression: mode });
    for (const server of [first, second])
      expect(await eventually('the route', () => oneRoute(server))).toMatchObject({
        compression: mode,
        did_solicit: false,
      });
    const clients = await Promise.all([first, second].map(({ clientPort }) => NatsClient.open(clientPort)));
    const [here, there] = clients as [NatsClient, NatsClient];
    await here.subscribe('to.first');
    await there.subscribe('to.second');
    await eventually('interest on both', async () => (await interest(first)) && (await interest(second)));
    await here.publish('to.second', TEXT);
    await there.publish('to.first', TEXT);
    await Promise.all([here.received(TEXT), there.received(TEXT)]);
    await Promise.all(clients.map((client) => client.close()));
  },
);

test('a peer that does not compress is linked without, and the splice says why', async () => {
  const peer = withInfo(dial(second.routePort), (info) =>
    info.replace('"compression":"accept"', '"compression":"off"'),
  );
  const made = await spliceOf(dial(first.routePort), peer, 's2_fast');
  expect(made.agreed).toEqual({
    compression: 'off',
    plainBecause: expect.stringContaining('nats-bb is configured with'),
  });
  for (const server of [first, second])
    expect(await eventually('the route', () => oneRoute(server))).toMatchObject({ compression: 'off' });
});

test.each([
  ['garbage', '\0\u0001\u0002 nonsense', 'expected an S2 stream'],
  ['a refusal', "-ERR 'unsupported route compression mode'\r\n", 'unsupported route compression mode'],
  ['nothing more', '', 'ended, or took too long'],
])(
  'a peer that sends %s in place of the stream fails, and the own server is let go',
  async (_, after, message) => {
    const says = `INFO {"server_id":"ODD","server_name":"odd","compression":"accept"}\r\n${after}`;
    const failure = spliceOf(dial(first.routePort), channelThatSays(says), 's2_fast');
    await expect(failure).rejects.toThrow(CompressionFailedError);
    await expect(failure).rejects.toThrow(message);
  },
);

test('a peer that falls silent in the middle of the handshake fails it in time', async () => {
  const peer = withInfo(dial(odd.observed), (info) =>
    info.replace('{', '{"cluster":"test","server_name":"odd","compression":"accept",'),
  );
  const started = Date.now();
  const failure = splice(dial(first.routePort), peer, {
    handshakeTimeoutMs: SHORT_TIMEOUT_MS,
    compression: 's2_fast',
  });
  await expect(failure).rejects.toThrow(CompressionFailedError);
  expect(Date.now() - started).toBeGreaterThanOrEqual(SHORT_TIMEOUT_MS - 50);
  expect(Date.now() - started).toBeLessThan(HANDSHAKE_TIMEOUT_MS);
});

function join(mode: RouteCompression): Promise<Splice> {
  return spliceOf(dial(first.routePort), dial(second.routePort), mode);
}

async function spliceOf(
  local: ByteChannel,
  peer: ByteChannel,
  compression: RouteCompression,
): Promise<Splice> {
  const made = await splice(local, peer, { handshakeTimeoutMs: HANDSHAKE_TIMEOUT_MS, compression });
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

async function interest({ monitorPort }: NatsServer): Promise<boolean> {
  const response = await fetch(`http://127.0.0.1:${monitorPort}/routez?subs=1`);
  return (await response.text()).includes('"to.');
}

/** A connection whose first bytes, the INFO, are changed. */
function withInfo(socket: Socket, change: (info: string) => string): ByteChannel {
  let isFirst = true;
  const changing = new TransformStream<Uint8Array, Uint8Array>({
    transform(bytes, controller) {
      controller.enqueue(isFirst ? new TextEncoder().encode(change(new TextDecoder().decode(bytes))) : bytes);
      isFirst = false;
    },
  });
  return {
    readable: socket.readable.pipeThrough(changing),
    writable: socket.writable,
    close: () => socket.close(),
  };
}

/** The far end of a connection that sends this, takes what comes, and ends. */
function channelThatSays(text: string): ByteChannel {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const writer = writable.getWriter();
  void writer.write(new TextEncoder().encode(text)).catch(() => {});
  void writer.close().catch(() => {});
  return { readable, writable: new WritableStream(), close: async () => {} };
}
