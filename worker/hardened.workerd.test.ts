// What strangers and browsers get of the Worker, beyond the answers themselves: headers, cookies, limits, and no words of
// errors. It has a configuration of its own, which shows the regions to nobody without a token.

import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test';
import { afterEach, expect, test, vi } from 'vitest';
import checkedIn from '../regions/regions.json' with { type: 'json' };
import type { Env } from './env.ts';
import worker from './index.ts';
import { publicMessageOf } from './message-of.ts';

const TOKEN = 'a-token-that-is-long-enough-to-be-one';
const READER = { authorization: `Bearer ${TOKEN}` };
const UPGRADE = {
  upgrade: 'websocket',
  connection: 'Upgrade',
  'sec-websocket-version': '13',
  'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
};

const regions = Object.fromEntries(
  checkedIn.regions.map(({ id }) => [`REGION_${id.toUpperCase()}`, regionThatTakes(id)]),
);
const dialled: string[] = [];

const ENV = {
  ...regions,
  MERIDIAN_CONFIG: JSON.stringify({ ...checkedIn, admin: { regionsShownTo: 'readers' } }),
  MERIDIAN_READ_TOKEN: TOKEN,
} as unknown as Env;

function regionThatTakes(id: string) {
  const fetch = async () => {
    dialled.push(id);
    const [client, server] = Object.values(new WebSocketPair());
    server?.accept();
    return new Response(null, { status: 101, webSocket: client ?? null });
  };
  const status = async () => ({ region: id, state: 'up', since: 0, clients: 0, objectAgeMs: 0, peers: [] });
  return { getByName: () => ({ fetch, status, links: async () => [] }) };
}

afterEach(() => {
  dialled.length = 0;
  vi.restoreAllMocks();
});

async function ask(
  path: string,
  headers: Record<string, string> = {},
  more: Partial<Env> = {},
  scheme = 'https',
) {
  const ctx = createExecutionContext();
  const request = new Request(`${scheme}://meridian.example${path}`, { headers, cf: { colo: 'FRA' } });
  const response = await worker.fetch(
    request as Parameters<typeof worker.fetch>[0],
    { ...ENV, ...more },
    ctx,
  );
  await waitOnExecutionContext(ctx);
  return response;
}

test.each(['/', '/health', '/api/route', '/api/config', '/api/openapi.json', '/nowhere'])(
  'browsers do not guess what %s is, and come back over TLS alone',
  async (path) => {
    const secure = await ask(path);
    expect(secure.headers.get('x-content-type-options')).toBe('nosniff');
    expect(secure.headers.get('strict-transport-security')).toBe('max-age=31536000');
    const plain = await ask(path, {}, {}, 'http');
    expect(plain.headers.get('x-content-type-options')).toBe('nosniff');
    expect(plain.headers.has('strict-transport-security')).toBe(false);
  },
);

test('the cookie of a connection goes over TLS alone where the connection came over TLS', async () => {
  const cookieOf = async (scheme: string) => {
    const response = await ask('/', UPGRADE, {}, scheme);
    expect(response.status).toBe(101);
    response.webSocket?.accept();
    response.webSocket?.close();
    return response.headers.get('set-cookie');
  };
  expect(await cookieOf('https')).toMatch(/^meridian-region=\w+; Path=\/; HttpOnly; SameSite=Lax; Secure$/);
  expect(await cookieOf('http')).toMatch(/^meridian-region=\w+; Path=\/; HttpOnly; SameSite=Lax$/);
});

test.each(['/api/regions', '/api/mesh'])('%s is shown to nobody without a token', async (path) => {
  for (const headers of [{}, { authorization: 'Bearer guess' }]) {
    const refused = await ask(path, headers);
    expect(refused.status).toBe(401);
    expect(await refused.text()).not.toMatch(/weur|"up"/);
  }
  const shown = await ask(path, READER);
  expect(shown.status).toBe(200);
  expect(shown.headers.get('cache-control')).toBe('no-store');
  expect(await shown.text()).toContain('weur');
});

test('an address that asks for too many connections is told to wait, and no region is dialled', async () => {
  const asked: string[] = [];
  const limiterThat = (success: boolean): RateLimit => ({
    limit: async ({ key }) => {
      asked.push(key);
      return { success };
    },
  });
  const from = { ...UPGRADE, 'cf-connecting-ip': '2001:db8:1:2:3::4' };
  const refused = await ask('/nats', from, { CONNECT_RATE_LIMIT: limiterThat(false) });
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '10']);
  expect(await refused.json()).toMatchObject({ error: { code: 'rate_limited' } });
  expect(dialled).toEqual([]);
  const taken = await ask('/', from, { CONNECT_RATE_LIMIT: limiterThat(true) });
  expect(taken.status).toBe(101);
  expect(asked).toEqual(
    ['connect 2001:db8:1:2', 'connect 2001:db8:1:2'].map((key) => expect.stringContaining(key)),
  );
  const other = await ask('/health', from, { CONNECT_RATE_LIMIT: limiterThat(false) });
  expect(other.status).not.toBe(429);
});

test('a limit that does not work refuses nobody', async () => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
  const limit = () => Promise.reject(new Error('down'));
  const response = await ask(
    '/',
    { ...UPGRADE, 'cf-connecting-ip': '::1' },
    { CONNECT_RATE_LIMIT: { limit } },
  );
  expect(response.status).toBe(101);
  expect(warn).toHaveBeenCalledWith('the rate limit of connections does not work: down');
});

test('what went wrong is in the log, and the answer only has what finds it there', async () => {
  const error = vi.spyOn(console, 'error').mockImplementation(() => {});
  const broken = {
    CONFIG_STORE: {
      getByName: () => {
        throw new Error('hush: the name of the account');
      },
    },
  } as unknown as Env;
  const response = await ask('/api/config', READER, broken);
  expect(response.status).toBe(500);
  const text = await response.text();
  expect(text).not.toContain('hush');
  const [, id = 'none'] = /as error ([0-9a-f]{8})/.exec(text) ?? [];
  expect(error.mock.calls.flat().join(' ')).toContain(`error ${id}: Error: hush`);
});

test('of errors from elsewhere nothing is told, of our own the words', () => {
  expect(publicMessageOf(new Error('nats-oc did not answer in time'), 'x')).toBe(
    'nats-oc did not answer in time',
  );
  for (const mark of ['remote', 'retryable', 'overloaded', 'durableObjectReset'])
    expect(publicMessageOf(Object.assign(new Error('hush'), { [mark]: true }), 'it is away')).toBe(
      'it is away',
    );
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
  expect(publicMessageOf('hush', 'it is away', 'nats-oc')).toBe('it is away');
  expect(warn.mock.calls).toEqual([['nats-oc: hush']]);
});
