// The command as people run it, against an edge that answers as the API says.

import { expect, test } from 'vitest';
import { type SessionDetail, USUAL_SESSION_CONFIG } from '../../api/sessions.ts';
import { type Answers, refusal } from '../../test/support/fake-edge.ts';
import { runRegionsOn } from '../../test/support/regions-command.ts';

const run = (answers: Answers, ...args: readonly string[]) =>
  runRegionsOn(answers, args, { program: 'sessions' });

const SESSION: SessionDetail = {
  id: 'pr-1-abcdefghijklmnopqrstuvwxyz',
  name: 'pr-1',
  owner: 'token:read:ci',
  region: 'weur',
  created: '2026-11-27T06:00:00.000Z',
  expires: '2026-11-27T07:00:00.000Z',
  seen: '2026-11-27T06:00:00.000Z',
  state: 'up',
  config: USUAL_SESSION_CONFIG,
  clients: 2,
  url: 'ws://127.0.0.1:1/nats/pr-1-abcdefghijklmnopqrstuvwxyz/connect',
  token: 'its-own',
};
const answerOf = (more: Partial<SessionDetail> = {}) => ({
  body: { success: true, container: { ...SESSION, ...more } },
});
const ONE = `/api/containers/${SESSION.id}`;

test('create sends what was said, and nothing else, and shows what clients need', async () => {
  const plain = await run({ 'POST /api/containers': answerOf() }, 'create', 'pr-1');
  expect(plain).toMatchObject({ code: 0, asked: [{ body: { sessionId: 'pr-1' } }] });
  expect(plain.out).toContain('pr-1 is up, near weur, until 2026-11-27 07:00:00Z.');
  expect(plain.out).toContain(`NATS_URL    ${SESSION.url}`);
  expect(plain.out).toContain('NATS_TOKEN  its-own');

  const full = ['create', 'pr-1', '--ttl', '2h', '--jetstream', '--max-connections', '5', '--region', 'oc'];
  const { asked, out } = await run({ 'POST /api/containers?region=oc': answerOf() }, ...full, '--json');
  const config = { jetstream: true, maxConnections: 5 };
  expect(asked[0]?.body).toEqual({ sessionId: 'pr-1', config, ttlSeconds: 7200 });
  expect(JSON.parse(out)).toEqual(SESSION);
});

test('one that joins its region has a user, and what it shares', async () => {
  const joined = { user: 'session', shares: 'session.pr-1-abcdefgh', joined: 'weur' };
  const answers = { 'POST /api/containers': answerOf(joined), 'GET /api/containers/pr-1': answerOf(joined) };
  const { asked, out } = await run(answers, 'create', 'pr-1', '--join', 'leaf');
  expect(asked[0]?.body).toEqual({ sessionId: 'pr-1', config: { join: 'leaf' } });
  expect(out).toMatch(/NATS_USER +session\n +NATS_PASSWORD +its-own\n +joined +weur\n/);
  expect(out).toContain('session.pr-1-abcdefgh.in.> and session.pr-1-abcdefgh.out.>');
  expect(out).not.toContain('NATS_TOKEN');
  const shell = 'echo "$NATS_USER $NATS_PASSWORD"';
  const ran = await run(answers, 'connect', 'pr-1', '--', 'sh', '-c', shell);
  expect(ran.out).toBe('session its-own\n');
  expect((await run(answers, 'create', 'pr-1', '--join', 'mesh')).code).not.toBe(0);
});

test('create waits for a server that starts slowly, and says why one does not start', async () => {
  const starting = { 'POST /api/containers': { ...answerOf({ state: 'starting' }), status: 202 } };
  let looks = 0;
  const slow = () => answerOf({ state: ++looks < 2 ? 'starting' : 'up' });
  expect(await run({ ...starting, [`GET ${ONE}`]: slow }, 'create', 'pr-1')).toMatchObject({ code: 0 });
  expect(looks).toBe(2);
  const dead = answerOf({ state: 'down', problem: 'no host can run it' });
  const failed = await run({ ...starting, [`GET ${ONE}`]: dead }, 'create', 'pr-1');
  expect(failed.code).toBe(6);
  expect(failed.err).toContain('no host can run it');
});

