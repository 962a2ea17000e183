// Whatever is sent, the Worker answers it: never with a 5xx that is its own, and always with words that a program can
// read. The regions are not there, so a client that is let in is told that none took it.

import { env as bindings, createExecutionContext, waitOnExecutionContext } from 'cloudflare:test';
import fc from 'fast-check';
import * as v from 'valibot';
import { expect, test } from 'vitest';
import { ENDPOINTS } from '../api/endpoints.ts';
import { ErrorAnswerSchema } from '../api/error-answer.ts';
import { ERROR_STATUS } from '../api/errors.ts';
import { FORCE_REGION_HEADER, LAST_REGION_HEADER, PREFER_REGION_HEADER } from '../api/headers.ts';
import type { Env } from './env.ts';
import worker from './index.ts';

const TOKEN = 'a-token-that-is-long-enough-to-be-one';
const { CONFIG_STORE, BACKUPS, ROLLOUTS } = bindings;
const ENV = { MERIDIAN_ADMIN_TOKEN: TOKEN, CONFIG_STORE, BACKUPS, ROLLOUTS } as unknown as Env;

/** More than an answer to any of these needs. */
const MAX_ANSWER_BYTES = 256 * 1024;

/** What a 5xx may say: that nobody is there to serve, which is true here. */
const TRUE_REFUSALS = [
  'no_region',
  'forced_region_unavailable',
  'region_unavailable',
  'store_unavailable',
  'no_bucket',
  'no_keeper',
  'no_collector',
];

const scrap = fc.constantFrom(
  '',
  '%',
  '%zz',
  '%ff%fe',
  '%2f',
  '..',
  'oc',
  'é',
  '\u{1f980}',
  '{id}',
  '*',
  'a'.repeat(300),
);
const known = fc.constantFrom(...ENDPOINTS.map(({ path }) => path));
const oddPath = fc.oneof(
  known,
  fc.tuple(known, scrap).map(([path, more]) => path.replaceAll(/\{\w+\}/g, more || 'oc')),
  fc.tuple(known, scrap).map(([path, more]) => `${path}/${more}`),
  fc.array(scrap, { maxLength: 5 }).map((parts) => `/${parts.join('/')}`),
  fc.webPath(),
);
const queryName = fc.constantFrom(
  'region',
  'colo',
  'lat',
  'lon',
  'country',
  'client',
  'format',
  'version',
  'before',
  'limit',
  'base',
  'force',
);
const oddText = fc.oneof(
  scrap,
  fc.string({ maxLength: 40 }),
  fc.constantFrom('-1', '0', '1e999', 'NaN', 'null', 'SYD', 'T1', '::1'),
);
const oddQuery = fc.array(fc.tuple(queryName, oddText), { maxLength: 4 });
const headerName = fc.constantFrom(
  'upgrade',
  'connection',
  'sec-websocket-version',
  'sec-websocket-key',
  'authorization',
  'cookie',
  'cf-connecting-ip',
  'cf-access-jwt-assertion',
  'origin',
  'sec-fetch-site',
  'content-type',
  'content-length',
  'transfer-encoding',
  PREFER_REGION_HEADER,
  FORCE_REGION_HEADER,
  LAST_REGION_HEADER,
);
const headerValue = fc.oneof(
  fc.constantFrom(
    '',
    'websocket',
    'websocket, h2c',
    'Upgrade',
    '13',
    '8',
    'dGhlIHNhbXBsZSBub25jZQ==',
    `Bearer ${TOKEN}`,
    'Bearer x',
    'a.b.c',
    'chunked',
    '5',
    'oc,weur',
    'meridian-region=oc; =; ;',
  ),
  fc.string({ unit: fc.constantFrom(...' !",;=:abcXYZ019'), maxLength: 60 }),
);
const oddHeaders = fc.array(fc.tuple(headerName, headerValue), { maxLength: 6 });
const oddBody = fc.oneof(
  fc.constantFrom(
    '',
    '{',
    '[]',
    'null',
    '"',
    '{"config":{}}',
    '{"config":{"regions":[{}]}}',
    '{"base":0,"config":[],"message":""}',
    '{"base":0,"version":1e9}',
  ),
  fc.json(),
  fc.json().map((json) => `{"config":${json}}`),
  fc.json().map((json) => `{"base":0,"config":{"regions":${json}},"message":"m"}`),
  fc.integer({ min: 1, max: 40_000 }).map((depth) => `{"config":${'['.repeat(depth)}${']'.repeat(depth)}}`),
  fc.uint8Array({ maxLength: 50 }).map((bytes) => new Uint8Array(bytes)),
);
const oddPlace = fc.record(
  {
    colo: fc.anything(),
    country: fc.anything(),
    continent: fc.anything(),
    latitude: fc.anything(),
    longitude: fc.anything(),
  },
  { requiredKeys: [] },
);
const method = fc.constantFrom('GET', 'GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS');

