// Clients of TCP, the official one for Node among them, carried to a real nats-server, or to something that refuses, hangs up
// or falls silent.

import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { type AddressInfo, connect as connectTcp } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import { REGION_HEADER } from '../../api/headers.ts';
import { closeServer, LOOPBACK, listenOnLoopback } from '../../local/listen.ts';
import { CommandProcess, temporaryFolder } from '../../test/support/command-process.ts';
import { FaultyEdge } from '../../test/support/faulty-edge.ts';
import { startLoneEdge } from '../../test/support/lone-edge.ts';
import { waitFor } from '../../waiting/wait-for.ts';
import { listen } from './listener.ts';

const TOKEN = 'a-token';
const undo = new AsyncDisposableStack();
let edge: string;
let faulty: FaultyEdge;
let ends = new AsyncDisposableStack();

beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'meridian-connect-'));
  undo.defer(() => rm(folder, { recursive: true, force: true }));
  edge = await startLoneEdge({ configuration: `authorization { token: ${TOKEN} }`, folder }, undo);
  faulty = undo.use(await FaultyEdge.before(edge));
});
afterAll(() => undo.disposeAsync());
afterEach(async () => {
  await ends.disposeAsync();
  ends = new AsyncDisposableStack();
  faulty.upgrades = 'pass';
});

/** Listens, and tells what is said of the clients. */
async function listening(
  url: string,
  { headers = {}, silenceMs }: { headers?: Readonly<Record<string, string>>; silenceMs?: number } = {},
) {
  const told: string[] = [];
  const target = { url: new URL('/nats', url.replace('http', 'ws')), headers };
  const at = { host: LOOPBACK, port: 0 };
  const tell = (client: number, what: string) => told.push(`${client} ${what}`);
  const listener = await listen({ at, target, tell, ...(silenceMs !== undefined && { silenceMs }) });
  ends.defer(() => listener.close());
  return { told, port: listener.port };
}

async function client(port: number, token = TOKEN): Promise<NatsConnection> {
  const nats = await connect({ servers: `${LOOPBACK}:${port}`, token, reconnectTimeWait: 50 });
  ends.defer(() => nats.close());
  return nats;
}

/** All that a connection is told until it is closed. */
async function heard(port: number): Promise<string> {
  const socket = connectTcp({ port, host: LOOPBACK });
  let text = '';
  socket.setEncoding('utf8').on('data', (part: string) => {
    text += part;
  });
  await once(socket, 'close');
  return text;
}

test('a client publishes and receives as at a server of this machine, large messages too, byte by byte', async () => {
  const { port, told } = await listening(edge);
  const [asks, answers] = [await client(port), await client(port)];
  answers.subscribe('echo', { callback: (_error, message) => void message.respond(message.data) });
  await answers.flush();
  const payload = Uint8Array.from({ length: 1_000_000 }, (_, n) => (n * 31) % 251);
  for (const size of [0, 1, 4_096, payload.length]) {
    const { data } = await asks.request('echo', payload.subarray(0, size), { timeout: 10_000 });
    expect(Buffer.compare(data, payload.subarray(0, size))).toBe(0);
  }
  expect(told).toEqual(['1 connected', '2 connected']);
  await asks.close();
  await waitFor('its end to be told', { timeoutMs: 5_000 }, () => told.some((line) => /^1 ended/.test(line)));
});

test("credentials are the client's own: the server refuses wrong ones", async () => {
  const { port } = await listening(edge);
  await expect(client(port, 'another')).rejects.toThrow(/authorization/i);
});

test('a client whose connection is cut connects again by itself, and keeps its subscriptions', async () => {
  const { port } = await listening(faulty.url);
  const nats = await client(port);
  const got: string[] = [];
  nats.subscribe('s', { callback: (_error, message) => void got.push(message.string()) });
  await nats.flush();
  const before = faulty.passed;
  faulty.cut();
  await waitFor('another connection', { timeoutMs: 10_000 }, () => faulty.passed > before);
  await nats.flush();
  nats.publish('s', 'after');
  await waitFor('the message', { timeoutMs: 5_000 }, () => got.includes('after'));
});

