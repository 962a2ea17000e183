import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { closeServer, LOOPBACK, listenOnLoopback } from '../local/listen.ts';
import { type Answer, CONFIG, INFO, livingEdge, refusal, startFakeEdge } from '../test/support/fake-edge.ts';
import { AdminClient } from './admin-client.ts';
import { CommandError, EXIT } from './exit.ts';

const EDIT = { base: 7, config: CONFIG, message: 'test' };
const WEIGHT = { path: 'regions.weur.weight', from: 100, to: 50, kind: 'steers' } as const;
const ADDED = { path: 'regions.me', to: {}, kind: 'platform' } as const;

async function failureOf(work: Promise<unknown>): Promise<CommandError> {
  const failure = await work.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(failure instanceof CommandError)) throw new Error(`no CommandError: ${failure}`);
  return failure;
}

async function putAgainst(answer: Answer, token: string | undefined = 'secret'): Promise<CommandError> {
  await using edge = await startFakeEdge({ 'PUT /api/config': answer });
  const client = new AdminClient({ url: new URL(edge.url), isExplicit: true, token });
  const failure = await failureOf(client.put(EDIT));
  expect(failure.message).not.toContain('secret');
  return failure;
}

test('the token goes into the header and never into the URL', async () => {
  await using edge = await startFakeEdge(livingEdge());
  const client = new AdminClient({ url: new URL(edge.url), isExplicit: true, token: 'secret' });
  expect(await client.config()).toMatchObject(INFO);
  await client.put(EDIT);
  expect(edge.asked).toEqual([
    { method: 'GET', path: '/api/config', authorization: 'Bearer secret', body: undefined },
    {
      method: 'PUT',
      path: '/api/config',
      authorization: 'Bearer secret',
      body: JSON.parse(JSON.stringify(EDIT)),
    },
  ]);
});

test('a conflict names who changed what', async () => {
  const { exitCode, message, details } = await putAgainst(
    refusal(409, 'conflict', { current: 8, changes: [WEIGHT], versions: [{ ...INFO, version: 8 }] }),
  );
  expect(exitCode).toBe(EXIT.conflict);
  expect(message).toContain('version 8 by alice: less of apac');
  expect(message).toContain('regions.weur.weight: 100 -> 50');
  expect(details).toMatchObject({ code: 'conflict', current: 8 });
});

test('an invalid configuration names every problem, each with its path once', async () => {
  const problems = [
    { path: 'regions[0].weight', code: 'bad-value', message: 'should be at most 1000, but is 1001.' },
    { path: 'regions', code: 'no-enabled-region', message: 'regions: no region is enabled' },
  ];
  const { exitCode, message } = await putAgainst(refusal(422, 'invalid', { problems }));
  expect(exitCode).toBe(EXIT.refused);
  expect(message).toContain('\n  regions[0].weight: should be at most 1000');
  expect(message).toContain('\n  regions: no region is enabled');
});

test('what needs a deploy is named, with what to do', async () => {
  const { exitCode, message } = await putAgainst(refusal(409, 'needs_deploy', { changes: [ADDED] }));
  expect(exitCode).toBe(EXIT.needsDeploy);
  expect(message).toContain('regions.me: added');
  expect(message).toContain('npm run deploy');
});

test.each([
  [401, 'unauthorized', EXIT.notAuthorized, 'does not know this token'],
  [403, 'read_only', EXIT.notAuthorized, 'may read but not change'],
  [403, 'cross_site', EXIT.notAuthorized, 'refused: cross_site'],
  [409, 'last_region', EXIT.refused, '--force'],
  [413, 'too_large', EXIT.refused, 'refused: too_large'],
  [429, 'rate_limited', EXIT.refused, 'too many requests'],
  [404, 'admin_off', EXIT.noServer, 'Admin is off'],
  [400, 'odd\u001b[2J', EXIT.refused, '400 odd)'],
  [503, 'store_down', EXIT.noServer, 'store_down'],
])('%d %s has its own words and exit code', async (status, code, exitCode, words) => {
  const failure = await putAgainst(refusal(status, code));
  expect(failure).toMatchObject({ exitCode });
  expect(failure.message).toContain(words);
  expect(failure.message).not.toContain('\u001b');
});

test('without a token, 401 says that there is none', async () => {
  await using edge = await startFakeEdge({ 'GET /api/config': refusal(401, 'unauthorized') });
  const note = '/tmp/meridian-token-1 belongs to others.';
  const client = new AdminClient({ url: new URL(edge.url), isExplicit: true, token: undefined, note });
  const { message } = await failureOf(client.config());
  expect(message).toContain('requires a token');
  expect(message).toContain(note);
});

test('a login page of Cloudflare Access is not followed', async () => {
  const headers = { location: 'https://example.cloudflareaccess.com/login' };
  const { exitCode, message } = await putAgainst({ status: 302, body: '', headers });
  expect(exitCode).toBe(EXIT.notAuthorized);
  expect(message).toContain('Cloudflare Access');
});

test.each([
  [200, '<html>'],
  [404, '<html>'],
])('something else that answers (%d %s) is not taken for an edge', async (status, body) => {
  const { exitCode, message } = await putAgainst({ status, body });
  expect(exitCode).toBe(EXIT.noServer);
  expect(message).toContain('is not Meridian');
});

test('when the answer to a change is lost, it says that the change may have been made', async () => {
  const edge = await startFakeEdge({});
  await edge[Symbol.asyncDispose]();
  const client = new AdminClient({ url: new URL(edge.url), isExplicit: true, token: 'secret' });
  expect((await failureOf(client.put(EDIT))).details).toMatchObject({ mayHaveHappened: false });

  const server = createServer((socket) => socket.once('data', () => socket.destroy()));
  const port = await listenOnLoopback(server);
  const cut = new AdminClient({
    url: new URL(`http://${LOOPBACK}:${port}`),
    isExplicit: true,
    token: 'secret',
  });
  const failure = await failureOf(cut.put(EDIT));
  await closeServer(server);
  expect(failure.message).toContain('The change may have been made');
  expect(failure.exitCode).toBe(EXIT.noServer);
});

test('an edge that shows only its current version has no old ones', async () => {
  await using edge = await startFakeEdge({
    'GET /api/config?version=3': { body: { ...INFO, config: CONFIG } },
    'GET /api/config?version=7': { body: { ...INFO, config: CONFIG } },
  });
  const client = new AdminClient({ url: new URL(edge.url), isExplicit: true, token: 'secret' });
  expect(await client.configOf(3)).toBeUndefined();
  expect(await client.configOf(7)).toMatchObject({ version: 7 });
});

test('pages are asked for by number', async () => {
  await using edge = await startFakeEdge({
    'GET /api/config/history?before=9&limit=2': { body: { versions: [], next: null } },
    'GET /api/audit': { body: { entries: [], next: null } },
  });
  const client = new AdminClient({ url: new URL(edge.url), isExplicit: true, token: 'secret' });
  expect(await client.history({ before: 9, limit: 2 })).toEqual({ versions: [], next: null });
  expect(await client.audit({})).toEqual({ entries: [], next: null });
});
