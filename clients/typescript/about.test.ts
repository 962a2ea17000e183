import { describe, expect, test } from 'vitest';
import { type Answering, fakeEdge, saying } from '../../test/support/edge-that-says.ts';
import { discover, originOf } from './about.ts';
import { ask } from './ask.ts';
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

  test.each([
    'https://bob:hunter2@nats.example.com',
    'bob:hunter2@nats.example.com',
    'x://bob:hunter2@[/?hunter2',
  ])('what is secret in %s is not repeated', (given) => {
    const refused = expect(() => originOf(given));
    refused.toThrow(EndpointError);
    refused.not.toThrow(/hunter2|bob/);
  });
});

const notFound: Answering = (_request, response) => response.writeHead(404).end();
const sentAway: Answering = (_request, response) =>
  response.writeHead(302, { location: 'http://127.0.0.2/' }).end();

const inTrouble: Answering = (_request, response) => response.writeHead(503).end('boom');

const endless: Answering = (_request, response) => {
  response.setHeader('content-type', 'application/json');
  response.write('{"meridian":"0.1.0","x":"');
  const chunk = Buffer.alloc(1 << 16, 'a');
  const more = () => {
    while (!response.destroyed && response.write(chunk));
    if (!response.destroyed) response.once('drain', more);
  };
  more();
};

test.each([
  ['another server', notFound, 'is not Meridian: it answers 404'],
  ['one that sends away', sentAway, 'it answers 302'],
  ["another's document", saying({ meridian: '' }), 'is not Meridian'],
  ['one that is in trouble', inTrouble, 'answers 503 to /.well-known/meridian.json'],
  ['an answer without end', endless, 'does not answer: the answer is longer than'],
  ['another protocol', saying({ nats: 'nats://127.0.0.1:4222' }), 'not what it should be: ws:// or wss://'],
  ['clients elsewhere', saying({ nats: 'wss://elsewhere/nats' }), 'another host: name it in `natsHosts`'],
  ['clients at another port', saying({ nats: 'ws://127.0.0.1:1/nats' }), 'another host'],
  ['clients at another machine, readable', saying({ nats: 'ws://elsewhere/nats' }), 'should be: wss://'],
  ['a user for clients', saying({ nats: 'ws://bob:hunter2@127.0.0.1/nats' }), 'with a user in it'],
  ['no address for clients', saying({ nats: 7 }), '"7", which is no address'],
  ['sign-ins elsewhere', saying({ credentials: 'http://127.0.0.2/api/credentials' }), 'another host'],
])('%s is said in words', async (_what, answering, text) => {
  await using edge = await fakeEdge(answering);
  const attempt = fromEndpoint(edge.url);
  await expect(attempt).rejects.toThrow(EndpointError);
  await expect(attempt).rejects.toThrow(text);
  await expect(attempt).rejects.not.toThrow('hunter2');
});

test('another host is taken where the caller names it, and no other', async () => {
  await using edge = await fakeEdge(saying({ nats: 'ws://127.0.0.2:8222/nats' }));
  const nats = 'ws://127.0.0.2:8222/nats';
  await expect(discover(edge.url, { natsHosts: ['127.0.0.2:8222'] })).resolves.toMatchObject({ nats });
  await expect(discover(edge.url, { natsHosts: ['127.0.0.2'] })).rejects.toThrow('another host');
  await expect(discover(edge.url, { natsHosts: ['127.0.0.3:8222'] })).rejects.toThrow('another host');
});

test('hosts are the same however they are written', async () => {
  await using edge = await fakeEdge((request, response) =>
    saying({ nats: `WS://LOCALHOST:${request.headers.host?.split(':')[1]}/nats` })(request, response),
  );
  const origin = edge.url.replace('127.0.0.1', 'localhost');
  await expect(discover(origin)).resolves.toMatchObject({ nats: `${origin.replace('http', 'ws')}/nats` });
});

test('an answer that does not come, or not to its end, says what was waited for', async () => {
  await using silent = await fakeEdge(() => undefined);
  await expect(ask(`${silent.url}/api/whoami?region=weur`, { timeoutMs: 50 })).rejects.toThrow(
    'waited 0.05 s for the answer to /api/whoami, in vain',
  );
  await using halting = await fakeEdge((_request, response) => response.write('{"meridian":'));
  await expect(ask(`${halting.url}/api/whoami`, { timeoutMs: 50 })).rejects.toThrow('waited 0.05 s');
});

test('that nobody listens is said in words', async () => {
  const edge = await fakeEdge(notFound);
  await edge[Symbol.asyncDispose]();
  await expect(fromEndpoint(edge.url)).rejects.toThrow(`${edge.url} does not answer: connect ECONNREFUSED`);
});

test('where no region takes the client, the decision is told', async () => {
  await using edge = await fakeEdge(saying());
  const error: unknown = await fromEndpoint(edge.url).catch((cause: unknown) => cause);
  expect(error).toBeInstanceOf(NoRegionError);
  expect(error).toMatchObject({ decision: 'weur draining' });
});
