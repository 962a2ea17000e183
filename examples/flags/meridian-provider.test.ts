import { createServer, type IncomingMessage } from 'node:http';
import { OpenFeature } from '@openfeature/server-sdk';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { closeServer, LOOPBACK, listenOnLoopback } from '../../local/listen.ts';
import { MeridianProvider } from './meridian-provider.ts';

const KEEP_MS = 5_000;

/** What the edge answers next, and what it was asked. */
let answer: { status: number; body: unknown };
let asked: IncomingMessage[] = [];
let url: string;

const edge = createServer((request, response) => {
  asked.push(request);
  response.writeHead(answer.status, { connection: 'close' }).end(JSON.stringify(answer.body));
});
const on = (value: boolean) => ({
  status: 200,
  body: {
    version: 3,
    flags: [{ flag: 'new-search', value, variant: value ? 'on' : 'off', reason: 'STATIC', why: 'w' }],
  },
});

beforeAll(async () => {
  url = `http://${LOOPBACK}:${await listenOnLoopback(edge)}`;
});
afterAll(() => closeServer(edge));
beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  asked = [];
  answer = on(true);
  await OpenFeature.setProviderAndWait(new MeridianProvider(url, { keepMs: KEEP_MS }));
});
afterEach(async () => {
  vi.useRealTimers();
  await OpenFeature.clearProviders();
});

const details = (context = {}, name = 'new-search') =>
  OpenFeature.getClient().getBooleanDetails(name, false, context);

test('a client is asked for once in a while, all its flags at once', async () => {
  const all = await Promise.all([details({ targetingKey: 'a' }), details({ targetingKey: 'a' })]);
  expect(all).toMatchObject([{ value: true }, { value: true }]);
  vi.advanceTimersByTime(KEEP_MS - 1);
  await details({ targetingKey: 'a' });
  expect(asked).toHaveLength(1);
  vi.advanceTimersByTime(1);
  answer = on(false);
  expect(await details({ targetingKey: 'a' })).toMatchObject({
    value: false,
    variant: 'off',
    reason: 'STATIC',
  });
  await details({ targetingKey: 'b' });
  expect(asked).toHaveLength(3);
});

test('what the context says is sent; what no flag may ask for is not', async () => {
  await details({
    targetingKey: 'user 1',
    country: 'DE',
    colo: 'FRA',
    'x-tier': 'gold',
    email: 'a@b.example',
    authorization: 'secret',
    age: 7,
  });
  expect(asked[0]?.url).toBe('/api/flags?country=DE&colo=FRA&client=user+1');
  expect(asked[0]?.headers['x-tier']).toBe('gold');
  expect(JSON.stringify(asked[0]?.rawHeaders)).not.toMatch(/secret|a@b/);
});

test('while the edge does not answer, what it said last is good, and said to be stale', async () => {
  await details();
  for (const status of [500, 404]) {
    answer = { status, body: 'out of order' };
    vi.advanceTimersByTime(KEEP_MS);
    expect(await details()).toMatchObject({ value: true, reason: 'STALE', flagMetadata: { version: 3 } });
  }
  answer = on(true);
  vi.advanceTimersByTime(KEEP_MS);
  expect(await details()).toMatchObject({ value: true, reason: 'STATIC' });
});

test.each([
  ['an edge that has never answered', 503, 'new-search', 'GENERAL'],
  ['a context that cannot be', 400, 'new-search', 'INVALID_CONTEXT'],
  ['a flag that is none', 200, 'nothing', 'FLAG_NOT_FOUND'],
])('%s is an error, and the default value', async (_what, status, name, errorCode) => {
  answer = { ...on(true), status };
  expect(await details({}, name)).toMatchObject({ value: false, reason: 'ERROR', errorCode });
});

test('an edge that is gone is one too', async () => {
  await OpenFeature.setProviderAndWait(new MeridianProvider('http://127.0.0.1:1'));
  expect(await details()).toMatchObject({ value: false, reason: 'ERROR', errorCode: 'GENERAL' });
});

test('a flag that is asked for as something else is an error with words', async () => {
  const client = OpenFeature.getClient();
  for (const found of [
    await client.getStringDetails('new-search', 'x'),
    await client.getNumberDetails('new-search', 1),
    await client.getObjectDetails('new-search', {}),
  ])
    expect(found).toMatchObject({
      errorCode: 'TYPE_MISMATCH',
      errorMessage: expect.stringContaining('boolean'),
    });
});

test('the answers of a thousand clients are kept, and no more', async () => {
  const keys = Array.from({ length: 1_001 }, (_, n) => `user-${n}`);
  for (const targetingKey of keys) await details({ targetingKey });
  expect(asked).toHaveLength(1_001);
  await details({ targetingKey: 'user-1' });
  expect(asked).toHaveLength(1_001);
  await details({ targetingKey: 'user-0' });
  expect(asked).toHaveLength(1_002);
});

test('of a client of whom nothing is said neither the place nor the address of this program counts', async () => {
  expect((await details({})).value).toBe(true);
  expect(asked[0]?.url).toBe('/api/flags?country=XX');
  answer.body = {
    version: 3,
    flags: [{ flag: 'new-search', value: true, variant: 'on', reason: 'SPLIT', why: 'w' }],
  };
  expect(await details({ colo: 'SYD' })).toMatchObject({ value: false, errorCode: 'TARGETING_KEY_MISSING' });
  expect(await details({ colo: 'SYD', targetingKey: 'a' })).toMatchObject({ value: true, reason: 'SPLIT' });
});

test('headers may be written as people write them, and be numbers and booleans', async () => {
  await details({ targetingKey: 'a', 'X-Tier': 3, 'x-beta': true });
  expect(asked[0]?.headers).toMatchObject({ 'x-tier': '3', 'x-beta': 'true' });
});
