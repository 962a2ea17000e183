import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { type Answering, fakeEdge, saying } from '../../test/support/edge-that-says.ts';
import { discover } from './about.ts';
import { signIn } from './credentials.ts';
import { fromEndpoint } from './edge.ts';
import { CredentialsError } from './errors.ts';

interface Seen {
  authorization?: string | undefined;
  body?: string;
}

/** An edge whose answer to a sign-in is given. */
function exchanging(status: number, answer: unknown, seen: Seen): Answering {
  return (request, response) => {
    if (request.method !== 'POST')
      return saying({ credentials: `http://${request.headers.host}/api/credentials` })(request, response);
    void text(request).then((body) => {
      Object.assign(seen, { authorization: request.headers.authorization, body });
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
    });
  };
}

test('a sign-in becomes a user whose seed stays here, and is renewed before it ends', async () => {
  const seen: Seen = {};
  const expiresAt = Date.now() + 3_600_000;
  await using edge = await fakeEdge(exchanging(200, { jwt: 'user-jwt', expiresAt }, seen));
  const { renewInMs, authenticator } = await signIn(async () => 'of-the-issuer')(
    edge.url,
    await discover(edge.url),
  );
  expect(seen.authorization).toBe('Bearer of-the-issuer');
  expect(JSON.parse(seen.body ?? '')).toEqual({ publicKey: expect.stringMatching(/^U[A-Z2-7]{55}$/) });
  expect(authenticator('nonce')).toMatchObject({ jwt: 'user-jwt', sig: expect.any(String) });
  expect(renewInMs).toBeGreaterThan(44 * 60_000);
  expect(renewInMs).toBeLessThanOrEqual(45 * 60_000);
});

test('a refused sign-in says why', async () => {
  const refusal = { error: { code: 'not_granted', message: 'nothing is granted' } };
  await using edge = await fakeEdge(exchanging(403, refusal, {}));
  const attempt = fromEndpoint(edge.url, { credentials: signIn(async () => 'x') });
  await expect(attempt).rejects.toThrow(CredentialsError);
  await expect(attempt).rejects.toMatchObject({ code: 'not_granted' });
  await expect(attempt).rejects.toThrow('nothing is granted');
});

test('where there are no sign-ins, the other ways are named', async () => {
  await using edge = await fakeEdge(saying());
  await expect(fromEndpoint(edge.url, { credentials: signIn(async () => 'x') })).rejects.toThrow(
    'takes no sign-ins: use a token',
  );
});

test('an issuer that fails is the cause, and the edge is not asked', async () => {
  const seen: Seen = {};
  const cause = new Error('the issuer is away');
  await using edge = await fakeEdge(exchanging(200, {}, seen));
  const failing = signIn(() => Promise.reject(cause));
  await expect(fromEndpoint(edge.url, { credentials: failing })).rejects.toMatchObject({ cause });
  expect(seen).toEqual({});
});
