// What becomes of a WebSocket that comes too late, with workerd's own responses.

import { expect, test } from 'vitest';
import { eventually } from '../../test/support/workerd/eventually.ts';
import { handOff } from './hand-off.ts';

test('a WebSocket that a region returns once another has taken the client is closed', async () => {
  const late = Promise.withResolvers<Response>();
  const { response, server } = upgradeResponse();
  const closed: number[] = [];
  server.addEventListener('close', ({ code }) => void closed.push(code));

  const { taken, leftBehind } = await handOff({
    candidates: [
      { region: 'weur', estimateMs: 10, dial: () => late.promise },
      { region: 'enam', estimateMs: 10, dial: async () => upgradeResponse().response },
    ],
    now: Date.now,
    learn: () => {},
  });
  late.resolve(response);

  expect(taken?.region).toBe('enam');
  expect(await eventually('the late WebSocket to be closed', () => closed[0])).toBe(1001);
  await leftBehind;
});

test('a WebSocket that a region returns in time stays open', async () => {
  const { response, server } = upgradeResponse();
  const closed: number[] = [];
  server.addEventListener('close', ({ code }) => void closed.push(code));
  const { taken } = await handOff({
    candidates: [{ region: 'weur', estimateMs: 10, dial: async () => response }],
    now: Date.now,
    learn: () => {},
  });
  const client = taken?.response.webSocket;
  client?.accept();
  const message = new Promise((resolve) => client?.addEventListener('message', ({ data }) => resolve(data)));
  server.send('INFO');
  expect(await message).toBe('INFO');
  expect(closed).toEqual([]);
  client?.close(1000);
});

function upgradeResponse(): { readonly response: Response; readonly server: WebSocket } {
  const { 0: client, 1: server } = new WebSocketPair();
  server.accept();
  return { response: new Response(null, { status: 101, webSocket: client }), server };
}
