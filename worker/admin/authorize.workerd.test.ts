// The same inside workerd, whose WebCrypto and whose rules about what requests may share are its own.

import { afterEach, expect, test, vi } from 'vitest';
import checkedIn from '../../regions/regions.json' with { type: 'json' };
import { validateConfig } from '../../regions/validate.ts';
import { signingKey, Team } from '../../test/support/access-team.ts';
import { verifyAccessJwt } from './access-jwt.ts';
import { authorize } from './authorize.ts';

const ENV = {
  MERIDIAN_ADMIN_TOKEN: 'admin-secret-of-this-test',
  MERIDIAN_READ_TOKEN: 'read-secret-of-this-test',
};

afterEach(() => {
  vi.unstubAllGlobals();
});

test.each([
  ['admin-secret-of-this-test', { ok: true, actor: 'token:admin' }],
  ['read-secret-of-this-test', { ok: false, code: 'read_only' }],
  ['admin-secret-of-this-tes', { ok: false, code: 'unauthorized' }],
  ['admin-secret-of-this-tests', { ok: false, code: 'unauthorized' }],
])('a write with the token %s', async (token, expected) => {
  const result = validateConfig(checkedIn);
  if (!result.ok) throw new Error('regions.json is not valid');
  const request = new Request('https://x/api/config', { headers: { authorization: `Bearer ${token}` } });
  expect(await authorize(request, ENV, result.config, 'write')).toMatchObject(expected);
});

test.each(['ES256', 'RS256'])('a sign-in signed with %s', async (alg) => {
  const [key, other] = await Promise.all([signingKey('first', alg), signingKey('first', alg)]);
  const team = new Team(key);
  const verdict = async (jwt: string) => (await verifyAccessJwt(jwt, team.application)).ok;
  expect(await verdict(await team.sign(key))).toBe(true);
  expect(await verdict(await team.sign(other))).toBe(false);
  expect(await verdict(await team.sign(key, { exp: 1 }))).toBe(false);
});
