import { expect, test } from 'vitest';
import {
  agesOfFailed,
  agesOfUnauthenticated,
  connectionsIn,
  failedLeafsIn,
  MonitoringError,
  parseGoDurationMs,
  readMonitoring,
} from './monitoring.ts';

test.each([
  ['0s', 0],
  ['531µs', 0.531],
  ['531us', 0.531],
  ['1.234ms', 1.234],
  ['999ns', 0.000_999],
  ['1s', 1_000],
  ['2.5s', 2_500],
  ['1m2.5s', 62_500],
  ['1h0m0.25s', 3_600_250],
  ['100h', 360_000_000],
])('the Go duration %s is %d ms', (text, milliseconds) => {
  expect(parseGoDurationMs(text)).toBeCloseTo(milliseconds, 9);
});

test.each([
  '',
  '0',
  '12',
  's',
  'ms',
  '-1s',
  '+1s',
  '1 s',
  ' 1s',
  '1s ',
  '1s\n',
  '.5s',
  '1.s',
  '1,5s',
  '1d',
  '1S',
  'Infinitys',
  'NaNms',
  '1s;2s',
  '1x1s',
])('%j is no Go duration', (text) => {
  expect(parseGoDurationMs(text)).toBeUndefined();
});

test('a long text that is almost a duration is refused in no time', () => {
  expect(parseGoDurationMs(`${'1s'.repeat(5_000)}!`)).toBeUndefined();
});

test('an endpoint is asked for by its name, with a time limit', async () => {
  const asked: [string, AbortSignal | null | undefined][] = [];
  const port = portThat((url, init) => {
    asked.push([url, init.signal]);
    return Response.json({ connections: 3 });
  });
  expect(await readMonitoring(port, 'varz')).toEqual({ connections: 3 });
  expect(asked).toEqual([['http://nats-server/varz', expect.any(AbortSignal)]]);
});

test.each([404, 500, 503])('an endpoint that answers %i is an error that says so', async (status) => {
  const port = portThat(() => new Response('no', { status }));
  await expect(readMonitoring(port, 'routez')).rejects.toThrow(
    new MonitoringError(`/routez answered ${status}`),
  );
});

test('an answer that is no JSON is an error', async () => {
  await expect(
    readMonitoring(
      portThat(() => new Response('<html>')),
      'varz',
    ),
  ).rejects.toThrow(SyntaxError);
});

function portThat(answer: (url: string, init: RequestInit) => Response): Fetcher {
  return { fetch: async (url: string, init: RequestInit) => answer(url, init) } as unknown as Fetcher;
}

test('of closed connections only those with wrong credentials failed to sign in', () => {
  const now = '2026-11-27T02:40:26.027897075Z';
  const closed = (start: string, reason: string) => ({ cid: 1, start, reason, in_msgs: 0, subscriptions: 0 });
  const connections = [
    closed('2026-11-27T02:40:26.021046146Z', 'Client Closed'),
    closed('2026-11-27T02:40:26.017133703Z', 'Authentication Failure'),
    closed('2026-11-27T02:40:24.027133703Z', 'Authentication Timeout'),
    closed('2026-11-27T02:40:16.027133703Z', 'Authentication Failure'),
  ];
  expect(agesOfFailed({ now, connections })).toEqual([10, 10_000]);
});

test("the oldest connections are all but Meridian's own, with how long each has existed", () => {
  const now = '2026-11-27T02:40:26.027897075Z';
  const idle = { in_msgs: 0, subscriptions: 0 };
  const connections = [
    { ...idle, cid: 5, start: '2026-11-27T02:40:16.027133703Z', name: 'meridian' },
    { ...idle, cid: 6, start: '2026-11-27T02:40:25.027133703Z', name: 'mine' },
    { ...idle, cid: 9, start: '2026-11-27T02:40:26.027133703Z' },
  ];
  expect(connectionsIn({ now, connections })).toEqual([
    { cid: 6, ageMs: 1_000 },
    { cid: 9, ageMs: 0 },
  ]);
});

const START = '2026-11-27T12:00:00Z';
const LATER = '2026-11-27T12:00:03Z';
const SAYS_NOTHING = { cid: 1, start: START, in_msgs: 0, subscriptions: 0 };

test('who has said nothing has not authenticated; an MQTT client has, which says nothing but its id', () => {
  const connections = [SAYS_NOTHING, { ...SAYS_NOTHING, cid: 2, mqtt_client: 'meter-7' }];
  expect(agesOfUnauthenticated({ now: LATER, connections })).toEqual([3_000]);
});

test("wrong credentials of a leaf node count for leaf nodes, a client's for clients", () => {
  const wrong = { ...SAYS_NOTHING, reason: 'Authentication Failure' };
  const connections = [
    { ...wrong, kind: 'Client' },
    { ...wrong, cid: 2, kind: 'Leafnode', start: LATER },
    { ...SAYS_NOTHING, cid: 3, kind: 'Leafnode', reason: 'Duplicate Remote LeafNode Connection' },
  ];
  expect(agesOfFailed({ now: LATER, connections })).toEqual([3_000]);
  expect(failedLeafsIn({ now: LATER, connections }, 50_000)).toEqual([{ id: 2, beganAt: 50_000 }]);
});
