// The live map in workerd, through the Worker and its object. No region has an object here, so all are unreachable.

import { runDurableObjectAlarm } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterEach, expect, test } from 'vitest';
import type { LiveMessage } from '../../api/live.ts';
import { waitFor } from '../../waiting/wait-for.ts';
import { activeConfig } from '../config/active-config.ts';
import type { Env } from '../env.ts';
import { answer } from '../router.ts';
import { MOST_OF_A_NETWORK } from './room.ts';

const URL_OF_MAP = 'https://meridian.example/api/live';
const UPGRADE = {
  upgrade: 'websocket',
  connection: 'Upgrade',
  'sec-websocket-version': '13',
  'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
};
const ours = env as unknown as Env;

const open: WebSocket[] = [];
afterEach(() => {
  for (const socket of open.splice(0)) socket.close();
});

function ask(headers: HeadersInit): Promise<Response> {
  const background = (_name: string, work: Promise<unknown>) => void work.catch(() => {});
  return answer(new Request(URL_OF_MAP, { headers }), {
    ...activeConfig(ours),
    env: ours,
    background,
    audit: () => {},
  });
}

async function connect(hello?: string, address = '192.0.2.1') {
  const { webSocket } = await ask({ ...UPGRADE, 'cf-connecting-ip': address });
  if (webSocket === null) throw new Error('no WebSocket');
  const messages: LiveMessage[] = [];
  const closed = Promise.withResolvers<number>();
  webSocket.addEventListener('message', ({ data }) => {
    messages.push(JSON.parse(String(data)));
  });
  webSocket.addEventListener('close', ({ code }) => closed.resolve(code));
  webSocket.accept();
  open.push(webSocket);
  if (hello !== undefined) webSocket.send(hello);
  return { webSocket, messages, closed: closed.promise };
}

const first = (messages: readonly LiveMessage[]) =>
  waitFor('the first message', { timeoutMs: 10_000 }, () => messages[0]);

test('who says hello gets a snapshot of all regions', async () => {
  const { messages } = await connect('{}');
  const message = await first(messages);
  expect(message).toMatchObject({ kind: 'snapshot', level: 'public', places: [] });
  expect(message.kind === 'snapshot' && message.regions.length).toBe(
    activeConfig(ours).config.regions.length,
  );
});

test('a wrong token is refused, and closed', async () => {
  const { messages, closed } = await connect(JSON.stringify({ token: 'no-such-token-0123456789abcdef' }));
  expect(await first(messages)).toMatchObject({ kind: 'refused', code: 'unauthorized' });
  expect(await closed).toBe(1008);
});

test.each([
  ['what is no hello', 'hello', 1008],
  ['what is too long', JSON.stringify({ token: 'x'.repeat(5_000) }), 1009],
])('%s is closed', async (_, hello, code) => {
  const { closed } = await connect(hello);
  expect(await closed).toBe(code);
});

test('one network cannot shut out the others', async () => {
  const ours = await Promise.all(Array.from({ length: MOST_OF_A_NETWORK + 2 }, () => connect('{}')));
  await waitFor('all to be answered', { timeoutMs: 10_000 }, () =>
    ours.every(({ messages }) => messages.length > 0),
  );
  const refused = ours.filter(({ messages: [first] }) => first?.kind === 'refused');
  expect(refused).toHaveLength(2);
  expect(await refused[0]?.closed).toBe(1008);
  const { messages } = await connect('{}', '192.0.2.2');
  expect(await first(messages)).toMatchObject({ kind: 'snapshot' });
});

test("another site's page may not look", async () => {
  expect((await ask({ ...UPGRADE, origin: 'https://evil.example' })).status).toBe(403);
  expect((await ask({ accept: 'text/event-stream', origin: 'https://evil.example' })).status).toBe(403);
});

test('once the last one has gone, nothing is asked any more', async () => {
  const stub = ours.LIVE_VIEW?.getByName('live') as DurableObjectStub;
  const { webSocket, messages, closed } = await connect('{}');
  await first(messages);
  webSocket.close();
  await closed;
  // One that was set before finds nobody, and sets no other.
  await waitFor('no alarm', { timeoutMs: 10_000 }, async () => !(await runDurableObjectAlarm(stub)));
});

// Last: whether a reader that goes is told to its object at once differs from run to run, within one process.
test('events begin with a snapshot too', async () => {
  const { body, headers } = await ask({ accept: 'text/event-stream' });
  expect(headers.get('content-type')).toBe('text/event-stream');
  const reader = body?.pipeThrough(new TextDecoderStream()).getReader();
  expect((await reader?.read())?.value).toMatch(/^data: \{"kind":"snapshot"/);
  await reader?.cancel();
});
