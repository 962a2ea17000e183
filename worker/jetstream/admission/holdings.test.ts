import { describe, expect, test } from 'vitest';
import { type HeldStream, type Holdings, META_GROUP, missingIn } from './holdings.ts';

const SERVERS = ['nats-a', 'nats-b', 'nats-c'];

const ORDERS: HeldStream = {
  account: '$G',
  stream: 'ORDERS',
  created: '2026-11-26T19:26:44.794821826Z',
  servers: SERVERS,
  leader: 'nats-a',
  messages: 20,
  lastSeq: 20,
  consumers: [{ name: 'billing', servers: SERVERS }],
};

const HOLDER: Holdings = {
  server: 'nats-a',
  hasLeader: true,
  groups: { [META_GROUP]: { committed: 6, applied: 6 }, '$G S-R3F-1': { committed: 21, applied: 21 } },
  streams: [ORDERS],
};

const SAME: Holdings = { ...HOLDER, server: 'nats-b' };

function withStream(change: Partial<HeldStream>): Partial<Holdings> {
  return { streams: [{ ...ORDERS, ...change }] };
}

describe('a server', () => {
  test.each<[string, Partial<Holdings>]>([
    ['the same', {}],
    ['more, since it was asked later', withStream({ lastSeq: 25 })],
    [
      'entries that it has carried out and the holder had only committed',
      { groups: { [META_GROUP]: { committed: 9, applied: 9 } } },
    ],
  ])('with %s lacks nothing', (_what, change) => {
    expect(missingIn({ ...SAME, ...change }, [HOLDER])).toBeUndefined();
  });

  test.each<[string, Partial<Holdings>, RegExp]>([
    ['no leader', { hasLeader: false }, /no leader/],
    ['no part in the group', { groups: {} }, /not yet one of the JetStream servers/],
    ['an older list of streams', { groups: { [META_GROUP]: { committed: 5, applied: 5 } } }, /entry 5 of 6/],
    [
      'less of a group carried out than is committed',
      { groups: { ...HOLDER.groups, '$G S-R3F-1': { committed: 21, applied: 20 } } },
      /\$G S-R3F-1 up to entry 20 of 21/,
    ],
    ['no stream', { streams: [] }, /does not have stream ORDERS of account \$G/],
    ['fewer messages', withStream({ lastSeq: 19 }), /up to message 19 of 20/],
    ['another stream of that name', withStream({ created: '2026-11-26T20:00:00Z' }), /does not have stream/],
    ["another account's stream of that name", withStream({ account: 'A' }), /does not have stream/],
    ['no consumer', withStream({ consumers: [] }), /does not have consumer billing/],
  ])('with %s lacks something', (_what, change, words) => {
    expect(missingIn({ ...SAME, ...change }, [HOLDER])).toMatch(words);
  });

  test('need not have what is on other servers', () => {
    const elsewhere = { servers: ['nats-a', 'nats-c'] };
    const other = { ...SAME, streams: [] };
    expect(missingIn(other, [{ ...HOLDER, ...withStream(elsewhere) }])).toBeUndefined();
    const consumers = [{ name: 'near', ...elsewhere }];
    expect(
      missingIn({ ...SAME, ...withStream({ consumers: [] }) }, [{ ...HOLDER, ...withStream({ consumers }) }]),
    ).toBeUndefined();
  });

  test('is held against all that hold everything', () => {
    const behind = { ...HOLDER, server: 'nats-c', ...withStream({ lastSeq: 3 }) };
    expect(missingIn({ ...SAME, ...withStream({ lastSeq: 10 }) }, [behind, HOLDER])).toMatch(/10 of 20/);
  });
});
