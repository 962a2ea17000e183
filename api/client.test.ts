import { expect, test } from 'vitest';
import { type Answers, livingEdge, refusal, startFakeEdge } from '../test/support/fake-edge.ts';
import { ApiError, NoAnswerError } from './api-error.ts';
import { ApiClient } from './client.ts';

async function failureAgainst(answers: Answers, call: (client: ApiClient) => Promise<unknown>) {
  await using edge = await startFakeEdge(answers);
  return await call(new ApiClient({ url: edge.url })).then(
    () => undefined,
    (error: unknown) => error,
  );
}

test('an error has its status, its code, its message, and what else it tells', async () => {
  const answers = { 'GET /api/config': refusal(409, 'conflict', { current: 8 }) };
  const error = await failureAgainst(answers, (client) => client.config());
  expect(error).toBeInstanceOf(ApiError);
  expect(error).toMatchObject({ status: 409, code: 'conflict', message: 'refused: conflict' });
  expect((error as ApiError).details).toEqual({ current: 8 });
});

test.each([
  ['a page', { status: 502, body: '<html>' }],
  ['JSON of somebody else', { status: 502, body: { error: 'down' } }],
  ['a login elsewhere', { status: 302, body: '', headers: { location: 'https://example.com' } }],
  ['success that is no JSON', { status: 200, body: 'hello' }],
])('%s is an error without a code', async (_what, answer) => {
  const error = await failureAgainst({ 'GET /api/regions': answer }, (client) => client.regions());
  expect(error).toBeInstanceOf(ApiError);
  expect(error).toMatchObject({ status: answer.status, code: undefined, details: {} });
});

test('health of an edge that cannot serve is an answer; an error with that status is none', async () => {
  const unwell = { ok: false, version: 0, regions: [] };
  await using edge = await startFakeEdge({ 'GET /health': { status: 503, body: unwell } });
  expect(await new ApiClient({ url: edge.url }).health()).toEqual(unwell);
  const refused = { 'GET /health': refusal(503, 'no_store') };
  expect(await failureAgainst(refused, (client) => client.health())).toMatchObject({ code: 'no_store' });
});

test('the place of a question goes into the query, and what is not known of it does not', async () => {
  const answers = { ...livingEdge(), 'GET /api/route?colo=SYD&lat=-33.9': livingEdge()['GET /api/route'] };
  await using edge = await startFakeEdge(answers as Answers);
  const route = await new ApiClient({ url: edge.url }).route({ colo: 'SYD', lat: -33.9, country: undefined });
  expect(route.region).toBe('weur');
});

test('an id goes into the path as it is, whatever is in it', async () => {
  const error = await failureAgainst(
    { 'POST /api/regions/a%2Fb/drain?base=0&force=true': refusal(404, 'no_such_region') },
    (client) => client.operate('a/b', 'drain', { base: 0, force: true }),
  );
  expect(error).toMatchObject({ code: 'no_such_region' });
});

test('where nobody listens there is no answer, and nothing can have happened', async () => {
  const edge = await startFakeEdge({});
  await edge[Symbol.asyncDispose]();
  const client = new ApiClient({ url: edge.url });
  const error = await client.operate('weur', 'stop').catch((failure: unknown) => failure);
  expect(error).toBeInstanceOf(NoAnswerError);
  expect(error).toMatchObject({ isLate: false, reason: 'ECONNREFUSED', mayHaveHappened: false });
});

test('a failure is what the caller makes of it', async () => {
  await using edge = await startFakeEdge({ 'GET /api/mesh': refusal(500, 'internal') });
  const failWith = (error: Error) => new Error(`mine: ${error.message}`);
  await expect(new ApiClient({ url: edge.url, failWith }).mesh()).rejects.toThrow('mine: refused: internal');
});
