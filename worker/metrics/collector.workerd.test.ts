// The collector inside workerd, with its own SQLite and alarm; the regions' objects are faked.

import { runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterEach, beforeEach, expect, inject, test, vi } from 'vitest';
import { SEEN_STATES } from '../../api/states.ts';
import { bindingNameOf } from '../../regions/names.ts';
import { eventually } from '../../test/support/workerd/eventually.ts';
import { activeConfig, adoptConfig } from '../config/active-config.ts';
import type { MetricsWanted, RegionMetrics } from '../region/server-figures.ts';
import type { MetricsCollector } from './collector.ts';
import { FIELDS, type Point, type RegionFigures } from './history.ts';
import { DAY_MS, Ring, SLOT_MS, SLOTS } from './ring.ts';
import type { Snapshot } from './snapshot.ts';

declare global {
  namespace Cloudflare {
    interface Env {
      readonly METRICS: DurableObjectNamespace<MetricsCollector>;
    }
  }
}

/** What docs/storage.md says that a day takes, with as many regions as there are places for. */
const DAY_BYTES = 17.7e6;
const MOST_REGIONS = 11;

let round = 0;

beforeEach(() => {
  vi.spyOn(console, 'warn').mockImplementation(() => {});
  round += 1;
});

// All collectors of this file have one configuration: those of the tests before would go on looking, and push to sinks.
afterEach(() =>
  runInDurableObject(env.METRICS.getByName(`collector ${round}`), (_, state) => state.storage.deleteAlarm()),
);

type Answer = (wanted: MetricsWanted) => Promise<RegionMetrics>;

/** A new collector, whose regions are these; all others do not answer. */
async function collectorOf(regions: Readonly<Record<string, Answer>>) {
  const stub = env.METRICS.getByName(`collector ${round}`);
  await runInDurableObject(stub, (instance) => bind(instance, regions));
  return stub;
}

function bind(instance: MetricsCollector, regions: Readonly<Record<string, Answer>>): void {
  const bindings = Object.entries(regions).map(([id, metrics]) => [
    bindingNameOf(id),
    { getByName: () => ({ metrics }) },
  ]);
  Object.assign(Reflect.get(instance, 'env') as object, Object.fromEntries(bindings));
}

const up = (connections: number): RegionMetrics => ({
  status: { region: 'weur', state: 'up', since: 1, clients: connections, objectAgeMs: 1 },
  links: [],
  server: { answeredInMs: 1, varz: { server_name: 'nats-weur', total_connections: connections + 1 } },
});

const asleep: RegionMetrics = {
  status: { region: 'oc', state: 'asleep', since: 1, clients: 0, objectAgeMs: 1 },
  links: [],
};

async function pointsOf(stub: DurableObjectStub<MetricsCollector>): Promise<readonly Point[]> {
  return (await stub.history({ lastMs: DAY_MS, everyMs: SLOT_MS })) as readonly Point[];
}

test('every ten seconds there is a point: what a region does not say is unknown, not zero', async () => {
  const collector = await collectorOf({
    weur: async () => up(7),
    enam: () => Promise.reject(new Error('its object was reset')),
    oc: async () => asleep,
  });
  await collector.begin();
  expect(await runDurableObjectAlarm(collector)).toBe(true);
  const [point, ...others] = await pointsOf(collector);
  expect(others).toEqual([]);
  expect(point?.regions).toMatchObject({ enam: null, apac: null });
  expect(point?.regions.weur?.slice(0, 3)).toEqual([7, 8, null]);
  const known = new Map<string, number>([
    ['clients', 0],
    ['state', SEEN_STATES.indexOf('asleep')],
    ['failovers', 0],
  ]);
  expect(point?.regions.oc).toEqual(FIELDS.map((field) => known.get(field) ?? null));
  const next = await runInDurableObject(collector, (_, { storage }) => storage.getAlarm());
  expect((next ?? 0) - Date.now()).toBeLessThanOrEqual(SLOT_MS);
  expect((next ?? 1) % SLOT_MS).toBe(0);
});

test('it goes on after a reset, with the day that it had', async () => {
  const collector = await collectorOf({ weur: async () => up(7) });
  await collector.begin();
  await runDurableObjectAlarm(collector);
  const before = await pointsOf(collector);
  await runInDurableObject(collector, (_, state) => state.abort('reset')).catch(() => {});
  const again = env.METRICS.getByName(`collector ${round}`);
  expect(before).toHaveLength(1);
  expect(await pointsOf(again)).toEqual(before);
  expect(await runInDurableObject(again, (_, { storage }) => storage.getAlarm())).not.toBeNull();
});

