// What becomes of a WebSocket that comes too late, with workerd's own responses.

import { expect, test } from 'vitest';
import { eventually } from '../../test/support/workerd/eventually.ts';
import { handOff } from './hand-off.ts';

const DEADLINE_MS = 400;

test('a WebSocket that a region returns after its time is closed', async () => {
  const late = Promise.withResolvers<Response>();
  const { response, server } = upgradeResponse();
  const closed: number[] = [];
  server.addEventListener('close', ({ code }) => void closed.push(code));

  const handoff = await handOff({
    candidates: [
      { region: 'weur', dial: () => late.promise },
      { region: 'enam', dial: async () => upgradeResponse().response },
    ],
    now: Date.now,
    deadlineMs: DEADLINE_MS,
  });
  late.resolve(response);

  expect(handoff).toMatchObject({ ok: true, region: 'enam' });
  expect(await eventually('the late WebSocket to be closed', () => closed[0])).toBe(1001);
});

test('a WebSocket that a region returns in time stays open', async () => {
  const { response, server } = upgradeResponse();
  const closed: number[] = [];
  server.addEventListener('close', ({ code }) => void closed.push(code));
  const handoff = await handOff({
    candidates: [{ region: 'weur', dial: async () => response }],
    now: Date.now,
    deadlineMs: DEADLINE_MS,
  });
  const client = handoff.ok ? handoff.response.webSocket : null;
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
