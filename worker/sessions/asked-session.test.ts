import { expect, test } from 'vitest';
import { extractSessionId } from './asked-session.ts';

const ID = 'pr-1-abcdefghijklmnopqrstuvwxyz';
const OTHER = 'pr-2-abcdefghijklmnopqrstuvwxyz';

const asked = (url: string, headers: Record<string, string> = {}) =>
  extractSessionId(new Request(new URL(url, 'https://edge.example'), { headers }));

test.each([
  ['path', `/nats/${ID}/connect`, {}],
  ['path', `/nats/${ID}/connect/`, {}],
  ['header', '/nats', { 'x-nats-session': ` ${ID} ` }],
  ['query', `/?session=${ID}`, {}],
  ['cookie', '/', { cookie: `a=b; meridian-session=${ID}; meridian-region=oc` }],
  ['cookie', '/', { cookie: `meridian-session="${ID}"; a=b` }],
  ['host', `https://${ID.toUpperCase()}.edge.example/nats`, {}],
  ['host', `https://${ID}.edge.example/nats`, {}],
] as const)('a session is named by %s: %s', (by, url, headers) => {
  expect(asked(url, headers)).toEqual({ id: ID, by });
});

test('what a client says for one connection counts before what it says for all', () => {
  const headers = { 'x-nats-session': ID, cookie: `meridian-session=${OTHER}` };
  expect(asked(`https://${OTHER}.edge.example/nats/${OTHER}/connect?session=${OTHER}`, headers)?.by).toBe(
    'path',
  );
  expect(asked(`/?session=${OTHER}`, headers)).toEqual({ id: ID, by: 'header' });
  expect(asked(`/?session=${ID}`, { cookie: headers.cookie })).toEqual({ id: ID, by: 'query' });
});

test('whoever names none asks for none', () => {
  for (const url of [
    '/',
    '/nats',
    '/nats/',
    '/?session=',
    'https://meridian.example.workers.dev/',
    'http://[::1]:8787/',
  ])
    expect(asked(url, { cookie: 'meridian-region=oc', 'x-nats-session': '' }), url).toBeUndefined();
});

test('what is none is told as it was given: whoever names a session never gets a region instead', () => {
  expect(asked('/', { 'x-nats-session': 'no such' })).toEqual({ id: 'no such', by: 'header' });
});
