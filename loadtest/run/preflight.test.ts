import { createServer } from 'node:http';
import type { Duplex } from 'node:stream';
import { afterEach, expect, test } from 'vitest';
import { closeServer, listenOnLoopback } from '../../local/listen.ts';
import { EXIT } from './loadtest-error.ts';
import { checkTarget } from './preflight.ts';
import { parseRegions } from './target-regions.ts';

let stop: (() => Promise<void>) | undefined;

afterEach(async () => {
  await stop?.();
  stop = undefined;
});

async function answering(status: number): Promise<string> {
  const server = createServer((_request, response) => response.writeHead(status).end());
  const port = await listenOnLoopback(server);
  stop = () => closeServer(server);
  return `http://127.0.0.1:${port}`;
}

test('a port where nobody listens is a target that is down', async () => {
  const url = await answering(200);
  await stop?.();
  await expect(checkTarget(url, {})).rejects.toMatchObject({
    exitCode: EXIT.targetDown,
    message: expect.stringContaining(`nothing answers at ${url}`),
  });
});

test('one that takes connections and says nothing is told while it is waited for, and given up', async () => {
  const server = createServer(() => {});
  const port = await listenOnLoopback(server);
  stop = () => closeServer(server);
  const url = `http://127.0.0.1:${port}`;
  const said: string[] = [];
  await expect(
    checkTarget(url, {}, { say: (step) => said.push(step), patience: { edgeMs: 500, silentMs: 20 } }),
  ).rejects.toMatchObject({ exitCode: EXIT.targetDown });
  expect(said).toEqual([`waiting for ${url} to answer`]);
});

test.each([
  [503, EXIT.targetDown, 'no region can serve'],
  [404, EXIT.targetDown, 'Is it Meridian?'],
  [401, EXIT.refused, 'answers 401'],
  [403, EXIT.refused, '403'],
  [451, EXIT.targetDown, 'may not serve from here'],
])('a target that answers %d to /health ends with %d', async (status, exitCode, message) => {
  await expect(checkTarget(await answering(status), {})).rejects.toMatchObject({
    exitCode,
    message: expect.stringContaining(message),
  });
});

/** Answers as Meridian does, with these regions, and does something else to an upgrade. */
async function healthy(
  upgrade: ((socket: Duplex) => void) | undefined,
  regions: readonly object[] = [
    { id: 'weur', enabled: true },
    { id: 'oc', enabled: false },
  ],
): Promise<string> {
  const server = createServer(({ url }, response) =>
    url === '/nats'
      ? response.writeHead(404).end('nothing here')
      : response.end(JSON.stringify({ ok: true, regions: url === '/health' ? ['weur'] : regions })),
  );
  if (upgrade !== undefined) server.on('upgrade', (_request, socket) => upgrade(socket));
  const port = await listenOnLoopback(server);
  stop = async () => {
    server.closeAllConnections();
    server.close();
  };
  return `http://127.0.0.1:${port}`;
}

const SWITCH = 'HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: Upgrade\r\n\r\n';

/** A whole answer of HTTP, with the words of one of Meridian's errors. */
function refusal(status: number, message: string): (socket: Duplex) => void {
  const body = JSON.stringify({ error: { code: 'x', message } });
  return (socket) =>
    socket.end(`HTTP/1.1 ${status} No\r\nconnection: close\r\ncontent-length: ${body.length}\r\n\r\n${body}`);
}

test.each<[string, (socket: Duplex) => void, number, string]>([
  [
    'refuses with 503',
    refusal(503, 'no region can take it'),
    EXIT.targetDown,
    'with 503: no region can take it.',
  ],
  ['refuses with 401', refusal(401, 'who are you'), EXIT.refused, 'with 401: who are you.'],
  [
    'refuses with 451',
    refusal(451, 'not from there'),
    EXIT.targetDown,
    'No region may serve a client that is here',
  ],
  [
    'closes before it answers',
    (socket) => socket.destroy(),
    EXIT.targetDown,
    'does not answer to an upgrade',
  ],
  ['closes at once', (socket) => socket.end(SWITCH), EXIT.targetDown, 'closes its connection at once'],
  [
    'answers something else',
    (socket) => socket.write(`${SWITCH}Hello, I am an echo service...`),
    EXIT.targetDown,
    'Hello, I am an echo service',
  ],
  [
    'answers no HTTP',
    (socket) => socket.end('220 mail ESMTP\r\n'),
    EXIT.targetDown,
    'does not answer to an upgrade',
  ],
])('a target that %s is named as such', async (_what, upgrade, exitCode, words) => {
  await expect(checkTarget(await healthy(upgrade), {})).rejects.toMatchObject({
    exitCode,
    message: expect.stringContaining(words),
  });
});

test('a server that knows no upgrades is named with its answer', async () => {
  await expect(checkTarget(await healthy(undefined), {})).rejects.toThrow(
    'refuses clients with 404: nothing here',
  );
});

test('a healthy server that is not Meridian is named as such', async () => {
  await expect(checkTarget(await answering(200), {})).rejects.toMatchObject({
    exitCode: EXIT.targetDown,
    message: expect.stringContaining('not as Meridian does'),
  });
});

test('a region that the target does not have is refused with the nearest', async () => {
  const url = await healthy((socket) => socket.destroy());
  await expect(checkTarget(url, {}, { regions: ['weru'] })).rejects.toThrow(
    'no region "weru"; did you mean weur? It has: weur',
  );
  await expect(checkTarget(url, {}, { regions: ['oc'] })).rejects.toThrow('no region "oc". It has: weur');
});

test('a target that shows its regions only to those with a token says so, and is asked with it', async () => {
  const server = createServer(({ url: path, headers }, response) => {
    if (path === '/health') response.end(JSON.stringify({ ok: true, regions: ['weur'] }));
    else if (headers.authorization !== 'Bearer right') response.writeHead(401).end('{}');
    else response.end(JSON.stringify({ regions: [{ id: 'weur' }] }));
  });
  const port = await listenOnLoopback(server);
  stop = () => closeServer(server);
  const url = `http://127.0.0.1:${port}`;
  const refused = (message: string) => ({
    exitCode: EXIT.refused,
    message: expect.stringContaining(message),
  });
  await expect(checkTarget(url, {})).rejects.toMatchObject(refused('put one into MERIDIAN_TOKEN'));
  await expect(checkTarget(url, {}, { token: 'wrong' })).rejects.toMatchObject(refused('is not its own'));
  // It gets as far as the upgrade, for which the token is not.
  await expect(checkTarget(url, {}, { token: 'right' })).rejects.toThrow('/nats refuses clients with 401');
});

test('a target without a region is refused', async () => {
  const url = await healthy((socket) => socket.destroy(), [{ id: 'oc', enabled: false }]);
  await expect(checkTarget(url, {})).rejects.toThrow('no region that is enabled');
});

test.each(['', ',', ' , '])('%j names no region', (text) => {
  expect(() => parseRegions(text)).toThrow('--regions names no region');
});

test('a region that is named twice would be measured twice', () => {
  expect(() => parseRegions('weur, oc,weur')).toThrow('--regions names weur twice');
});