test('list goes through all pages', async () => {
  const { clients: _clients, url: _url, token: _token, ...listed } = SESSION;
  const page = (name: string, next: number | null) => ({
    body: { containers: [{ ...listed, name }], count: 2, next, timestamp: SESSION.seen },
  });
  const answers = {
    'GET /api/containers?limit=200': page('b', 7),
    'GET /api/containers?before=7&limit=200': page('a', null),
  };
  const { code, out } = await run(answers, 'list');
  expect(code).toBe(0);
  expect(out).toMatch(/^NAME .*\nb +up +weur +token:read:ci .*\na +up /);
});

test('show has what the server says, if it runs', async () => {
  const server = {
    ...{ clients: 2, subscriptions: 60, inMessages: 7, outMessages: 14, inBytes: 2048, outBytes: 4096 },
    ...{ slowConsumers: 0, memoryBytes: 2 ** 24, streams: 0 },
  };
  const stats = (server: unknown) => ({ body: { id: SESSION.id, state: 'up', server } });
  const answers = {
    'GET /api/containers/pr-1': answerOf(),
    [`GET /nats/${SESSION.id}/stats`]: stats(server),
  };
  expect((await run(answers, 'show', 'pr-1')).out).toMatch(/clients +2\n +messages +7 in, 14 out\n/);
  const asleep = {
    'GET /api/containers/pr-1': answerOf({ state: 'asleep', clients: 0 }),
    [`GET /nats/${SESSION.id}/stats`]: stats(null),
  };
  const { out } = await run(asleep, 'show', 'pr-1');
  expect(out).toContain('pr-1 is asleep');
  expect(out).not.toContain('messages');
});

test('delete asks first, and with --wait returns once it is gone', async () => {
  const answers = {
    'GET /api/containers/pr-1': answerOf(),
    [`DELETE ${ONE}`]: answerOf({ state: 'ending' }),
  };
  const unasked = await run(answers, 'delete', 'pr-1');
  expect(unasked.code).toBe(2);
  expect(unasked.asked.map(({ method }) => method)).toEqual(['GET']);
  expect(await run(answers, 'delete', 'pr-1', '--yes')).toMatchObject({ code: 0, out: 'pr-1 ends.\n' });
  let looks = 0;
  const goes = () => (++looks < 2 ? answerOf({ state: 'ending' }) : refusal(404, 'no_such_session'));
  const waited = await run({ ...answers, [`GET ${ONE}`]: goes }, 'delete', 'pr-1', '--yes', '--wait');
  expect(waited).toMatchObject({ code: 0, out: 'pr-1 is gone.\n' });
  expect(looks).toBe(2);
});

test('connect runs a command with the credentials, and ends as it does', async () => {
  const answers = { 'GET /api/containers/pr-1': answerOf() };
  const shell = 'echo "$NATS_URL $NATS_TOKEN"; exit 7';
  const ran = await run(answers, 'connect', 'pr-1', '--', 'sh', '-c', shell);
  expect(ran).toMatchObject({ code: 7, out: `${SESSION.url} its-own\n` });
  const missing = await run(answers, 'connect', 'pr-1', '--', 'no-such-program');
  expect(missing.code).toBe(127);
  expect(missing.err).toContain('no-such-program cannot be run');
  // Nothing listens there.
  expect((await run(answers, 'connect', 'pr-1')).code).toBe(6);
});

test.each([
  ['off', 404, 'sessions_off', 1, 'sessions.madeBy=admins'],
  ['of another configuration', 409, 'session_differs', 1, 'Refused'],
  ['one too many', 429, 'session_quota', 1, 'Refused'],
  ['without permission', 403, 'read_only', 5, 'not change anything'],
] as const)('a refusal: %s', async (_what, status, errorCode, code, words) => {
  const result = await run(
    { 'POST /api/containers': refusal(status, errorCode) },
    'create',
    'pr-1',
    '--json',
  );
  expect(result.code).toBe(code);
  expect(result.err).toContain(words);
  expect(JSON.parse(result.out)).toMatchObject({ error: { code: errorCode } });
});

test.each([
  [['create']],
  [['create', 'pr-1', '--ttl', 'tomorrow']],
  [['create', 'pr-1', '--max-connections', '0']],
  [['destroy']],
])('wrong usage: %j', async (args) => {
  expect((await run({}, ...args)).code).toBe(2);
});
