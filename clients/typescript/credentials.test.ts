import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { type Answering, fakeEdge, saying } from '../../test/support/edge-that-says.ts';
import { discover } from './about.ts';
import { credsFile, signIn, token } from './credentials.ts';
import { fromEndpoint } from './edge.ts';
import { CredentialsError, EndpointError } from './errors.ts';

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

const MINUTE_MS = 60_000;

test('the clock of this machine does not matter', async () => {
  const answering = exchanging(200, { jwt: 'user-jwt', expiresAt: Date.UTC(2020, 0, 1, 1) }, {});
  await using edge = await fakeEdge((request, response) => {
    response.setHeader('date', new Date(Date.UTC(2020, 0, 1)).toUTCString());
    answering(request, response);
  });
  const { renewInMs } = await signIn(async () => 'x')(edge.url, await discover(edge.url));
  expect(renewInMs).toBe(45 * MINUTE_MS);
});

test.each([
  [503, { error: { code: 'sign_in_unavailable', message: 'the keys' } }, 'cannot take the sign-in now (503'],
  [429, { error: { code: 'rate_limited', message: 'wait' } }, 'cannot take the sign-in now (429'],
  [502, 'oops', 'cannot take the sign-in now (502)'],
  [302, 'login', 'answers to the sign-in with something else (302)'],
  [200, { jwt: 7 }, 'answers to the sign-in with something else (200)'],
])('an edge that answers %i to a sign-in has not refused it', async (status, answer, text) => {
  await using edge = await fakeEdge(exchanging(status, answer, {}));
  const attempt = fromEndpoint(edge.url, { credentials: signIn(async () => 'x') });
  await expect(attempt).rejects.toThrow(EndpointError);
  await expect(attempt).rejects.toThrow(text);
});

test('no error repeats the sign-in', async () => {
  const jwt = 'eyJ-top-secret';
  const refusal = { error: { code: 'unauthorized', message: `not known: ${jwt}` } };
  await using edge = await fakeEdge(exchanging(401, refusal, {}));
  for (const given of [jwt, `${jwt}\nrest`, `${jwt}\u{1f511}`]) {
    const attempt = fromEndpoint(edge.url, { credentials: signIn(async () => given) });
    await expect(attempt).rejects.toThrow(CredentialsError);
    await expect(attempt).rejects.not.toThrow('top-secret');
    const error: unknown = await attempt.catch((cause: unknown) => cause);
    expect(String((error as Error).cause)).not.toContain('top-secret');
  }
});

test.each([
  [
    'throws at once',
    () => {
      throw new Error('no issuer');
    },
    'signing in failed: no issuer',
  ],
  ['gives nothing', async () => undefined as unknown as string, 'gave no JWT'],
])('a sign-in that %s is said in words', async (_what, jwt, text) => {
  const seen: Seen = {};
  await using edge = await fakeEdge(exchanging(200, {}, seen));
  const attempt = fromEndpoint(edge.url, { credentials: signIn(jwt) });
  await expect(attempt).rejects.toThrow(CredentialsError);
  await expect(attempt).rejects.toThrow(text);
  expect(seen).toEqual({});
});

test.each([
  ['an empty token', token(''), 'the token is empty'],
  ['a file that has none', credsFile('SUAsecret'), 'the credentials file has no JWT and no seed'],
  [
    'a seed that is none',
    credsFile('-----BEGIN J-----\nx\n------END J------\n\n-----BEGIN S-----\nSUAsecret\n------END S------\n'),
    'the credentials file has no JWT and no seed',
  ],
  ['one that throws', () => Promise.reject(new Error('no vault')), 'was not asked: no vault'],
])('of credentials, %s is said in words', async (_what, credentials, text) => {
  await using edge = await fakeEdge(saying());
  const attempt = fromEndpoint(edge.url, { credentials });
  await expect(attempt).rejects.toThrow(CredentialsError);
  await expect(attempt).rejects.toThrow(text);
  await expect(attempt).rejects.not.toThrow('SUAsecret');
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
