// Sessions: servers of their own, made on demand, and what may happen to them.

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { NatsConnection } from '@nats-io/nats-core';
import { describe, expect, test } from 'vitest';
import { DECISION_HEADER } from '../../api/headers.ts';
import type { SessionInfo, SessionState, SessionStats } from '../../api/sessions.ts';
import type { MeridianConfig } from '../../regions/config.ts';
import { waitFor } from '../../waiting/wait-for.ts';
import { configOf } from '../support/data/checked-in.ts';
import { useStack } from '../support/file-stack.ts';
import { rawUpgrade } from '../support/raw-upgrade.ts';
import {
  buildWithReaders,
  callSessions,
  connectSession,
  makeSession,
  type Reader,
} from '../support/session-calls.ts';

const MOST = 30;
const MOST_PER_OWNER = 20;

/** A server that ends shows within this. */
const SHOWN_WITHIN_MS = 5_000;

/** The shortest lifetime, plus what an end takes. */
const EXPIRED_WITHIN_MS = 10_000 + 15_000;

const withSessions = (config: MeridianConfig): MeridianConfig => ({
  ...config,
  sessions: {
    ...config.sessions,
    madeBy: 'readers',
    most: MOST,
    mostPerOwner: MOST_PER_OWNER,
    sleepAfter: '10s',
  },
});

const running = useStack(
  withSessions(configOf(['eeur', 'oc'], { eeur: { jetstream: false }, oc: { jetstream: false } })),
  { build: buildWithReaders },
);

const call = (method: string, path: string, options: Parameters<typeof callSessions>[3] = {}) =>
  callSessions(running.stack, method, path, options);
const make = (sessionId: string, as?: Reader) => makeSession(running.stack, { sessionId }, as);
const stateOf = async (id: string) => (await call('GET', `/api/containers/${id}`)).body.container?.state;
const end = (id: string) => call('DELETE', `/api/containers/${id}`);
const becomes = (id: string, state: SessionState | undefined, timeoutMs = 15_000) =>
  waitFor(`${id} to be ${state ?? 'gone'}`, { timeoutMs }, async () => (await stateOf(id)) === state);
const isGone = (id: string, timeoutMs?: number) => becomes(id, undefined, timeoutMs);

test('200 creations at once with 20 names make 20 servers, each cut off from the others', async () => {
  const names = Array.from({ length: 20 }, (_, index) => `s${index}`);
  const calls = Array.from({ length: 200 }, (_, index) =>
    call('POST', '/api/containers', { as: 'ann', body: { sessionId: `s${index % 20}` } }),
  );
  const answers = await Promise.all(calls);
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(20);
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(180);
  const sessions = new Map(answers.map(({ body }) => [body.container?.name, body.container]));
  expect([...sessions.keys()].toSorted()).toEqual(names.toSorted());

  const clients: NatsConnection[] = [];
  const heard: string[][] = [];
  for (const session of sessions.values()) {
    if (session === undefined) throw new Error('a session is missing');
    const client = await connectSession(session);
    const messages: string[] = [];
    client.subscribe('who', { callback: (_error, message) => void messages.push(message.string()) });
    await client.flush();
    clients.push(client);
    heard.push(messages);
  }
  expect(new Set(clients.map(({ info }) => info?.server_id)).size).toBe(20);
  for (const [index, client] of clients.entries()) client.publish('who', `s${index}`);
  await Promise.all(clients.map((client) => client.flush()));
  // What one server has, it has delivered by the time of the flush; that there is no way to another takes longer to see.
  await Promise.all(clients.map((client) => client.rtt()));
  expect(heard).toEqual(clients.map((_, index) => [`s${index}`]));
  await Promise.all(clients.map((client) => client.close()));

  const full = await call('POST', '/api/containers', { as: 'ann', body: { sessionId: 'one-more' } });
  expect(full).toMatchObject({ status: 429, body: { error: { code: 'session_quota' } } });
  expect(Number(full.headers.get('retry-after'))).toBeGreaterThan(0);
  await make('other-owner', 'bob');
  await end((await make('other-owner', 'bob')).id);

  const listed = await call('GET', '/api/containers?limit=200', { as: 'ann' });
  expect(listed.body.containers?.map(({ name }) => name).toSorted()).toEqual(names.toSorted());
  expect(JSON.stringify(listed.body)).not.toContain('"token"');
  await Promise.all([...sessions.values()].map((session) => end(session?.id ?? '')));
  for (const session of sessions.values()) await isGone(session?.id ?? '');
});

