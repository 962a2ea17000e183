import fc from 'fast-check';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { MeridianConfig } from '../../regions/config.ts';
import checkedIn from '../../regions/regions.json' with { type: 'json' };
import { validateConfig } from '../../regions/validate.ts';
import { signingKey, Team } from '../../test/support/access-team.ts';
import type { AdminEnv } from '../env.ts';
import { authorize, type Need } from './authorize.ts';

const TOKENS = {
  MERIDIAN_ADMIN_TOKEN: 'admin-secret-of-this-test',
  MERIDIAN_READ_TOKEN: 'read-secret-of-this-test',
};
const ADMIN = { authorization: 'Bearer admin-secret-of-this-test' };
const READ = { authorization: 'Bearer read-secret-of-this-test' };
const NEEDS = ['read', 'write'] as const;

const key = await signingKey('first');

afterEach(() => {
  vi.unstubAllGlobals();
});

function configWith(team?: Team): MeridianConfig {
  const { teamDomain, audience } = team?.application ?? {};
  const admin = team && { accessTeamDomain: teamDomain, accessAudience: audience };
  const result = validateConfig({ ...checkedIn, admin });
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result.config;
}

interface Attempt {
  readonly env?: AdminEnv;
  readonly config?: MeridianConfig;
  readonly need?: Need;
  readonly path?: string;
}

function attempt(headers: Record<string, string>, options: Attempt = {}) {
  const { env = TOKENS, config = configWith(), need = 'read', path = '/api/config' } = options;
  return authorize(new Request(`https://nats.example.com${path}`, { headers }), env, config, need);
}

describe('with nothing configured', () => {
  test.each([{}, ADMIN, { 'cf-access-jwt-assertion': 'x' }])('admin is off for %j', async (headers) => {
    for (const need of NEEDS) {
      expect(await attempt(headers, { env: {}, need })).toMatchObject({ code: 'admin_off' });
    }
  });

  test('an empty secret is nothing', async () => {
    const env = { MERIDIAN_ADMIN_TOKEN: '', MERIDIAN_READ_TOKEN: '' };
    expect(await attempt({ authorization: 'Bearer ' }, { env })).toMatchObject({ code: 'admin_off' });
  });
});

