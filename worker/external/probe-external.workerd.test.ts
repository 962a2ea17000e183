// What a look makes of somebody else's server, told by what is at the other end of a WebSocket.

import { expect, test } from 'vitest';
import { type ExternalRegion, externalRegions } from '../../regions/config.ts';
import { externalRegion } from '../../test/support/data/external-region.ts';
import { configOf, region } from '../../test/support/data/sample-config.ts';
import type { ExternalMeans } from './dial-external.ts';
import { ExternalLooks } from './external-status.ts';
import { probeExternal } from './probe-external.ts';

const INFO = 'INFO {"version":"2.15.1","ldm":false}\r\n';

function office(more: Readonly<Record<string, unknown>> = {}): ExternalRegion {
  const [found] = externalRegions(configOf([region('weur'), externalRegion(more)]));
  if (found === undefined) throw new Error('there is one');
  return found;
}

interface Fake extends ExternalMeans {
  readonly asked: { readonly url: string; readonly init: RequestInit }[];
}

/** @param behave what the server does with the connection */
function serverThat(behave: (socket: WebSocket) => void): Fake {
  return answering(() => {
    const { 0: client, 1: server } = new WebSocketPair();
    server.accept();
    server.addEventListener('close', ({ code }) => {
      if (server.readyState !== WebSocket.CLOSED) server.close(code);
    });
    behave(server);
    return new Response(null, { status: 101, webSocket: client, headers: { 'set-cookie': 'a=b' } });
  });
}

function say(socket: WebSocket, ...lines: readonly string[]): WebSocket {
  for (const line of lines) socket.send(line);
  return socket;
}

function answering(answer: () => Response | Promise<Response>): Fake {
  const asked: { url: string; init: RequestInit }[] = [];
  return {
    asked,
    secretOf: () => undefined,
    fetch: async (url, init) => {
      asked.push({ url, init });
      return answer();
    },
  };
}

test('one that says INFO and stays takes clients', async () => {
  const server = serverThat((socket) => socket.send(INFO));
  expect(await probeExternal(office(), server)).toMatchObject({ version: '2.15.1', isLameDuck: false });
  expect(server.asked).toMatchObject([{ url: 'https://nats.example.com', init: { redirect: 'manual' } }]);
});

test('INFO may come as bytes', async () => {
  const server = serverThat((socket) => socket.send(new TextEncoder().encode(INFO)));
  expect(await probeExternal(office(), server)).toMatchObject({ version: '2.15.1' });
});

test.each<[string, Fake, RegExp]>([
  [
    'closes after INFO',
    serverThat((socket) => say(socket, INFO).close(1008, 'full')),
    /closes after INFO \(1008 full\)/,
  ],
  [
    'refuses after INFO',
    serverThat((socket) => say(socket, INFO, "-ERR 'maximum connections exceeded'\r\n")),
    /closes after INFO: -ERR 'maximum connections exceeded'/,
  ],
  ['closes before INFO', serverThat((socket) => socket.close(1011)), /closes before it says INFO \(1011\)/],
  ['is another kind of server', serverThat((socket) => socket.send('hello')), /no NATS server/],
  ['says nothing', serverThat(() => {}), /did not answer within 2500 ms/],
  ['is a web server', answering(() => new Response('hi')), /answered 200 in place of 101/],
  [
    'redirects',
    answering(() => Response.redirect('https://elsewhere.example.com/', 302)),
    /redirects, which is not followed/,
  ],
  ['does not know the secret', answering(() => new Response('no', { status: 401 })), /401/],
  [
    'is not there',
    answering(() => Promise.reject(new Error('Network connection lost.'))),
    /nothing takes connections/,
  ],
  [
    'has a bad certificate',
    answering(() => Promise.reject(new Error('internal error; reference = x'))),
    /certificate/,
  ],
])('one that %s is told in words', async (_what, server, words) => {
  await expect(probeExternal(office(), server)).rejects.toThrow(words);
});

test('one that asks for TLS where its address has none is told in words', async () => {
  const server = serverThat((socket) => socket.send('INFO {"tls_required":true}\r\n'));
  await expect(probeExternal(office({ url: 'ws://127.0.0.1:1' }), server)).rejects.toThrow(/asks for TLS/);
  expect(await probeExternal(office(), server)).toMatchObject({ needsTls: true });
});

test('a secret that is missing is told without asking anybody', async () => {
  const server = serverThat((socket) => socket.send(INFO));
  const secret = 'MERIDIAN_EXTERNAL_OFFICE';
  await expect(probeExternal(office({ secret }), server)).rejects.toThrow(/its secret is not set/);
  expect(server.asked).toEqual([]);
});

test('its state, since when, and what nobody can know', async () => {
  let now = 1_000;
  let isUp = true;
  const server = serverThat((socket) => (isUp ? socket.send(INFO) : socket.close(1011)));
  const looks = new ExternalLooks(() => now);
  expect(await looks.status(office(), server)).toEqual({
    ...{ region: 'office', state: 'up', since: 1_000, serverVersion: '2.15.1', tookMs: 0 },
  });
  isUp = false;
  now = 3_000;
  expect(await looks.status(office(), server)).toMatchObject({ state: 'up' });
  now = 6_001;
  expect(await looks.status(office(), server)).toMatchObject({
    ...{ state: 'unreachable', since: 6_001, problem: expect.stringContaining('closes before') },
  });
  now = 6_002;
  expect(await looks.look(office(), server)).toMatchObject({ since: 6_001 });
  // Another address is another server.
  isUp = true;
  expect(await looks.status(office({ url: 'wss://other.example.com' }), server)).toMatchObject({
    state: 'up',
  });
});

test('a lame duck takes no new clients', async () => {
  const server = serverThat((socket) => socket.send('INFO {"ldm":true}\r\n'));
  expect(await new ExternalLooks().status(office(), server)).toMatchObject({ state: 'draining' });
});