test('a server that is killed shows as down within seconds, and the next client starts another', async () => {
  const session = await make('killed');
  const before = await connectSession(session);
  await running.stack.engine.server('session-killed')?.app.kill('SIGKILL');
  await before.closed();
  const list = async () =>
    (await call('GET', '/api/containers')).body.containers?.find(({ id }) => id === session.id);
  await expect.poll(list, { timeout: SHOWN_WITHIN_MS, interval: 50 }).toMatchObject({
    state: 'down',
    problem: expect.stringContaining('137'),
  });
  const after = await connectSession(session);
  expect(after.info?.server_id).not.toBe(before.info?.server_id);
  await after.close();
  await becomes(session.id, 'up');
  await end(session.id);
});

test('an end tells clients first, takes seconds, and what is made anew has other credentials', async () => {
  const session = await make('ended');
  const client = await connectSession(session);
  const told = (async () => {
    for await (const { type } of client.status()) if (type === 'ldm') return true;
    return false;
  })();
  expect((await end('ended')).body.container?.state).toBe('ending');
  expect(await told).toBe(true);
  expect(await call('POST', '/api/containers', { body: { sessionId: 'ended' } })).toMatchObject({
    status: 503,
    body: { error: { code: 'session_ending' } },
  });
  await client.closed();
  await isGone(session.id);
  await expect(connectSession(session)).rejects.toThrow();

  const again = await make('ended');
  expect(again.id).toBe(session.id);
  await expect(connectSession({ ...again, token: session.token })).rejects.toThrow(/authorization/i);
  await (await connectSession(again)).close();
  await end(again.id);
});

test('a session is reached by path, header, query, cookie and host name, and the record says by which', async () => {
  const { id, token } = await make('doors');
  const { stack } = running;
  const { port } = new URL(stack.url);
  const record = async (path: string, headers: Record<string, string> = {}) => {
    const { status, headers: answered, socket } = await rawUpgrade(stack.url + path, headers);
    socket?.destroy();
    return `${status} ${answered[DECISION_HEADER]}`;
  };
  expect(await record(`/nats/${id}/connect`)).toMatch(/^101 v=\d+;session-by=path$/);
  expect(await record('/', { 'x-nats-session': id })).toMatch(/^101 .*session-by=header$/);
  expect(await record(`/nats?session=${id}`)).toMatch(/^101 .*session-by=query$/);
  expect(await record('/nats', { cookie: `meridian-session=${id}` })).toMatch(/^101 .*session-by=cookie$/);
  expect(await record('/', { host: `${id}.localhost:${port}` })).toMatch(/^101 .*session-by=host$/);
  // Nobody who names a session gets a region.
  expect(await record('/', { 'x-nats-session': 'no-such' })).toMatch(/^404 .*session-by=header$/);
  expect(await record(`/nats/${id.slice(0, -2)}aa/connect`)).toMatch(/^404 /);
  expect(await record('/')).toMatch(/^101 v=\d+;entry=/);

  const client = await connectSession({ url: stack.url, token }, { 'x-nats-session': id });
  expect(client.info?.server_name).toBe('session-doors');
  const { body: info } = await call('GET', `/nats/${id}/info`);
  expect(info as unknown as SessionInfo).toMatchObject({ state: 'up', serverId: client.info?.server_id });
  const { body: stats } = await call('GET', `/nats/${id}/stats`);
  expect((stats as unknown as SessionStats).server?.clients).toBe(1);
  await client.close();
  await end(id);
});

describe.concurrent('what takes its time', () => {
  test('a session expires, and one that is asked for again does not', async () => {
    const [over, kept] = await Promise.all([
      makeSession(running.stack, { sessionId: 'over', ttlSeconds: 10 }),
      makeSession(running.stack, { sessionId: 'kept', ttlSeconds: 10 }),
    ]);
    await make('kept');
    await isGone(over.id, EXPIRED_WITHIN_MS);
    expect(await stateOf(kept.id)).toBeDefined();
    await end(kept.id);
  }, 60_000);

  test('a server without clients sleeps, one with a stream does not, and the next client wakes it', async () => {
    const idle = await make('idle');
    const busy = await makeSession(running.stack, { sessionId: 'busy', config: { jetstream: true } });
    const client = await connectSession(busy);
    await client.request('$JS.API.STREAM.CREATE.S', JSON.stringify({ name: 'S', subjects: ['s'] }));
    await client.close();
    await becomes(idle.id, 'asleep', 40_000);
    expect(await stateOf(busy.id)).toBe('up');
    await (await connectSession(idle)).close();
    await becomes(idle.id, 'up');
    await Promise.all([end(idle.id), end(busy.id)]);
  }, 60_000);
});