describe('with tokens', () => {
  test('the admin token reads and writes', async () => {
    for (const need of NEEDS) {
      expect(await attempt(ADMIN, { need })).toEqual({
        ok: true,
        actor: 'token:admin',
        mayWrite: true,
        secret: 'MERIDIAN_ADMIN_TOKEN',
      });
    }
  });

  test('two of them are valid at a time, and the audit log tells which', async () => {
    const env = { MERIDIAN_ADMIN_TOKEN: `old ${'o'.repeat(24)}\nnew ${'n'.repeat(24)}\n` };
    for (const name of ['old', 'new']) {
      const authorization = `Bearer ${(name[0] ?? '').repeat(24)}`;
      expect(await attempt({ authorization }, { env, need: 'write' })).toEqual({
        ok: true,
        actor: `token:admin:${name}`,
        mayWrite: true,
        secret: 'MERIDIAN_ADMIN_TOKEN',
      });
    }
  });

  test('the one that follows is valid beside it, and alone', async () => {
    const next = { MERIDIAN_ADMIN_TOKEN_NEXT: 'n'.repeat(24) };
    const authorization = `Bearer ${'n'.repeat(24)}`;
    const granted = { ok: true, actor: 'token:admin', secret: 'MERIDIAN_ADMIN_TOKEN_NEXT' };
    for (const env of [{ ...TOKENS, ...next }, next])
      expect(await attempt({ authorization }, { env, need: 'write' })).toMatchObject(granted);
    expect(await attempt(ADMIN, { env: { ...TOKENS, ...next } })).toMatchObject({ ok: true });
    expect(await attempt(ADMIN, { env: next })).toMatchObject({ code: 'unauthorized' });
  });

  test('one that is too short is not used, and the reason is in the log alone', async () => {
    const error = vi.spyOn(console, 'error').mockImplementation(() => {});
    const short = { MERIDIAN_ADMIN_TOKEN: 'too-short' };
    const answer = await attempt({ authorization: 'Bearer too-short' }, { env: short });
    expect(answer).toMatchObject({ code: 'admin_off', message: expect.stringContaining('cannot be used') });
    await attempt({}, { env: short });
    expect(error.mock.calls).toEqual([
      [expect.stringMatching(/^an admin token is not used: line 1 of MERIDIAN_ADMIN_TOKEN has a token of 9/)],
    ]);
    expect(JSON.stringify(error.mock.calls)).not.toContain('too-short');
    error.mockRestore();
  });

  test('the read token reads and does not write', async () => {
    expect(await attempt(READ)).toEqual({
      ok: true,
      actor: 'token:read',
      mayWrite: false,
      secret: 'MERIDIAN_READ_TOKEN',
    });
    expect(await attempt(READ, { need: 'write' })).toMatchObject({
      code: 'read_only',
      actor: 'token:read',
    });
  });

  test("the read token writes what is the caller's own, which does not let it write anything else", async () => {
    expect(await attempt(READ, { need: 'write-own' })).toEqual({
      ok: true,
      actor: 'token:read',
      mayWrite: false,
      secret: 'MERIDIAN_READ_TOKEN',
    });
  });

  test('no credentials and wrong ones get the same answer', async () => {
    const wrong = [
      {},
      { authorization: 'Bearer wrong' },
      { authorization: 'Basic admin-secret-of-this-test' },
    ];
    const answers = await Promise.all(
      [...wrong, { 'cf-access-jwt-assertion': 'x' }].map((each) => attempt(each)),
    );
    for (const answer of answers) {
      expect({ ...answer, reason: '' }).toEqual({ ...answers[0], reason: '' });
      expect(answer).toMatchObject({ code: 'unauthorized' });
    }
  });

  test('a token in the URL is refused, also beside a good header', async () => {
    for (const path of ['/api/config?token=admin-secret-of-this-test', '/api/config?access_token=x']) {
      expect(await attempt({}, { path })).toMatchObject({ code: 'token_in_url' });
      expect(await attempt(ADMIN, { path })).toMatchObject({ code: 'token_in_url' });
    }
  });
});

describe('with Cloudflare Access', () => {
  async function signedIn(headers: Record<string, string> = {}, env: AdminEnv = {}, need: Need = 'write') {
    const team = new Team(key);
    const jwt = await team.sign(key);
    const config = configWith(team);
    return attempt({ 'cf-access-jwt-assertion': jwt, ...headers }, { env, config, need });
  }

  test('somebody who has signed in reads and writes', async () => {
    expect(await signedIn()).toEqual({ ok: true, actor: 'access:ada@example.com', mayWrite: true });
  });

  test('the cookie alone is nothing', async () => {
    const team = new Team(key);
    const cookie = `CF_Authorization=${await team.sign(key)}`;
    expect(await attempt({ cookie }, { env: {}, config: configWith(team) })).toMatchObject({
      code: 'unauthorized',
    });
  });

  test('why a sign-in is refused is not told to the client', async () => {
    const team = new Team(key);
    const jwt = await team.sign(key, { exp: 1 });
    const access = await attempt({ 'cf-access-jwt-assertion': jwt }, { env: {}, config: configWith(team) });
    expect(access).toMatchObject({ code: 'unauthorized', reason: expect.stringContaining('exp') });
    expect(access.ok ? '' : access.message).not.toContain('exp');
  });

  test("another site's page cannot make the browser of an admin write", async () => {
    const page = { 'sec-fetch-site': 'cross-site' };
    expect(await signedIn(page)).toMatchObject({
      code: 'cross_site',
      actor: 'access:ada@example.com',
    });
    expect(await signedIn(page, {}, 'write-own')).toMatchObject({ code: 'cross_site' });
    expect(await signedIn(page, {}, 'read')).toMatchObject({ ok: true });
    expect(await signedIn({ 'sec-fetch-site': 'same-origin' })).toMatchObject({ ok: true });
  });

  test('a token beside the sign-in is what counts', async () => {
    expect(await signedIn(READ, TOKENS, 'read')).toMatchObject({ actor: 'token:read' });
    expect(await signedIn(READ, TOKENS, 'write')).toMatchObject({ code: 'read_only' });
    expect(await signedIn({ authorization: 'Bearer wrong' }, TOKENS)).toMatchObject({ code: 'unauthorized' });
  });

  test('no token lets anybody in while none is configured', async () => {
    expect(await attempt(ADMIN, { env: {}, config: configWith(new Team(key)) })).toMatchObject({
      code: 'unauthorized',
    });
  });
});