test('those who ask at the same time get one answer, and those who ask later another', async () => {
  const collector = await collectorOf({ weur: async () => up(1) });
  const wanted = { details: true, ephemeral: false };
  const together = (await Promise.all(
    Array.from({ length: 4 }, () => collector.snapshot(wanted)),
  )) as Snapshot[];
  expect(new Set(together.map(({ at }) => at)).size).toBe(1);
  // It is kept for two seconds, not for ever.
  await eventually('a survey of its own', async () => {
    const { at } = (await collector.snapshot(wanted)) as Snapshot;
    return at > (together[0]?.at ?? 0);
  });
});

test('a day takes no more room than said, however long it collects', async () => {
  const collector = await collectorOf({});
  const figures: RegionFigures = FIELDS.map((_, index) => 1e15 + index);
  const ids = Array.from({ length: MOST_REGIONS }, (_, index) => `region-${index}`);
  const regions = Object.fromEntries(ids.map((id) => [id, figures]));
  const begin = Date.UTC(2026, 10, 1);
  const {
    rows: found,
    bytes,
    last,
  } = await runInDurableObject(collector, (_, { storage }) => {
    const ring = new Ring(storage.sql);
    const end = begin + 2 * DAY_MS;
    storage.transactionSync(() => {
      for (let at = begin; at <= end; at += SLOT_MS) ring.put({ at, regions });
    });
    const [{ rows } = { rows: 0 }] = storage.sql
      .exec<{ rows: number }>('SELECT count(*) AS rows FROM history')
      .toArray();
    const last = ring.points(0, end, 1);
    return { rows, bytes: storage.sql.databaseSize, last: [last.length, last[0]?.at, last.at(-1)?.at] };
  });
  expect(found).toBe(SLOTS);
  expect(last).toEqual([SLOTS, begin + DAY_MS + SLOT_MS, begin + 2 * DAY_MS]);
  expect(bytes / DAY_BYTES).toBeCloseTo(1, 1);
});

test('what an earlier deployment has kept of fewer numbers is read as that', async () => {
  const collector = await collectorOf({});
  const at = Date.now();
  await runInDurableObject(collector, (_, { storage }) => {
    new Ring(storage.sql);
    const numbers = Float64Array.from([7, 8, Number.NaN, Number.NaN]);
    storage.sql.exec('INSERT INTO history VALUES (1, ?, ?, ?)', at, 'weur,oc', numbers.buffer);
  });
  const [point] = await collector.history({ lastMs: DAY_MS, everyMs: SLOT_MS });
  expect(point?.regions.weur?.slice(0, 3)).toEqual([7, 8, null]);
  expect(point?.regions.weur).toHaveLength(FIELDS.length);
  expect(point?.regions.oc).toBeNull();
});

test('a history has no more points than it is asked for', async () => {
  const collector = await collectorOf({});
  const lastMs = 80 * 60_000;
  const now = Date.now();
  await runInDurableObject(collector, (_, { storage }) => {
    const ring = new Ring(storage.sql);
    for (let at = now - lastMs; at <= now; at += SLOT_MS) ring.put({ at, regions: {} });
  });
  const points = await collector.history({ lastMs, everyMs: lastMs / 360 });
  expect(points.length).toBeGreaterThan(200);
  expect(points.length).toBeLessThanOrEqual(360);
});

test('an alarm that comes twice writes one point, and one that comes late leaves a gap', async () => {
  const collector = await collectorOf({});
  const at = Date.UTC(2026, 10, 1);
  const times = await runInDurableObject(collector, (_, { storage }) => {
    const ring = new Ring(storage.sql);
    for (const ms of [0, 4_000, 35_000]) ring.put({ at: at + ms, regions: {} });
    return ring.points(at, at + DAY_MS, 1).map((point) => point.at - at);
  });
  expect(times).toEqual([4_000, 35_000]);
});

test('what it knows is pushed to sinks, whose redirects do not get the secret', async () => {
  const sink = `http://127.0.0.1:${inject('oddServers').sink}`;
  const collector = await collectorOf({ weur: async () => up(7) });
  const secret = 'MERIDIAN_EXPORT_TEST';
  await runInDurableObject(collector, (instance) => {
    const ofObject = Reflect.get(instance, 'env') as typeof env;
    Object.assign(ofObject, { [secret]: 'Authorization: Bearer abc' });
    const { config, version } = activeConfig(ofObject);
    const sinks = [
      { type: 'otlp', url: `${sink}/taken`, secret, every: '10s' },
      { type: 'json', url: `${sink}/moved`, secret, every: '10s' },
    ] as const;
    adoptConfig(ofObject, version + 1, { ...config, export: sinks });
  });
  await collector.begin();
  await runDurableObjectAlarm(collector);
  const wanted = { details: true, ephemeral: false };
  let sinks: Snapshot['sinks'] = [];
  await eventually('both sinks to have answered', async () => {
    sinks = ((await collector.snapshot(wanted)) as Snapshot).sinks ?? [];
    return sinks.length === 2 && sinks.every(({ sent, dropped }) => sent + dropped.redirected > 0);
  });
  expect(sinks).toMatchObject([
    { url: `${sink}/taken`, queued: 0, retries: 0, dropped: { redirected: 0 } },
    { url: `${sink}/moved`, sent: 0, queued: 0, retries: 0 },
  ]);
  const came = (await (await fetch(sink)).json()) as readonly { readonly url: string }[];
  const type = 'application/json';
  // Where ten seconds have begun meanwhile, each has come twice.
  const distinct = [...new Map(came.map((each) => [JSON.stringify(each), each])).values()];
  expect(distinct.sort((a, b) => a.url.localeCompare(b.url))).toEqual([
    { url: '/moved', authorization: 'Bearer abc', type },
    { url: '/taken', authorization: 'Bearer abc', type },
  ]);
});

