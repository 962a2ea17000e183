import { expect, test } from 'vitest';
import { figuresOf, type JszAnswer, MAX_CONSUMERS, MAX_STREAMS } from './jetstream-figures.ts';

type Consumer = NonNullable<
  NonNullable<NonNullable<JszAnswer['account_details']>[number]['stream_detail']>[number]['consumer_detail']
>[number];

const consumer = (name: string, isDurable = true): Consumer => ({
  name,
  config: isDurable ? { durable_name: name, description: 'reads' } : {},
  delivered: { consumer_seq: 5, stream_seq: 7, last_active: '2026-11-27T06:00:00Z' },
  ack_floor: { consumer_seq: 4, stream_seq: 6 },
  num_ack_pending: 1,
  num_redelivered: 2,
  num_waiting: 3,
  num_pending: 4,
  cluster: { leader: 'nats-weur' },
  ts: '2026-11-27T06:00:02.5Z',
});

const stream = (name: string, consumers: readonly Consumer[] = []) => ({
  name,
  cluster: {
    leader: 'nats-enam',
    replicas: [{ name: 'nats-enam', current: true, active: 5, lag: 9 }],
  },
  config: { max_msgs: -1, max_bytes: 1_000, num_replicas: 3 },
  state: {
    messages: 2,
    bytes: 20,
    first_seq: 3,
    last_seq: 4,
    first_ts: '2026-11-27T05:00:00Z',
    consumer_count: consumers.length,
  },
  consumer_detail: consumers,
  stream_raft_group: 'S-R3F-1',
});

const answer = (streams: readonly ReturnType<typeof stream>[]): JszAnswer => ({
  streams: streams.length,
  consumers: 1,
  messages: 2,
  bytes: 20,
  meta_cluster: { name: 'meridian', leader: 'nats-weur' },
  account_details: [
    {
      name: 'app',
      id: 'AAA',
      memory: 0,
      storage: 20,
      reserved_memory: -1,
      reserved_storage: -1,
      stream_detail: streams,
    },
  ],
});

const SHOWN = { name: 'nats-weur', ephemeral: false };

test('a stream, its consumer and the group of all servers are told as nats-server tells them', () => {
  const raftz = { $SYS: { _meta_: { committed: 3, applied: 2, pindex: 4 } } };
  const figures = figuresOf(answer([stream('ORDERS', [consumer('pull')])]), raftz, SHOWN);
  expect(figures).toMatchObject({
    cluster: 'meridian',
    isMetaLeader: true,
    meta: { committed: 3, applied: 2, pindex: 4 },
    accounts: [{ name: 'app', id: 'AAA', storage: 20, streams: 1 }],
    leftOut: { streams: 0, consumers: 0 },
  });
  const [found] = figures.streams;
  expect(found).toMatchObject({
    account: 'app',
    accountId: 'AAA',
    leader: 'nats-enam',
    isLeader: false,
    maxMessages: -1,
    maxBytes: 1_000,
    firstAt: Date.UTC(2026, 10, 27, 5),
    peers: [{ name: 'nats-enam', lag: 9, isCurrent: true }],
  });
  expect(found?.consumers).toMatchObject([{ name: 'pull', isLeader: true, pending: 4, sinceDelivery: 2.5 }]);
  expect(found?.consumers[0]).not.toHaveProperty('sinceAck');
});

test('a server that is alone leads everything, and an empty stream has no first message', () => {
  const { cluster: _cluster, ...alone } = stream('ALONE');
  const empty = { ...alone, state: { ...alone.state, messages: 0, first_ts: '0001-01-01T00:00:00Z' } };
  const { meta_cluster: _meta, ...jsz } = answer([empty as ReturnType<typeof stream>]);
  const figures = figuresOf(jsz, undefined, SHOWN);
  expect(figures).toMatchObject({ isMetaLeader: true, cluster: '', streams: [{ isLeader: true }] });
  expect(figures).not.toHaveProperty('meta');
  expect(figures.streams[0]).not.toHaveProperty('firstAt');
});

test('consumers that are not durable are shown only if they are wanted', () => {
  const jsz = answer([stream('ORDERS', [consumer('kept'), consumer('passing', false)])]);
  const namesIn = (ephemeral: boolean) =>
    figuresOf(jsz, undefined, { ...SHOWN, ephemeral }).streams[0]?.consumers.map(({ name }) => name);
  expect(namesIn(false)).toEqual(['kept']);
  expect(namesIn(true)).toEqual(['kept', 'passing']);
});

test('what is too much is left out, and counted', () => {
  const many = Array.from({ length: MAX_STREAMS + 3 }, (_, index) => stream(`S${index}`));
  const first = stream(
    'S0',
    Array.from({ length: MAX_CONSUMERS }, (_, index) => consumer(`c${index}`)),
  );
  const second = stream('S1', [consumer('one too many')]);
  const { streams, leftOut } = figuresOf(answer([first, second, ...many.slice(2)]), undefined, SHOWN);
  expect(streams).toHaveLength(MAX_STREAMS);
  expect(streams[1]?.consumers).toEqual([]);
  expect(leftOut).toEqual({ streams: 3, consumers: 1 });
});

test('what is read of too many is the same each time, in whichever order the server lists them', () => {
  const consumers = Array.from({ length: MAX_CONSUMERS + 2 }, (_, index) => consumer(`c${index}`));
  const streams = Array.from({ length: MAX_STREAMS + 3 }, (_, index) => stream(`S${index}`));
  const read = (of: typeof streams) => {
    const { streams, leftOut } = figuresOf(answer(of), undefined, SHOWN);
    return [leftOut, streams.map(({ stream, consumers }) => [stream, consumers.map(({ name }) => name)])];
  };
  const [first, ...others] = streams;
  const with0 = { ...(first ?? stream('S0')), consumer_detail: consumers };
  const reversed = { ...with0, consumer_detail: consumers.toReversed() };
  expect(read([...others.toReversed(), reversed])).toEqual(read([with0, ...others]));
});
