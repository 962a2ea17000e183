// How a session's creation is answered, with a registry and a server that are faked; test/failure/ has the real ones.

import { afterEach, expect, test, vi } from 'vitest';
import { USUAL_SESSION_CONFIG } from '../../api/sessions.ts';
import type { MeridianConfig } from '../../regions/config.ts';
import { edgeOf, requestFrom } from '../../test/support/workerd/edge-context.ts';
import type { EdgeContext } from '../edge-context.ts';
import type { Claim } from '../sessions/lease.ts';
import type { ServerSpec, ServerStatus } from '../sessions/session-stubs.ts';
import { createSession } from './sessions-create.ts';

afterEach(() => void vi.useRealTimers());

interface Fakes {
  readonly begin?: (spec: ServerSpec) => Promise<ServerStatus>;
  readonly claim?: () => Promise<never>;
  readonly madeBy?: MeridianConfig['sessions']['madeBy'];
  readonly mayJoin?: boolean;
  readonly operator?: string;
}

const up = async (): Promise<ServerStatus> => ({ state: 'up', since: 0 });

function edgeWith({ begin = up, claim, madeBy = 'readers', mayJoin = false, operator }: Fakes) {
  const { edge } = edgeOf();
  const placed: { hint?: unknown; claim?: Claim; spec?: ServerSpec } = {};
  const made = async (claimed: Claim) => {
    placed.claim = claimed;
    const config = claimed.config ?? USUAL_SESSION_CONFIG;
    const lease = { ...claimed, serial: 3, config, state: 'starting' as const };
    return { kind: 'made', lease: { ...lease, createdAt: 0, expiresAt: claimed.ttlMs, seenAt: 0, since: 0 } };
  };
  const registry = { secret: async () => new Uint8Array(32).buffer, claim: claim ?? made };
  const server = {
    begin: (spec: ServerSpec) => {
      placed.spec = spec;
      return begin(spec);
    },
  };
  const env = {
    SESSION_REGISTRY: { getByName: () => registry },
    SESSION_SERVER: {
      getByName: (_id: string, { locationHint }: { locationHint?: string }) => {
        placed.hint = locationHint;
        return server;
      },
    },
  };
  const config = { ...edge.config, sessions: { ...edge.config.sessions, madeBy, mayJoin } };
  return {
    edge: {
      ...edge,
      config,
      env: { ...edge.env, ...env, NATS_OPERATOR_JWT: operator },
    } as unknown as EdgeContext,
    placed,
  };
}

const asked = (colo = 'SYD', body: object = { sessionId: 'pr-1', ttlSeconds: 60 }) => {
  const { cf } = requestFrom(colo);
  const init = { method: 'POST', body: JSON.stringify(body) };
  return Object.defineProperty(new Request('https://meridian.example/api/containers', init), 'cf', {
    value: cf,
  });
};

const caller = (mayWrite: boolean) => ({
  actor: 'token:read:ci',
  mayWrite,
  address: '192.0.2.1',
  note: () => {},
});

const create = (edge: EdgeContext, mayWrite = false, colo?: string) =>
  createSession(asked(colo), edge, caller(mayWrite));

test('a session is placed where its maker would be connected, and answered with what clients need', async () => {
  const { edge, placed } = edgeWith({});
  const response = await create(edge);
  expect(response.status).toBe(201);
  expect(placed).toMatchObject({
    hint: 'oc',
    claim: { name: 'pr-1', owner: 'token:read:ci', region: 'oc', ttlMs: 60_000 },
  });
  const { id, token } = placed.spec as ServerSpec;
  expect(await response.json()).toMatchObject({
    success: true,
    container: { id, token, state: 'up', url: `wss://meridian.example/nats/${id}/connect` },
  });
  const elsewhere = edgeWith({});
  await create(elsewhere.edge, false, 'CDG');
  expect(elsewhere.placed.hint).toBe('weur');
});

test('a server that starts slowly is answered after ten seconds, with where to look', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const begun = Promise.withResolvers<void>();
  const begin = () => {
    begun.resolve();
    return new Promise<never>(() => {});
  };
  const { edge, placed } = edgeWith({ begin });
  let response: Response | undefined;
  const answered = create(edge).then((answer) => {
    response = answer;
  });
  await begun.promise;
  await vi.advanceTimersByTimeAsync(9_999);
  expect(response).toBeUndefined();
  await vi.advanceTimersByTimeAsync(1);
  await answered;
  expect(response?.status).toBe(202);
  expect(response?.headers.get('location')).toBe(`/api/containers/${placed.spec?.id}`);
  expect(await response?.json()).toMatchObject({ container: { state: 'starting', clients: null } });
});

test('one that does not start is a 503 that says why, and what to do', async () => {
  const down = async (): Promise<ServerStatus> => ({ state: 'down', since: 0, problem: 'no host' });
  const response = await create(edgeWith({ begin: down }).edge);
  expect(response.status).toBe(503);
  expect(await response.text()).toMatch(/no host.*Asking again tries again; DELETE \/api\/containers\/pr-1-/);
});

test('a registry that does not answer is a 503, and its words stay in the log', async () => {
  const log = vi.spyOn(console, 'error').mockImplementation(() => {});
  const claim = () => Promise.reject(new Error('internal words'));
  const response = await create(edgeWith({ claim }).edge);
  expect(response.status).toBe(503);
  expect(await response.text()).not.toContain('internal words');
  expect(log.mock.calls.join()).toContain('internal words');
  log.mockRestore();
});

test('1 MiB of configuration is too large, and claims nothing', async () => {
  const { edge, placed } = edgeWith({});
  const request = asked('SYD', { sessionId: 'pr-1', config: { note: 'x'.repeat(2 ** 20) } });
  expect((await createSession(request, edge, caller(true))).status).toBe(413);
  expect(placed.claim).toBeUndefined();
});

test.each([
  [{ sessionId: 'a/b' }, /sessionId: should be 1 to 36 lowercase letters.*but is \\"a\/b\\"/],
  [{ sessionId: 'a', config: { join: 'mesh' } }, /config\.join: \\"mesh\\" is not known.*Use one of leaf/],
])('what is wrong with %j is said in words', async (body, words) => {
  const { edge, placed } = edgeWith({});
  const response = await createSession(asked('SYD', body), edge, caller(true));
  expect(response.status).toBe(400);
  expect(await response.text()).toMatch(words);
  expect(placed.claim).toBeUndefined();
});

test.each<[string, Fakes, number, RegExp]>([
  ['where it may', { mayJoin: true }, 201, /"shares":"session\.pr-1-[a-z2-7]{8}"/],
  ['where it may not', {}, 400, /config\.join.*sessions\.mayJoin/],
  ['below an operator', { mayJoin: true, operator: 'eyJ' }, 400, /config\.join.*operator/],
])('a session that is to join its region, %s', async (_what, fakes, status, words) => {
  const { edge, placed } = edgeWith(fakes);
  const request = asked('SYD', { sessionId: 'pr-1', config: { join: 'leaf' } });
  const response = await createSession(request, edge, caller(false));
  expect(response.status).toBe(status);
  expect(await response.text()).toMatch(words);
  expect(placed.claim !== undefined).toBe(status === 201);
});

test.each([
  ['nobody', true, 404],
  ['admins', true, 201],
  ['admins', false, 403],
  ['readers', false, 201],
] as const)('made by %s: with write permission %s it is %i', async (madeBy, mayWrite, status) => {
  const { edge, placed } = edgeWith({ madeBy });
  expect((await create(edge, mayWrite)).status).toBe(status);
  expect(placed.claim !== undefined).toBe(status === 201);
});
