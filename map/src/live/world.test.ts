import { expect, test } from 'vitest';
import type { LiveSnapshot } from '../../../api/live.ts';
import type { MeshLink } from '../../../api/mesh.ts';
import type { RegionView } from '../../../api/regions.ts';
import { readEvents } from './event-stream.ts';
import { flowsBetween } from './flows.ts';
import { ServerClock } from './server-clock.ts';
import { fromSnapshot, linkKey, withChange } from './world.ts';

const region = (id: string, more: Partial<RegionView> = {}): RegionView => ({
  id,
  region: id,
  name: id,
  hint: 'weur',
  placement: ['WEUR'],
  latitude: 0,
  longitude: 0,
  enabled: true,
  keepAwake: true,
  jetstream: false,
  state: 'up',
  since: 0,
  clients: 0,
  ...more,
});
const link = (bytes: number | null): MeshLink => ({
  a: 'oc',
  b: 'apac',
  state: 'up',
  since: 0,
  rttMs: 1,
  bytes,
  remade: 0,
  compression: null,
  plainBecause: null,
  transport: 'connect',
});
const SNAPSHOT: LiveSnapshot = {
  kind: 'snapshot',
  level: 'reader',
  build: 'one',
  at: 10_000,
  version: 3,
  regions: [region('oc'), region('apac')],
  links: [link(1_000)],
  places: [
    { key: 'a', region: 'oc', latitude: 1, longitude: 2, clients: 5 },
    { key: 'b', region: 'oc', latitude: 3, longitude: 4, clients: 1 },
  ],
};
const WORLD = fromSnapshot(SNAPSHOT);

test('what a change does not name is as it was, in the same order', () => {
  const after = withChange(WORLD, {
    kind: 'change',
    at: 11_000,
    regions: [region('apac', { state: 'down' })],
  });
  expect(after.regions.map(({ id, state }) => [id, state])).toEqual([
    ['oc', 'up'],
    ['apac', 'down'],
  ]);
  expect(after.regions[0]).toBe(WORLD.regions[0]);
  expect(after.places).toBe(WORLD.places);
  expect(after.version).toBe(3);
  expect(after.at).toBe(11_000);
});

test('a place without clients is gone, and a new one is there', () => {
  const places = [
    { key: 'a', region: 'oc', latitude: 1, longitude: 2, clients: 0 },
    { key: 'c', region: 'apac', latitude: 5, longitude: 6, clients: 2 },
  ];
  expect([...withChange(WORLD, { kind: 'change', at: 1, places }).places.keys()]).toEqual(['b', 'c']);
});

test('traffic is what a link has carried between two messages, and unknown until there were two', () => {
  const key = linkKey(link(0));
  expect(WORLD.traffic.get(key)?.rate).toBeNull();
  const after = withChange(WORLD, { kind: 'change', at: 12_000, links: [link(5_000)] });
  expect(after.traffic.get(key)?.rate).toBe(2_000);
  const idle = withChange(after, { kind: 'change', at: 20_000 });
  expect(idle.traffic.get(key)?.rate).toBe(0);
  const anew = withChange(after, { kind: 'change', at: 13_000, links: [link(10)] });
  expect(anew.traffic.get(key)?.rate).toBeNull();
  const unknown = withChange(after, { kind: 'change', at: 13_000, links: [link(null)] });
  expect(unknown.traffic.has(key)).toBe(false);
});

test('a link has one key, whichever side dials', () => {
  expect(linkKey({ a: 'oc', b: 'apac' })).toBe(linkKey({ a: 'apac', b: 'oc' }));
});

test('clients that a draining region loses and others gain have gone there, also when they arrive later', () => {
  const before = [
    region('oc', { clients: 10 }),
    region('apac', { clients: 1 }),
    region('weur', { clients: 1 }),
  ];
  const draining = region('oc', { state: 'draining', clients: 4 });
  const first = flowsBetween(
    before,
    [draining, region('apac', { clients: 5 }), region('weur', { clients: 1 })],
    1_000,
  );
  expect(first.flows).toEqual([{ from: 'oc', to: 'apac', clients: 4 }]);
  expect(first.underway).toEqual([{ region: 'oc', clients: 2, since: 1_000 }]);
  const next = [draining, region('apac', { clients: 5 }), region('weur', { clients: 9 })];
  const second = flowsBetween(
    [draining, region('apac', { clients: 5 }), region('weur', { clients: 1 })],
    next,
    2_000,
    first.underway,
  );
  expect(second.flows).toEqual([{ from: 'oc', to: 'weur', clients: 2 }]);
  expect(second.underway).toEqual([]);
});

test('clients that leave a region which serves, and those that were never seen again, have gone nowhere', () => {
  const before = [region('oc', { clients: 10 }), region('apac', { clients: 1 })];
  const after = [region('oc', { clients: 2 }), region('apac', { clients: 9 })];
  expect(flowsBetween(before, after, 1).flows).toEqual([]);
  const lost = [{ region: 'weur', clients: 8, since: 0 }];
  expect(flowsBetween(before, after, 60_000, lost).flows).toEqual([]);
});

test('the time is that of Meridian, whatever this machine says', () => {
  const clock = new ServerClock();
  clock.tell(1_000_000, 500);
  expect(clock.now(2_500)).toBe(1_002_000);
  expect(clock.age(2_500)).toBe(2_000);
});

test('events that come in pieces are whole, and comments are none', async () => {
  const text = new TextEncoder().encode(': hello\n\ndata: {"a":\ndata: 1}\n\ndata: ü\r\n\r\nda');
  const pieces = Array.from(text, (byte) => Uint8Array.of(byte));
  const seen: string[] = [];
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => {
      for (const piece of pieces) controller.enqueue(piece);
      controller.close();
    },
  });
  await readEvents(body, (data) => seen.push(data));
  expect(seen).toEqual(['{"a":\n1}', 'ü']);
});