test('a client that no region takes is told why, in the words of the edge', async () => {
  const message = "region weur: it's full";
  const refuses = createServer();
  refuses.on('upgrade', (_request, socket) => {
    const body = JSON.stringify({ error: { code: 'no_region', message } });
    socket.end(`HTTP/1.1 503 no\r\ncontent-length: ${body.length}\r\nconnection: close\r\n\r\n${body}`);
  });
  const url = `http://${LOOPBACK}:${await listenOnLoopback(refuses)}`;
  ends.defer(() => closeServer(refuses));
  const { port, told } = await listening(url);
  expect(await heard(port)).toMatch(
    /^INFO \{.*\}\r\n-ERR 'the edge answers 503: region weur: it s full'\r\n$/,
  );
  expect(told).toEqual([`1 not taken: the edge answers 503: ${message}`]);
});

test('where nothing answers the client is told that too', async () => {
  const { port } = await listening(`http://${LOOPBACK}:9`);
  expect(await heard(port)).toContain(`-ERR 'ws://${LOOPBACK}:9 does not answer: `);
});

/** WebSockets that take everybody and say nothing; with these headers. */
async function silent(lines: readonly string[] = []) {
  const sockets = new WebSocketServer({ port: 0, host: LOOPBACK });
  await once(sockets, 'listening');
  ends.defer(() => new Promise<void>((resolve) => sockets.close(() => resolve())));
  sockets.on('headers', (headers) => headers.push(...lines));
  const { port } = sockets.address() as AddressInfo;
  return { sockets, url: `http://${LOOPBACK}:${port}` };
}

test('preferences go with each upgrade', async () => {
  const { sockets, url } = await silent();
  const seen: unknown[] = [];
  sockets.on('connection', (socket, { url: path, headers }) => {
    seen.push([path, headers['x-nats-prefer-region']]);
    socket.close();
  });
  const { port } = await listening(url, { headers: { 'x-nats-prefer-region': 'oc' } });
  await heard(port);
  expect(seen).toEqual([['/nats', 'oc']]);
});

test('a region that falls silent is taken to be gone', async () => {
  const { url } = await silent([`${REGION_HEADER}: weur`]);
  const { port, told } = await listening(url, { silenceMs: 50 });
  expect(await heard(port)).toBe('');
  expect(told[0]).toBe('1 taken by region weur');
  expect(told[1]).toMatch(/^1 ended after .*: the region is taken to be gone, it sent nothing for 0.05 s$/);
});

test('what is no region may be silent', async () => {
  const { sockets, url } = await silent();
  const { port, told } = await listening(url, { silenceMs: 20 });
  const connected = once(sockets, 'connection');
  const text = heard(port);
  const [socket] = (await connected) as [WebSocket];
  setTimeout(() => socket.send('late'), 200);
  setTimeout(() => socket.close(), 250);
  expect(await text).toBe('late');
  expect(told[1]).toMatch(/^1 ended after [\d.]+ s$/);
});

const COMMAND = fileURLToPath(new URL('main.ts', import.meta.url));

async function command(...args: readonly string[]): Promise<CommandProcess> {
  return ends.use(new CommandProcess(COMMAND, await temporaryFolder(), ['--url', edge, ...args]));
}

test('Ctrl-C of the command lets go of its clients and leaves nothing behind', async () => {
  const running = await command('--listen', '0');
  const [, port = ''] = await running.line(/^nats:\/\/127\.0\.0\.1:(\d+) leads to/);
  const nats = await connect({ servers: `${LOOPBACK}:${port}`, token: TOKEN, reconnect: false });
  await running.line(/^client 1 connected/);
  const gone = nats.closed();
  expect(await running.end('SIGINT')).toBe(0);
  await gone;
  expect(await running.leftovers()).toEqual([]);
});

test('an address that is taken is named, with what to do', async () => {
  const { port } = await listening(edge);
  const refused = await command('--listen', `${LOOPBACK}:${port}`);
  expect(await refused.exited).toBe(1);
  expect(refused.output).toContain(`${LOOPBACK}:${port} cannot be had: something listens there already`);
});

test.each(['4222x', 'example.com:4222', '127.0.0.1:70000', ''])(
  '--listen %j is wrong usage',
  async (address) => {
    const refused = await command('--listen', address);
    expect(await refused.exited).toBe(2);
  },
);

test('whoever listens beyond this machine is warned', async () => {
  const running = await command('--listen', '0.0.0.0:0');
  await running.line(/reached from other machines too/);
  await running.line(/leads to/);
});
