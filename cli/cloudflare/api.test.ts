// The one way to Cloudflare's API, against a server that answers in its place.

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { expect, test } from 'vitest';
import { closeServer, freePort, LOOPBACK, listenOnLoopback } from '../../local/listen.ts';
import { CloudflareApi, cloudflareApi } from './api.ts';

const TOKEN = 'a-token-of-forty-characters-0123456789_A';

async function serving(answer: (request: IncomingMessage, response: ServerResponse, count: number) => void) {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    response.setHeader('connection', 'close');
    answer(request, response, asked.push(`${request.method} ${request.url}`));
  });
  const base = `http://${LOOPBACK}:${await listenOnLoopback(server)}`;
  return {
    asked,
    api: new CloudflareApi({ base: `${base}/`, account: ' acc\n', token: `${TOKEN}\n` }),
    [Symbol.asyncDispose]: () => closeServer(server),
  };
}

const result = (value: unknown, more: object = {}) =>
  JSON.stringify({ success: true, result: value, ...more });

test.each([429, 502, 503, 504])(
  'what only reads is tried again after %i, and then answered',
  async (status) => {
    await using it = await serving((_, response, count) =>
      response.writeHead(count === 1 ? status : 200).end(result('there')),
    );
    expect(await it.api.get('/x')).toEqual({ status: 200, result: 'there' });
    expect(it.asked).toEqual(['GET /x', 'GET /x']);
  },
);

test.each([
  ['a third time', 'GET', 503, {}, 3],
  ['a refusal', 'GET', 403, {}, 1],
  ['an error of its own', 'GET', 500, {}, 1],
  ['a pause that is too long', 'GET', 429, { 'retry-after': '60' }, 1],
  ['a change', 'POST', 503, {}, 1],
] as const)('it ends with the answer: %s', async (_what, method, status, headers, times) => {
  await using it = await serving((_, response) => response.writeHead(status, headers).end('no'));
  expect((await it.api.ask('/x', { method })).status).toBe(status);
  expect(it.asked).toHaveLength(times);
});

test('pages are one list', async () => {
  await using it = await serving((_, response, count) =>
    response.end(result([count], { result_info: { total_pages: 3 } })),
  );
  expect(await it.api.all('/zones?name=x')).toEqual({ status: 200, result: [1, 2, 3] });
  expect(it.asked[2]).toBe('GET /zones?name=x&per_page=50&page=3');
});

test('a list without pages is asked for once, and a page that is refused is the answer', async () => {
  await using short = await serving((_, response) => response.end(result([1])));
  expect(await short.api.all('/zones')).toEqual({ status: 200, result: [1] });
  expect(short.asked).toHaveLength(1);
  await using refused = await serving((_, response, count) =>
    count === 1
      ? response.end(result([1], { result_info: { total_pages: 2 } }))
      : response.writeHead(403).end('{}'),
  );
  expect(await refused.api.all('/zones')).toEqual({ status: 403, result: undefined });
});

test('a token that is no header, and one that is sent elsewhere, are not repeated', async () => {
  const base = `http://${LOOPBACK}:${await freePort()}`;
  const api = new CloudflareApi({ base, account: 'acc', token: 'line one\nline two' });
  const error = await api.get('/x').catch((cause: Error) => cause);
  expect(error).toMatchObject({ exitCode: 6, message: expect.stringContaining('did not answer') });
  expect(JSON.stringify(error) + (error as Error).stack + String((error as Error).cause)).not.toContain(
    'line two',
  );
  await using it = await serving((_, response) =>
    response.writeHead(302, { location: `${base}/elsewhere` }).end(),
  );
  await expect(it.api.get('/x')).rejects.toThrow('did not answer');
  expect(it.asked).toHaveLength(1);
  expect(it.api.redacted(`Bearer ${TOKEN}!`)).toBe('Bearer [token]!');
});

test('without a token or an account there is none', () => {
  expect(cloudflareApi({ CLOUDFLARE_API_TOKEN: TOKEN })).toBeUndefined();
  expect(cloudflareApi({ CLOUDFLARE_ACCOUNT_ID: 'acc' })).toBeUndefined();
  expect(cloudflareApi({ CLOUDFLARE_API_TOKEN: TOKEN, CLOUDFLARE_ACCOUNT_ID: 'acc' })?.account).toBe('acc');
});