test('what is forecast for an edit is held against who comes until the next one, also after a reset', async () => {
  const stub = await collectorOf({});
  await stub.begin();
  const kind = { wanted: 'weur', flags: '', cause: '', refusal: '', country: 'FR', colo: 'CDG' };
  const visit = (region: string, count: number) => ({
    visits: [{ ...kind, region, count, attempts: count, seconds: 1, within: [] }],
    paths: [],
  });
  const foreseen = (version: number) => ({
    ...{ version, at: version * 1_000, source: 'traffic' as const, confidence: 'good', movedShare: 1 },
    regions: [
      { region: 'weur', before: 1, after: 0 },
      { region: 'eeur', before: 0, after: 1 },
    ],
  });
  await stub.visits(visit('weur', 7));
  await stub.foreseen(foreseen(1));
  expect(await stub.forecasts()).toMatchObject([{ version: 1, connects: 0, elsewhereShare: null }]);
  await stub.visits(visit('eeur', 3));
  await stub.visits(visit('weur', 1));
  await stub.foreseen(foreseen(2));
  await stub.visits(visit('eeur', 5));
  await runDurableObjectAlarm(stub);
  await runInDurableObject(stub, (_, state) => state.abort('reset')).catch(() => {});
  const reset = env.METRICS.getByName(`collector ${round}`);
  expect(await reset.forecasts()).toMatchObject([
    { version: 2, until: null, connects: 5, elsewhereShare: 0 },
    { version: 1, until: 2_000, connects: 4, elsewhereShare: 0.25 },
  ]);
  for (let version = 3; version <= 14; version += 1) await reset.foreseen(foreseen(version));
  expect((await reset.forecasts()).map(({ version }) => version)).toEqual([
    14, 13, 12, 11, 10, 9, 8, 7, 6, 5,
  ]);
});

test('it looks again within seconds, though the clock has been set back by hours', async () => {
  const collector = await collectorOf({});
  await runInDurableObject(collector, (_, { storage }) => storage.setAlarm(Date.now() + 3_600_000));
  await collector.begin();
  const next = await runInDurableObject(collector, (_, { storage }) => storage.getAlarm());
  expect((next ?? 0) - Date.now()).toBeLessThanOrEqual(SLOT_MS);
});

test('what it has shown of the clients that came it still knows after a reset', async () => {
  const collector = await collectorOf({});
  const kind = { wanted: 'weur', flags: '', cause: '', refusal: '', country: 'FR', colo: 'CDG' };
  const visit = { ...kind, region: 'weur', count: 3, attempts: 3, seconds: 1, within: [] };
  const wanted = { details: true, ephemeral: false };
  const countOf = (snapshot: unknown) => (snapshot as Snapshot).visits?.totals[0]?.count;
  await collector.visits({ visits: [visit], paths: [] });
  expect(countOf(await collector.snapshot(wanted))).toBe(3);
  await runInDurableObject(collector, (_, state) => state.abort('reset')).catch(() => {});
  const again = env.METRICS.getByName(`collector ${round}`);
  expect(countOf(await again.snapshot(wanted))).toBe(3);
});

test('a region that slept is shown as it is, once a client has come to it', async () => {
  let oc: RegionMetrics = asleep;
  const collector = await collectorOf({ oc: async () => oc });
  const clients = async () => {
    await runDurableObjectAlarm(collector);
    return (await pointsOf(collector)).at(-1)?.regions.oc?.[0];
  };
  await collector.begin();
  expect(await clients()).toBe(0);
  oc = up(4);
  expect(await clients()).toBe(0);
  const kind = { wanted: 'oc', flags: 'wake', cause: '', refusal: '', country: 'AU', colo: 'SYD' };
  const visit = { ...kind, region: 'oc', count: 1, attempts: 1, seconds: 1, within: [] };
  await new Promise((resolve) => setTimeout(resolve, 2));
  await collector.visits({ visits: [visit], paths: [] });
  expect(await clients()).toBe(4);
});
