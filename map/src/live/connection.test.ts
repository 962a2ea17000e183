import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { LiveMessage } from '../../../api/live.ts';
import { type Connection, type ConnectionState, openConnection } from './connection.ts';

const SNAPSHOT: LiveMessage = {
  kind: 'snapshot',
  level: 'public',
  build: 'one',
  at: 1,
  version: 0,
  regions: [],
  links: [],
  places: [],
};

/** As a browser has it, for as much as is used. */
class FakeSocket extends EventTarget {
  static readonly made: FakeSocket[] = [];
  readonly sent: string[] = [];
  isClosed = false;
  readonly url: string;

  constructor(url: URL) {
    super();
    this.url = String(url);
    FakeSocket.made.push(this);
  }
  send(text: string): void {
    this.sent.push(text);
  }
  close(): void {
    this.isClosed = true;
  }
  open(): void {
    this.dispatchEvent(new Event('open'));
  }
  tell(message: LiveMessage): void {
    this.dispatchEvent(Object.assign(new Event('message'), { data: JSON.stringify(message) }));
  }
  end(): void {
    this.dispatchEvent(new Event('close'));
  }
}

const page = Object.assign(new EventTarget(), { visibilityState: 'visible' });
const window = new EventTarget();
const states: ConnectionState[] = [];
const heard: string[] = [];
let token: string | undefined;
let connection: Connection;

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('WebSocket', FakeSocket);
  vi.stubGlobal('location', { href: 'https://edge.example/?x#y' });
  vi.stubGlobal('document', page);
  vi.stubGlobal('addEventListener', window.addEventListener.bind(window));
  vi.stubGlobal('removeEventListener', window.removeEventListener.bind(window));
  vi.stubGlobal('fetch', () => Promise.reject(new Error('no network')));
  token = undefined;
  page.visibilityState = 'visible';
  for (const list of [FakeSocket.made, states, heard]) list.length = 0;
  connection = openConnection({
    token: () => token,
    onMessage: ({ kind }) => heard.push(kind),
    onState: (state) => states.push(state),
  });
});

afterEach(() => {
  connection.close();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const last = () => FakeSocket.made.at(-1) as FakeSocket;
const now = () => states.at(-1)?.is;

function begin(): void {
  last().open();
  last().tell(SNAPSHOT);
}

test('it says who asks in its first message, and is live from the first answer on', () => {
  expect(last().url).toBe('wss://edge.example/api/live');
  expect(now()).toBe('connecting');
  last().open();
  expect(last().sent).toEqual(['{}']);
  last().tell(SNAPSHOT);
  expect(now()).toBe('live');
  token = 'secret';
  connection.reconnect();
  last().open();
  expect(last().sent).toEqual(['{"token":"secret"}']);
  expect(FakeSocket.made[0]?.isClosed).toBe(true);
});

test('a connection that ends comes back by itself, after pauses that grow, and it tells when', async () => {
  begin();
  last().end();
  expect(states.at(-1)).toMatchObject({ is: 'waiting' });
  await vi.advanceTimersByTimeAsync(500);
  expect(FakeSocket.made).toHaveLength(2);
  begin();
  expect(heard).toEqual(['snapshot', 'snapshot']);
});

test('where WebSockets do not pass, it asks for events', async () => {
  const asked: RequestInit[] = [];
  vi.stubGlobal('fetch', (_path: string, init: RequestInit) => {
    asked.push(init);
    return Promise.resolve(new Response(`data: ${JSON.stringify(SNAPSHOT)}\n\n`));
  });
  token = 'secret';
  last().end();
  await vi.advanceTimersByTimeAsync(600);
  expect(asked[0]?.headers).toEqual({ accept: 'text/event-stream', authorization: 'Bearer secret' });
  expect(heard).toEqual(['snapshot']);
});

test.each([
  ['by a deployment that is older', { status: 404 }, {}],
  ['without an object for it', { status: 503 }, { error: { code: 'live_unavailable', message: 'none' } }],
])('where nothing is told live, %s, it asks for regions and links', async (_, init, said) => {
  vi.stubGlobal('fetch', (url: URL | string) => {
    const answers: Readonly<Record<string, unknown>> = {
      '/api/regions': { version: 4, regions: [] },
      '/api/mesh': { links: [] },
    };
    const answer = answers[typeof url === 'string' ? url : url.pathname];
    return Promise.resolve(answer === undefined ? Response.json(said, init) : Response.json(answer));
  });
  last().end();
  await vi.advanceTimersByTimeAsync(600);
  expect(heard).toEqual(['snapshot']);
  await vi.advanceTimersByTimeAsync(2_000);
  expect(heard).toHaveLength(2);
});

test('it says how far it has read, every five seconds', () => {
  begin();
  for (const at of [4_000, 5_001, 6_000, 10_001]) last().tell({ kind: 'change', at });
  expect(last().sent).toEqual(['{}', '{"read":5001}', '{"read":10001}']);
});

test('who is refused is not asked for again', async () => {
  last().open();
  last().tell({ kind: 'refused', code: 'unauthorized', message: 'no' });
  last().end();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(now()).toBe('refused');
  expect(FakeSocket.made).toHaveLength(1);
});

test('a socket that says nothing is given up', async () => {
  last().open();
  await vi.advanceTimersByTimeAsync(10_100);
  expect(now()).toBe('waiting');
});

test('a machine that wakes connects at once, and so does one whose network is back', () => {
  begin();
  vi.setSystemTime(Date.now() + 3_600_000);
  vi.advanceTimersByTime(2_000);
  expect(FakeSocket.made).toHaveLength(2);
  window.dispatchEvent(new Event('online'));
  expect(FakeSocket.made).toHaveLength(3);
});

test('a page that is hidden for a minute asks no more, until somebody looks', async () => {
  begin();
  page.visibilityState = 'hidden';
  page.dispatchEvent(new Event('visibilitychange'));
  for (const step of [20_000, 20_000, 19_000]) {
    await vi.advanceTimersByTimeAsync(step);
    last().tell({ kind: 'change', at: Date.now() });
  }
  expect(last().isClosed).toBe(false);
  await vi.advanceTimersByTimeAsync(2_000);
  expect(last().isClosed).toBe(true);
  await vi.advanceTimersByTimeAsync(600_000);
  expect(FakeSocket.made).toHaveLength(1);
  page.visibilityState = 'visible';
  page.dispatchEvent(new Event('visibilitychange'));
  expect(FakeSocket.made).toHaveLength(2);
});

test('a connection that is silent for longer than Meridian ever is counts as gone', async () => {
  begin();
  await vi.advanceTimersByTimeAsync(24_000);
  expect(now()).toBe('live');
  await vi.advanceTimersByTimeAsync(2_000);
  expect(FakeSocket.made).toHaveLength(2);
});
