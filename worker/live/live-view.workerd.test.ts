// The object that looks, inside workerd, with WebSockets and streams of its own; the regions' objects do not answer, which is
// something to see as well.

import { runDurableObjectAlarm, runInDurableObject, SELF } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { LiveMessage } from '../../api/live.ts';
import { PATHS } from '../../api/paths.ts';
import { eventually } from '../../test/support/workerd/eventually.ts';
import type { LiveView } from './live-view.ts';
import { MOST_VIEWERS } from './viewers.ts';

declare global {
  namespace Cloudflare {
    interface Env {
      readonly LIVE: DurableObjectNamespace<LiveView>;
    }
  }
}

const URL_OF_LIVE = `https://meridian.example${PATHS.live}`;
const ADMIN = 'an-admin-token-of-the-test';
const READ = 'a-read-token-of-the-test-x';
const TOKENS = { MERIDIAN_ADMIN_TOKEN: ADMIN, MERIDIAN_READ_TOKEN: READ };

const open: WebSocket[] = [];

beforeEach(() => {
  vi.spyOn(console, 'warn').mockImplementation(() => {});
  Object.assign(env, TOKENS);
});
afterEach(async () => {
  for (const socket of open.splice(0)) socket.close();
  await eventually('nobody to look', () => inObject((_, state) => state.getWebSockets().length === 0));
  for (const name of Object.keys(TOKENS)) Reflect.deleteProperty(env, name);
});

function inObject<T>(run: (instance: LiveView, state: DurableObjectState) => T | Promise<T>): Promise<T> {
  return runInDurableObject(env.LIVE.getByName('live'), run);
}

interface Looking {
  readonly socket: WebSocket;
  readonly heard: LiveMessage[];
  readonly closed: () => number | undefined;
}

async function look(
  hello: string | undefined,
  headers: Readonly<Record<string, string>> = {},
): Promise<Looking> {
  const upgrade = {
    ...{ upgrade: 'websocket', connection: 'Upgrade' },
    ...{ 'sec-websocket-version': '13', 'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==' },
  };
  const { webSocket: socket, status } = await SELF.fetch(URL_OF_LIVE, {
    headers: { ...upgrade, ...headers },
  });
  if (socket === null) throw new Error(`no WebSocket, but ${status}`);
  const heard: LiveMessage[] = [];
  let code: number | undefined;
  socket.addEventListener('message', ({ data }) => heard.push(JSON.parse(String(data)) as LiveMessage));
  socket.addEventListener('close', (event) => {
    code = event.code;
  });
  socket.accept();
  open.push(socket);
  if (hello !== undefined) socket.send(hello);
  return { socket, heard, closed: () => code };
}

const kinds = ({ heard }: Looking) => heard.map(({ kind }) => kind);

test('who looks without a token gets regions and links as anyone, and then what changes', async () => {
  const anyone = await look('{}');
  await eventually('two messages', () => anyone.heard.length >= 2);
  expect(kinds(anyone).slice(0, 2)).toEqual(['snapshot', 'change']);
  const [first] = anyone.heard;
  expect(first).toMatchObject({ level: 'public', places: [] });
  expect(first).toHaveProperty('links.length', 15);
});

test.each([
  [READ, 'reader'],
  [ADMIN, 'admin'],
])('a token says in the first message what may be seen', async (token, level) => {
  const looking = await look(JSON.stringify({ token }));
  await eventually('a snapshot', () => looking.heard.length > 0);
  expect(looking.heard[0]).toMatchObject({ kind: 'snapshot', level });
});

test('a wrong token is refused with words, and the connection ends', async () => {
  const looking = await look(JSON.stringify({ token: 'wrong' }));
  await eventually('the end', () => looking.closed() !== undefined);
  expect(looking.heard).toMatchObject([{ kind: 'refused', code: 'unauthorized' }]);
});

test.each(['no JSON', '[]', '{"token":5}', `{"token":"${'x'.repeat(5_000)}"}`])(
  'a first message that says nothing ends the connection: %.20s',
  async (hello) => {
    const looking = await look(hello);
    await eventually('the end', () => looking.closed() === 1008);
    expect(looking.heard).toEqual([]);
  },
);

test('another site may not look through the browser of its visitors', async () => {
  await expect(look('{}', { origin: 'https://evil.example' })).rejects.toThrow('403');
});

test('nobody looks, nothing is asked: the alarm goes when the last one leaves', async () => {
  const looking = await look('{}');
  await eventually('a snapshot', () => looking.heard.length > 0);
  expect(await inObject((_, state) => state.storage.getAlarm())).not.toBeNull();
  looking.socket.close();
  await eventually('no alarm', async () => (await inObject((_, state) => state.storage.getAlarm())) === null);
});

test('an object that was reset looks on for those who are there, by its alarm', async () => {
  const looking = await look('{}');
  await eventually('a snapshot', () => looking.heard.length > 0);
  await inObject((instance) => Reflect.set(instance, 'isForgotten', true));
  await runDurableObjectAlarm(env.LIVE.getByName('live'));
  const before = looking.heard.length;
  await eventually('more', () => looking.heard.length > before);
});

test('events tell the same, and end with who reads them', async () => {
  const abort = new AbortController();
  const headers = { accept: 'text/event-stream', authorization: `Bearer ${READ}` };
  const response = await SELF.fetch(URL_OF_LIVE, { headers, signal: abort.signal });
  expect(response.headers.get('content-type')).toBe('text/event-stream');
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  const first = (await reader?.read())?.value ?? '';
  expect(JSON.parse(first.replace(/^data: /, ''))).toMatchObject({ kind: 'snapshot', level: 'reader' });
  await reader?.cancel();
});

test.each([
  [{ accept: 'text/event-stream', authorization: 'Bearer wrong' }, 401],
  [{ accept: 'application/json' }, 426],
])('%j is answered with %i', async (headers, status) => {
  const response = await SELF.fetch(URL_OF_LIVE, { headers });
  await response.body?.cancel();
  expect(response.status).toBe(status);
});

test('more than so many may not look', async () => {
  const all = await Promise.all(Array.from({ length: MOST_VIEWERS }, () => look('{}')));
  await eventually('all to look', () => all.every(({ heard }) => heard.length > 0));
  const late = await look('{}');
  await eventually('the end', () => late.closed() !== undefined);
  expect(late.heard).toMatchObject([{ kind: 'refused', code: 'too_many' }]);
});
