import fc from 'fast-check';
import { base64url, SignJWT } from 'jose';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type Claims, type SigningKey, signingKey, Team } from '../../test/support/access-team.ts';
import { verifyAccessJwt } from './access-jwt.ts';

const first = await signingKey('first');
const second = await signingKey('second');

const SECOND_MS = 1000;
const NOW_SECONDS = 1_800_000_000;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: NOW_SECONDS * SECOND_MS });
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

async function verdictOn(claims: Claims, key = first) {
  const team = new Team(first);
  return verifyAccessJwt(await team.sign(key, claims), team.application);
}

const refusedFor = (reason: RegExp) => ({ ok: false, reason: expect.stringMatching(reason) });

describe('a JWT that Access signed', () => {
  test('names the person', async () => {
    expect(await verdictOn({})).toEqual({ ok: true, actor: 'access:ada@example.com' });
  });

  test('names the service token', async () => {
    const claims = { email: undefined, common_name: 'ci.access', sub: '' };
    expect(await verdictOn(claims)).toEqual({ ok: true, actor: 'access:ci.access' });
  });

  test('may be signed with RS256', async () => {
    const key = await signingKey('rsa', 'RS256');
    const team = new Team(key);
    expect(await verifyAccessJwt(await team.sign(key), team.application)).toMatchObject({ ok: true });
  });

  test.each([{ email: undefined }, { email: '' }, { email: 7 }])(
    'is refused when it names nobody: %j',
    async (claims) => {
      expect(await verdictOn(claims)).toEqual(refusedFor(/names nobody/));
    },
  );
});

describe('times', () => {
  test.each([
    ['expired 29 s ago', { exp: NOW_SECONDS - 29 }, true],
    ['expired 30 s ago', { exp: NOW_SECONDS - 30 }, false],
    ['valid in 30 s', { nbf: NOW_SECONDS + 30 }, true],
    ['valid in 31 s', { nbf: NOW_SECONDS + 31 }, false],
    ['without an expiry', { exp: undefined }, false],
  ])('%s', async (_name, claims, ok) => {
    expect(await verdictOn(claims)).toMatchObject({ ok });
  });
});

describe('a JWT is refused', () => {
  test('for another application of the team', async () => {
    expect(await verdictOn({ aud: ['f'.repeat(64)] })).toEqual(refusedFor(/"aud"/));
    expect(await verdictOn({ aud: undefined })).toEqual(refusedFor(/"aud"/));
  });

  test('of another team', async () => {
    expect(await verdictOn({ iss: 'https://evil.cloudflareaccess.com' })).toEqual(refusedFor(/"iss"/));
    expect(await verdictOn({ iss: undefined })).toEqual(refusedFor(/"iss"/));
  });

  test('with the signature of another key of the same name', async () => {
    const impostor: SigningKey = { ...second, kid: 'first' };
    expect(await verdictOn({}, impostor)).toEqual(refusedFor(/signature/));
  });

  test('with another payload than was signed', async () => {
    const team = new Team(first);
    const [header, , signature] = (await team.sign(first)).split('.');
    const [, payload] = (await team.sign(first, { email: 'eve@example.com' })).split('.');
    const forged = `${header}.${payload}.${signature}`;
    expect(await verifyAccessJwt(forged, team.application)).toEqual(refusedFor(/signature/));
  });

  test('without a signature: alg none', async () => {
    const team = new Team(first);
    const [, payload] = (await team.sign(first)).split('.');
    for (const alg of ['none', 'None', 'NONE']) {
      const header = base64url.encode(JSON.stringify({ alg, kid: 'first' }));
      expect(await verifyAccessJwt(`${header}.${payload}.`, team.application)).toEqual(refusedFor(/alg/i));
    }
    expect(team.fetches).toBe(0);
  });

  test('with a secret made of the public key: HS256', async () => {
    const team = new Team(first);
    const secret = new TextEncoder().encode(JSON.stringify(first.jwk));
    const jwt = await new SignJWT({ email: 'eve@example.com' })
      .setProtectedHeader({ alg: 'HS256', kid: 'first' })
      .sign(secret);
    expect(await verifyAccessJwt(jwt, team.application)).toEqual(refusedFor(/alg/i));
  });

  test('with a key that it brings along itself', async () => {
    const team = new Team(first);
    const jwt = await new SignJWT({ email: 'eve@example.com' })
      .setProtectedHeader({ alg: 'ES256', kid: 'second', jwk: second.jwk, jku: 'https://evil.com/keys' })
      .sign(second.secret);
    expect(await verifyAccessJwt(jwt, team.application)).toEqual(refusedFor(/no applicable key/));
  });
});