test('what is not the caller`s is not there for it, except for admins', async () => {
  const { id } = await make('mine', 'ann');
  for (const [method, path] of [
    ['GET', `/api/containers/${id}`],
    ['DELETE', `/api/containers/${id}`],
    ['GET', '/api/containers/mine'],
    ['GET', `/nats/${id}/info`],
    ['GET', `/nats/${id}/stats`],
  ] as const) {
    const answer = await call(method, path, { as: 'bob' });
    expect(answer, `${method} ${path}`).toMatchObject({
      status: 404,
      body: { error: { code: 'no_such_session' } },
    });
  }
  expect((await call('GET', '/api/containers', { as: 'bob' })).body.containers).toEqual([]);
  // A name is of its owner.
  const bobs = await make('mine', 'bob');
  expect(bobs.id).not.toBe(id);
  expect((await call('GET', '/api/containers/mine', { as: 'ann' })).body.container?.id).toBe(id);
  expect(await stateOf(id)).toBe('up');
  await Promise.all([end(id), end(bobs.id)]);
});

test.each([
  ['a name with slashes', { sessionId: '../../etc' }, 400, 'bad_request', 'lowercase letters'],
  ['a name that is too long', { sessionId: 'a'.repeat(37) }, 400, 'bad_request', '36'],
  ['no name', {}, 400, 'bad_request', 'sessionId'],
  ['an unknown setting', { sessionId: 'a', config: { jetstraem: true } }, 400, 'bad_request', 'jetstraem'],
  ['a lifetime that is too long', { sessionId: 'a', ttlSeconds: 86_401 }, 400, 'bad_request', '86400'],
] as const)('%s is refused', async (_what, body, status, code, words) => {
  const answer = await call('POST', '/api/containers', { body: JSON.stringify(body) });
  expect(answer).toMatchObject({
    status,
    body: { error: { code, message: expect.stringContaining(words) } },
  });
});

test('another configuration is a conflict, and none takes the session as it is', async () => {
  const { id } = await make('plain');
  const other = await call('POST', '/api/containers', {
    body: { sessionId: 'plain', config: { jetstream: true } },
  });
  expect(other).toMatchObject({ status: 409, body: { error: { code: 'session_differs' } } });
  const same = await call('POST', '/api/containers', { body: { sessionId: 'plain', config: {} } });
  expect(same).toMatchObject({ status: 200, body: { container: { id } } });
  await end(id);
});

test('a container that never starts: the answer says so within its time, and asking again tries again', async () => {
  const { engine } = running.stack;
  await engine.beginOutage('session-never');
  const started = performance.now();
  const answer = await call('POST', '/api/containers', { body: { sessionId: 'never' } });
  expect(performance.now() - started).toBeLessThan(12_000);
  expect([202, 503]).toContain(answer.status);
  if (answer.status === 202) expect(answer.headers.get('location')).toMatch(/^\/api\/containers\/never-/);
  await becomes('never', 'down', 30_000);
  engine.endOutage('session-never');
  const { id, state } = await make('never');
  expect(state).toBe('up');
  await end(id);
}, 60_000);

test('the example makes a server for a test run, and ends it with the run', async () => {
  const { url, adminToken } = running.stack;
  const client = 'node examples/node/client.mjs "$NATS_URL"; exit 3';
  const args = ['examples/sessions/test-run.mjs', 'run-7', 'sh', '-c', client];
  const env = { ...process.env, MERIDIAN_URL: url, MERIDIAN_TOKEN: adminToken };
  const ran = promisify(execFile)(process.execPath, args, { env });
  await expect(ran).rejects.toMatchObject({
    code: 3,
    stdout: 'connected to session-run-7\nreply: hello from Node\n',
  });
  await isGone('run-7');
});

test('while sessions are off nobody makes one, reaches one or needs one', async () => {
  const { stack } = running;
  const { id } = await make('off');
  const { version, config } = await stack.api.config();
  const madeBy = (who: MeridianConfig['sessions']['madeBy']) => ({
    config: { ...config, sessions: { ...config.sessions, madeBy: who } },
    message: `sessions: ${who}`,
  });
  await stack.api.put({ base: version, ...madeBy('admins') });
  expect(await call('POST', '/api/containers', { as: 'ann', body: { sessionId: 'off' } })).toMatchObject({
    status: 403,
    body: { error: { code: 'read_only' } },
  });
  await stack.api.put({ base: version + 1, ...madeBy('nobody') });
  expect(await call('POST', '/api/containers', { body: { sessionId: 'off' } })).toMatchObject({
    status: 404,
    body: { error: { code: 'sessions_off' } },
  });
  expect((await rawUpgrade(`${stack.url}/nats/${id}/connect`)).status).toBe(404);
  // The header means nothing then: the client is one of the regions.
  const { status, socket } = await rawUpgrade(stack.url, { 'x-nats-session': id });
  socket?.destroy();
  expect(status).toBe(101);
  expect((await end(id)).status).toBe(202);
});