const oddRequest = fc.record({
  method,
  path: oddPath,
  query: oddQuery,
  headers: oddHeaders,
  isAdmin: fc.boolean(),
  body: oddBody,
  cf: oddPlace,
});

test('no request is answered with an error that is ours, or without words', async () => {
  await fc.assert(
    fc.asyncProperty(oddRequest, async ({ method, path, query, headers, isAdmin, body, cf }) => {
      const url = new URL(`https://meridian.example${path}`);
      for (const [name, value] of query) url.searchParams.append(name, value);
      const sent = new Headers(isAdmin ? { authorization: `Bearer ${TOKEN}` } : {});
      for (const [name, value] of headers) sent.append(name, value);
      const init: RequestInit<CfProperties> = { method, headers: sent, cf: cf as CfProperties };
      const hasBody = method !== 'GET' && method !== 'HEAD';
      await expectWords(new Request(url, { ...init, ...(hasBody && { body }) }));
    }),
    { numRuns: 1_500 },
  );
});

const adminCall = fc.constantFrom(...ENDPOINTS.filter(({ caller }) => caller !== 'anyone'));
const oddId = fc.oneof(scrap, fc.constantFrom('oc', 'weur', 'moon'));

test('nor is what an admin sends', async () => {
  await fc.assert(
    fc.asyncProperty(adminCall, oddId, oddQuery, oddBody, async ({ method, path }, id, query, body) => {
      const url = new URL(`https://meridian.example${path.replaceAll(/\{\w+\}/g, id)}`);
      for (const [name, value] of query) url.searchParams.append(name, value);
      const headers = { authorization: `Bearer ${TOKEN}` };
      await expectWords(new Request(url, { method, headers, ...(method !== 'GET' && { body }) }));
    }),
    { numRuns: 1_000 },
  );
});

const upgradeHeaders = fc.record({
  upgrade: fc.oneof(fc.constant('websocket'), headerValue),
  connection: fc.oneof(fc.constant('Upgrade'), headerValue),
  'sec-websocket-version': fc.oneof(fc.constant('13'), headerValue),
  'sec-websocket-key': fc.oneof(fc.constant('dGhlIHNhbXBsZSBub25jZQ=='), headerValue),
  [PREFER_REGION_HEADER]: headerValue,
  [FORCE_REGION_HEADER]: fc.oneof(fc.constant(''), headerValue),
  [LAST_REGION_HEADER]: headerValue,
  cookie: headerValue,
  'cf-connecting-ip': fc.oneof(fc.ipV4(), fc.ipV6(), headerValue),
});

test('nor is an upgrade, however odd', async () => {
  // All at once: each that is let in is tried for some seconds before it is told that no region takes it.
  const upgrades = fc.sample(fc.tuple(upgradeHeaders, oddQuery, oddPlace), 1_000);
  await Promise.all(
    upgrades.map(([headers, query, cf]) => {
      const url = new URL('https://meridian.example/nats');
      for (const [name, value] of query) url.searchParams.append(name, value);
      return expectWords(new Request(url, { headers, cf: cf as CfProperties }));
    }),
  );
});

async function expectWords(request: Request<unknown, CfProperties>): Promise<void> {
  const ctx = createExecutionContext();
  const response = await worker.fetch(request as Parameters<typeof worker.fetch>[0], ENV, ctx);
  const text = await response.text();
  await waitOnExecutionContext(ctx);
  expect(text.length).toBeLessThan(MAX_ANSWER_BYTES);
  if (response.status < 400 || request.method === 'HEAD') return;
  const isHealth = new URL(request.url).pathname.startsWith('/health');
  if (isHealth && response.status === 503) return;
  const answer: unknown = JSON.parse(text);
  expect(v.safeParse(ErrorAnswerSchema, answer).issues).toBeUndefined();
  const { error } = v.parse(ErrorAnswerSchema, answer);
  expect(response.status).toBe(ERROR_STATUS[error.code]);
  if (response.status >= 500) expect(TRUE_REFUSALS).toContain(error.code);
}
