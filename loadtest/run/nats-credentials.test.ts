import { expect, test } from 'vitest';
import { createOperatorFixture } from '../../test/support/container/operator-fixture.ts';
import { EXIT } from './loadtest-error.ts';
import { checkJwt } from './nats-credentials.ts';

const { userOf } = createOperatorFixture();
const NOW = { nowMs: 1_000_000_000_000, endsAtMs: 1_000_000_060_000 };

/** The JWT of a bearer user that expires so long after now. */
function bearer(seconds?: number): { readonly NATS_JWT: string } {
  const expiresAtMs = seconds === undefined ? undefined : NOW.nowMs + seconds * 1_000;
  return { NATS_JWT: userOf({ bearer_token: true }, expiresAtMs).jwt };
}

test('a bearer that outlasts the run is no matter, nor is one without an end', () => {
  expect(checkJwt(bearer(61), NOW)).toEqual([]);
  expect(checkJwt(bearer(), NOW)).toEqual([]);
  expect(checkJwt({}, NOW)).toEqual([]);
});

test('one that expires before the end of the run is told', () => {
  expect(checkJwt(bearer(12), NOW)).toEqual([
    'NATS_JWT expires in 12 s, at 2001-09-09T01:46:52.000Z, which is before the run ends: clients are disconnected then',
  ]);
  expect(checkJwt(bearer(12), { ...NOW, endsAtMs: null })).toEqual([]);
});

test.each([
  ['one that has expired', bearer(-1), 'NATS_JWT has expired at 2001-09-09T01:46:39.000Z'],
  ['one of a user that signs', { NATS_JWT: userOf({}).jwt }, 'which k6 cannot'],
  ['what is no JWT', { NATS_JWT: '/home/ann/ann.creds' }, 'NATS_JWT is no JWT'],
])('%s is refused', (_what, env, message) => {
  expect(() => checkJwt(env, NOW)).toThrow(
    expect.objectContaining({ exitCode: EXIT.refused, message: expect.stringContaining(message) }),
  );
});