describe('keys', () => {
  test('are fetched once for many JWTs, and again when they are 10 minutes old', async () => {
    const team = new Team(first);
    for (let i = 0; i < 3; i++) await verifyAccessJwt(await team.sign(first), team.application);
    expect(team.fetches).toBe(1);
    vi.setSystemTime(Date.now() + 10 * 60 * SECOND_MS);
    expect(await verifyAccessJwt(await team.sign(first), team.application)).toMatchObject({ ok: true });
    expect(team.fetches).toBe(2);
  });

  test('that were rotated are found by the first JWT that names the new one', async () => {
    const team = new Team(first);
    await verifyAccessJwt(await team.sign(first), team.application);
    team.published = [second, first];
    vi.setSystemTime(Date.now() + 31 * SECOND_MS);
    expect(await verifyAccessJwt(await team.sign(second), team.application)).toMatchObject({ ok: true });
    expect(await verifyAccessJwt(await team.sign(first), team.application)).toMatchObject({ ok: true });
    expect(team.fetches).toBe(2);
    team.published = [second];
    vi.setSystemTime(Date.now() + 10 * 60 * SECOND_MS);
    expect(await verifyAccessJwt(await team.sign(first), team.application)).toMatchObject({ ok: false });
  });

  test('are not fetched for each JWT that names an unknown one', async () => {
    const team = new Team(first);
    await verifyAccessJwt(await team.sign(first), team.application);
    for (let i = 0; i < 20; i++) {
      const jwt = await team.sign({ ...second, kid: `made-up-${i}` });
      expect(await verifyAccessJwt(jwt, team.application)).toMatchObject({ ok: false });
    }
    expect(team.fetches).toBe(1);
  });

  test('of one team are not those of another', async () => {
    const other = new Team(second);
    await verifyAccessJwt(await other.sign(second), other.application);
    const team = new Team(first);
    const jwt = await team.sign(second);
    expect(await verifyAccessJwt(jwt, team.application)).toMatchObject({ ok: false });
    expect(team.fetches).toBe(1);
  });

  test('that cannot be fetched let nobody in, until they can', async () => {
    const team = new Team(first);
    team.published = undefined;
    const jwt = await team.sign(first);
    expect(await verifyAccessJwt(jwt, team.application)).toEqual(refusedFor(/200 OK/));
    team.published = [first];
    expect(await verifyAccessJwt(jwt, team.application)).toMatchObject({ ok: true });
  });
});

test('no text makes it reject or lets anybody in', async () => {
  const { application } = new Team(first);
  const part = fc.oneof(
    fc.string(),
    fc.json().map((json) => base64url.encode(json)),
    fc
      .record({ alg: fc.constantFrom('RS256', 'ES256', 'HS256', 'none'), kid: fc.constantFrom('first', 'x') })
      .map((header) => base64url.encode(JSON.stringify(header))),
  );
  const jwt = fc.oneof(
    fc.string(),
    fc.array(part, { minLength: 3, maxLength: 5 }).map((parts) => parts.join('.')),
  );
  await fc.assert(
    fc.asyncProperty(jwt, async (text) => {
      expect(await verifyAccessJwt(text, application)).toMatchObject({ ok: false });
    }),
    { numRuns: 500 },
  );
});