describe('the rate limit', () => {
  test('refuses right and wrong credentials alike, and says whose they were only to the audit log', async () => {
    const env = { ...TOKENS, ADMIN_RATE_LIMIT: { limit: async () => ({ success: false }) } };
    expect(await attempt(ADMIN, { env })).toMatchObject({ code: 'rate_limited', actor: 'token:admin' });
    expect(await attempt({}, { env })).toEqual({
      ok: false,
      code: 'rate_limited',
      message: expect.any(String),
    });
  });

  test('the right token is not refused because of others at the same address, nor they because of it', async () => {
    const counts = new Map<string, number>();
    const limit = async ({ key }: { key: string }) => {
      counts.set(key, (counts.get(key) ?? 0) + 1);
      return { success: (counts.get(key) ?? 0) <= 60 };
    };
    const env = { ...TOKENS, ADMIN_RATE_LIMIT: { limit } };
    const from = { 'cf-connecting-ip': '203.0.113.7' };
    for (let call = 0; call < 60; call += 1)
      await attempt({ ...from, authorization: 'Bearer guess' }, { env });
    expect(await attempt({ ...from, authorization: 'Bearer guess' }, { env })).toMatchObject({
      code: 'rate_limited',
    });
    expect(await attempt({ ...from, ...ADMIN }, { env })).toMatchObject({ ok: true });
    expect(await attempt({ ...from, ...READ }, { env })).toMatchObject({ ok: true });
    for (let call = 1; call < 60; call += 1) await attempt({ ...from, ...ADMIN }, { env });
    expect(await attempt({ ...from, ...ADMIN }, { env })).toMatchObject({ code: 'rate_limited' });
    expect(await attempt({ ...from, ...READ }, { env })).toMatchObject({ ok: true });
    expect(await attempt({ 'cf-connecting-ip': '203.0.113.8' }, { env })).toMatchObject({
      code: 'unauthorized',
    });
  });

  test('that does not work stops nobody and lets nobody in', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    const limit = async () => {
      throw new Error('down');
    };
    const env = { ...TOKENS, ADMIN_RATE_LIMIT: { limit } };
    expect(await attempt(ADMIN, { env })).toMatchObject({ ok: true });
    expect(await attempt({}, { env })).toMatchObject({ code: 'unauthorized' });
    expect(warn).toHaveBeenCalledWith('the admin rate limit does not work: down');
    warn.mockRestore();
  });
});

test('no request makes it throw, and none without credentials gets through', async () => {
  const config = configWith(new Team(key));
  const visible = fc.string({
    unit: fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code)),
  });
  const headers = fc.record(
    {
      authorization: fc.oneof(
        visible,
        visible.map((text) => `Bearer ${text}`),
      ),
      'cf-access-jwt-assertion': visible,
      'cf-connecting-ip': fc.oneof(visible, fc.ipV4(), fc.ipV6()),
      origin: visible,
      'sec-fetch-site': visible,
    },
    { requiredKeys: [] },
  );
  await fc.assert(
    fc.asyncProperty(headers, fc.webPath(), fc.webQueryParameters(), async (given, path, query) => {
      const access = await attempt(given, { config, need: 'write', path: `/${path}?${query}` });
      expect(access).toMatchObject({ ok: false, code: 'unauthorized' });
    }),
    { numRuns: 500 },
  );
});
