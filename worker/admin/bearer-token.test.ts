import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { adminTokensOf } from './admin-tokens.ts';
import { bearerTokenOf, hasTokenInUrl, tokenLike } from './bearer-token.ts';

const ADMIN = 'a'.repeat(64);
const READ = 'r'.repeat(64);
const BOTH = { MERIDIAN_ADMIN_TOKEN: ADMIN, MERIDIAN_READ_TOKEN: READ };

const requestWith = (authorization: string) => new Request('http://x/', { headers: { authorization } });

describe('Authorization', () => {
  test.each([
    ['Bearer abc', 'abc'],
    ['bearer abc', 'abc'],
    ['BEARER   abc', 'abc'],
    ['Bearer a+/=~!"', 'a+/=~!"'],
    ['Bearer', undefined],
    ['Bearer ', undefined],
    ['Bearer a b', undefined],
    ['Bearerabc', undefined],
    ['Basic abc', undefined],
    ['Bearer abc, Bearer def', undefined],
    ['abc', undefined],
    ['', undefined],
  ])('%j carries %j', (header, token) => {
    expect(bearerTokenOf(requestWith(header))).toBe(token);
  });

  test('is absent', () => {
    expect(bearerTokenOf(new Request('http://x/'))).toBeUndefined();
  });
});

describe('a token', () => {
  const { tokens } = adminTokensOf(BOTH);
  const grantOf = async (given: string, of = tokens) => (await tokenLike(given, of))?.grant;

  test('is good for what its secret is for', async () => {
    expect(await grantOf(ADMIN)).toBe('write');
    expect(await grantOf(READ)).toBe('read');
  });

  test('that is both secrets writes', async () => {
    const both = adminTokensOf({ ...BOTH, MERIDIAN_READ_TOKEN: ADMIN }).tokens;
    expect(await grantOf(ADMIN, both)).toBe('write');
  });

  test.each(['', 'a', ADMIN.slice(1), `${ADMIN}a`, `${ADMIN.slice(1)}b`, ADMIN.toUpperCase(), 'undefined'])(
    '%j is good for nothing',
    async (token) => {
      expect(await grantOf(token)).toBeUndefined();
    },
  );

  test('is good for nothing where there are none', async () => {
    for (const given of ['', 'undefined', ADMIN]) expect(await grantOf(given, [])).toBeUndefined();
  });

  test('of any other text is good for nothing', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary' }), async (token) => {
        expect(await grantOf(token)).toBeUndefined();
      }),
    );
  });
});

test.each([
  ['/api/config?token=x', true],
  ['/api/config?a=1&access_token=x', true],
  ['/api/config?ACCESS_TOKEN=x', true],
  ['/api/config?token', true],
  ['/api/config?%74oken=x', true],
  ['/api/config?tokens=x', false],
  ['/api/config?before=token', false],
  ['/token', false],
])('a token in the URL %s: %s', (path, found) => {
  expect(hasTokenInUrl(new Request(`http://x${path}`))).toBe(found);
});
