import { expect, test } from 'vitest';
import { parseLocation } from './location.ts';

const SECRET = 's3cret-of-this-test';

test.each([
  ['r2://meridian-state', { kind: 'r2', bucket: 'meridian-state', prefix: '' }],
  ['r2://meridian-state/team/a/', { kind: 'r2', bucket: 'meridian-state', prefix: 'team/a/' }],
  [
    'nats-kv://127.0.0.1:4222/b',
    { kind: 'nats-kv', server: 'nats://127.0.0.1:4222', bucket: 'b', prefix: '' },
  ],
  ['nats-kv+tls://connect.ngs.global/b/p', { server: 'tls://connect.ngs.global', bucket: 'b', prefix: 'p/' }],
  ['nats-kv+wss://meridian.example.com/b', { server: 'wss://meridian.example.com' }],
  ['nats-kv+ws://[::1]:8080/b', { server: 'ws://[::1]:8080' }],
  ['file:///var/lib/state', { kind: 'file', url: new URL('file:///var/lib/state') }],
])('%s', (text, location) => {
  expect(parseLocation(text, '--at')).toMatchObject(location);
});

test.each([
  ['', /--at takes a URL: r2:/],
  ['state', /--at takes a URL/],
  ['s3://bucket', /no kind of store "s3:"/],
  ['https://example.com', /no kind of store "https:"/],
  ['r2://', /names no bucket/],
  ['r2://A_B', /names no bucket/],
  ['r2://bucket//x', /the prefix has/],
  ['r2://bucket/a b', /the prefix has/],
  ['nats-kv://host', /names no server and bucket/],
  ['nats-kv:///bucket', /names no server and bucket/],
  ['nats-kv://host/b*', /names no server and bucket/],
  ['file:///', /takes a folder/],
  ['file://host/folder', /takes a folder/],
])('"%s" is refused in words', (text, message) => {
  expect(() => parseLocation(text, '--at')).toThrow(message);
});

test.each([
  `r2://key:${SECRET}@bucket`,
  `nats-kv://${SECRET}@host/bucket`,
  `nats-kv://host/bucket?token=${SECRET}`,
  `file:///folder#${SECRET}`,
])('a URL with a secret is refused, and not repeated', (text) => {
  expect(() => parseLocation(text, '--from')).toThrow(/^The URL of --from holds/);
  expect(() => parseLocation(text, '--from')).not.toThrow(new RegExp(SECRET));
});
