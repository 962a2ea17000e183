import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Written, writeSamples } from '../../test/support/data/sample-file.ts';
import { PLACES, summaryOfSamples } from '../../test/support/data/summary.ts';
import { Aggregator } from './aggregate.ts';

let folder = '';
let file = '';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'meridian-test-'));
  file = join(folder, 'samples.json.gz');
});

afterEach(() => rm(folder, { recursive: true }));

function ping(at: number, value: number, tags: Record<string, string> = {}): Written {
  return { metric: 'nats_ping', at, value, tags };
}

test('times are broken down by region, city and policy', async () => {
  const { metrics } = await summaryOfSamples([
    ping(0, 10, { region: 'weur', city: 'Paris', policy: 'meridian' }),
    ping(1, 20, { region: 'weur', city: 'Paris', policy: 'meridian' }),
    ping(2, 300, { region: 'oc', city: 'Sydney', policy: 'meridian' }),
  ]);
  expect(metrics.nats_ping).toMatchObject({
    type: 'trend',
    all: { count: 3, min: 10, p50: 20, max: 300 },
    by: {
      region: { weur: { count: 2, p50: 15 }, oc: { count: 1, p50: 300 } },
      city: { Paris: { count: 2 } },
    },
  });
});

test('a control policy counts as itself and nowhere else', async () => {
  const { metrics } = await summaryOfSamples([
    ping(0, 10, { region: 'weur', policy: 'meridian' }),
    ping(1, 900, { region: 'oc', policy: 'random' }),
  ]);
  expect(metrics.nats_ping?.all?.count).toBe(1);
  expect(metrics.nats_ping?.by.region).not.toHaveProperty('oc');
  expect(metrics.nats_ping?.by.policy?.random).toMatchObject({ p50: 900 });
});

test('a metric that was never sampled has no figures: no 0 ms that nobody measured', async () => {
  const { metrics } = await summaryOfSamples([ping(0, 900, { region: 'oc', policy: 'random' })]);
  expect(metrics.nats_ping).toMatchObject({ type: 'trend' });
  expect(metrics.nats_ping).not.toHaveProperty('all');
});

test('a delivery is of the pair of its subscriber and its publisher', async () => {
  const tags = { region: 'weur', peer: 'oc' };
  const { metrics } = await summaryOfSamples([{ metric: 'nats_delivery', at: 0, value: 140, tags }]);
  expect(Object.keys(metrics.nats_delivery?.by.pair ?? {})).toEqual(['weur < oc']);
});

test('a counter is its sum, a rate its share, a gauge its latest and its highest', async () => {
  const { metrics } = await summaryOfSamples([
    { metric: 'nats_published', at: 0, value: 3 },
    { metric: 'nats_published', at: 1, value: 4 },
    { metric: 'nats_errors', at: 0, value: 1 },
    ...[1, 2, 3].map((at) => ({ metric: 'nats_errors', at, value: 0 })),
    { metric: 'nats_clients', at: 0, value: 9 },
    { metric: 'nats_clients', at: 5, value: 2 },
  ]);
  expect(metrics.nats_published?.all?.value).toBe(7);
  expect(metrics.nats_errors?.all?.value).toBe(0.25);
  expect(metrics.nats_clients?.all).toMatchObject({ value: 2, max: 9 });
});

test('slices double in length until the whole run fits, and lose nothing', async () => {
  const samples = Array.from({ length: 600 }, (_, index) => ping(index * 1_000, index, { region: 'oc' }));
  const { timeSeries, durationMs } = await summaryOfSamples(samples);
  expect(durationMs).toBe(599_000);
  expect(timeSeries.sliceMs).toBe(8_000);
  const slices = timeSeries.metrics.nats_ping?.oc ?? [];
  expect(slices).toHaveLength(timeSeries.slices);
  expect(slices.reduce((sum, slice) => sum + (slice?.count ?? 0), 0)).toBe(600);
  expect(slices[0]).toMatchObject({ count: 8, p50: 3.5 });
});

test('a moment without samples is null, not 0', async () => {
  const { timeSeries } = await summaryOfSamples([ping(0, 5), ping(1_600, 5)]);
  expect(timeSeries.metrics.nats_ping?.all).toEqual([expect.any(Object), null, null, expect.any(Object)]);
});

test('a city is known by the region that served it most, at its place', async () => {
  const paris = (region: string) => ping(0, 12, { city: 'Paris', region });
  const { cities } = await summaryOfSamples([
    paris('oc'),
    paris('weur'),
    paris('weur'),
    ping(1, 1, { city: 'Nowhere' }),
  ]);
  expect(cities).toEqual([
    expect.objectContaining({
      city: 'Paris',
      region: 'weur',
      count: 3,
      p50: 12,
      latitude: PLACES[0]?.latitude,
    }),
  ]);
});

test('a file that was cut off is read as far as it goes', async () => {
  await writeSamples(
    file,
    Array.from({ length: 3_000 }, (_, at) => ping(at, Math.sin(at) ** 2)),
  );
  const whole = await readFile(file);
  await writeFile(file, whole.subarray(0, Math.floor(whole.length / 2)));
  const aggregator = new Aggregator();
  await aggregator.addFile(file);
  const { metrics, brokenLines } = aggregator.result();
  expect(metrics.nats_ping?.all?.count).toBeGreaterThan(500);
  expect(metrics.nats_ping?.all?.count).toBeLessThan(3_000);
  expect(brokenLines).toBeLessThanOrEqual(1);
});

test('a file that is no archive, and one that is not there, are errors', async () => {
  await appendFile(file, 'not gzip at all');
  await expect(new Aggregator().addFile(file)).rejects.toThrow(/header/);
  await expect(new Aggregator().addFile(join(folder, 'missing'))).rejects.toThrow(/ENOENT/);
});

test('runs of two places are laid over each other, each from its own start, and stay apart by site', async () => {
  const other = join(folder, 'other.gz');
  await writeSamples(file, [ping(0, 10)]);
  await writeSamples(other, [ping(3_600_000, 30)]);
  const aggregator = new Aggregator();
  await aggregator.addFile(file, 'london');
  await aggregator.addFile(other, 'tokyo');
  const { metrics, durationMs } = aggregator.result();
  expect(durationMs).toBe(0);
  expect(metrics.nats_ping?.by.site).toMatchObject({ london: { p50: 10 }, tokyo: { p50: 30 } });
});
