import { describe, expect, test } from 'vitest';
import { type Answering, fakeEdge, saying } from '../../test/support/edge-that-says.ts';
import { originOf } from './about.ts';
import { fromEndpoint } from './edge.ts';
import { EndpointError, NoRegionError } from './errors.ts';

describe('an endpoint', () => {
  test.each([
    ['nats.example.com', 'https://nats.example.com'],
    ['https://nats.example.com/nats', 'https://nats.example.com'],
    ['wss://nats.example.com', 'https://nats.example.com'],
    ['ws://127.0.0.1:8787', 'http://127.0.0.1:8787'],
    ['http://[::1]:8787', 'http://[::1]:8787'],
  ])('%s is taken as people write it', (given, origin) => {
    expect(originOf(given)).toBe(origin);
  });

  test.each([
    ['', 'is no address'],
    ['nats://nats.example.com', 'is reached by https://'],
    ['http://nats.example.com', 'is not encrypted'],
    ['http://127.0.0.1.nip.io:8787', 'is not encrypted'],
  ])('"%s" is refused: it %s', (given, what) => {
    expect(() => originOf(given)).toThrow(what);
  });
});

const notFound: Answering = (_request, response) => response.writeHead(404).end();
const sentAway: Answering = (_request, response) =>
  response.writeHead(302, { location: 'http://127.0.0.2/' }).end();

test.each([
  ['another server', notFound, 'is not Meridian: it answers 404'],
  ['one that sends away', sentAway, 'it answers 302'],
  ["another's document", saying({ meridian: '' }), 'is not Meridian'],
  ['an encryption that differs', saying({ nats: 'wss://elsewhere/nats' }), 'not what it should be'],
  ['no address for clients', saying({ nats: 7 }), 'not what it should be'],
  ['sign-ins elsewhere', saying({ credentials: 'http://127.0.0.2/api/credentials' }), 'another host'],
])('%s is said in words', async (_what, answering, text) => {
  await using edge = await fakeEdge(answering);
  const attempt = fromEndpoint(edge.url);
  await expect(attempt).rejects.toThrow(EndpointError);
  await expect(attempt).rejects.toThrow(text);
});

test('that nobody listens is said in words', async () => {
  const edge = await fakeEdge(notFound);
  await edge[Symbol.asyncDispose]();
  await expect(fromEndpoint(edge.url)).rejects.toThrow(`${edge.url} does not answer`);
});

test('where no region takes the client, the decision is told', async () => {
  await using edge = await fakeEdge(saying());
  const error: unknown = await fromEndpoint(edge.url).catch((cause: unknown) => cause);
  expect(error).toBeInstanceOf(NoRegionError);
  expect(error).toMatchObject({ decision: 'weur draining' });
});
