// `npm run cost`, as people run it.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runRegions, runRegionsOn } from '../../test/support/regions-command.ts';

const run = (...args: readonly string[]) => runRegions(args, { program: 'cost' });

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'meridian-cost-'));
});
afterAll(() => rm(folder, { recursive: true }));

test('it says the cost by driver and region, what stands beside it, and how old the prices are', async () => {
  const { code, out, err } = await run('--clients', '1000', '--messages', '100', '--fan-out', '10');
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(out).toContain('1,000 clients, 100 messages/s of 128 bytes, each to 10 of them, 24 hours a day.');
  expect(out).toMatch(/^total +\d+\.\d\d +\d+\.\d\d +\d+\.\d\d$/m);
  expect(out).toMatch(/^weur +\d+\.\d\d +\d+\.\d\d +\d+\.\d\d +1$/m);
  // What is of no region is a row like the others, and no sum of them.
  expect(out).toMatch(/^shared by all +\d+\.\d\d +\d+\.\d\d +\d+\.\d\d$/m);
  expect(out).toMatch(/^AWS Fargate, 6 tasks +\d/m);
  expect(out).toMatch(/^A further server costs less than a droplet of 4 GB/m);
  expect(out).toMatch(/^List prices, .* of \d{4}-\d\d-\d\d/m);
});

test('regions that sleep and have no clients cost the plan', async () => {
  const { out } = await run('--sleep', '--json');
  expect(JSON.parse(out).cost.total).toMatchObject({ low: 5, mid: 5 });
});

test('--json has all of it, with the load that was computed', async () => {
  const { out } = await run('--clients', '60', '--regions', 'weur=2', 'oc=1', '--hours', '8', '--json');
  expect(JSON.parse(out)).toMatchObject({
    traffic: { clients: 60, hours: 8, size: 128, shares: { weur: 2 / 3, oc: 1 / 3 } },
    cost: { regions: [{ region: 'weur' }, { region: 'oc' }, { region: null }], notes: [] },
    curve: expect.arrayContaining([expect.objectContaining({ messages: 10 })]),
    prices: { cloudflare: { readOn: expect.any(String) } },
  });
});

test('--csv is rows of FOCUS and nothing else', async () => {
  const { out } = await run('--clients', '60', '--csv');
  const lines = out.trimEnd().split('\r\n');
  expect(lines[0]).toMatch(/^BilledCost,BillingAccountId,/);
  expect(new Set(lines.slice(1).map((line) => line.split(',')[3]))).toEqual(new Set(['USD']));
});

describe('half a year later the prices are stale, and each output says so', () => {
  const clock = encodeURIComponent('const now = Date.now; Date.now = () => now() + 183 * 86_400_000;');
  const later = (...args: readonly string[]) =>
    runRegions(args, {
      program: 'cost',
      env: { NODE_OPTIONS: `--import=data:text/javascript,${clock}` },
    });

  test('--csv on stderr, so that what is piped stays a table', async () => {
    const { code, out, err } = await later('--csv');
    expect({ code, isTable: /^BilledCost,/.test(out), says: out.includes('Stale') }).toEqual({
      code: 0,
      isTable: true,
      says: false,
    });
    expect(err).toMatch(/^Stale, since .* prices of Cloudflare Workers \(/);
  });

  test('text and --json themselves', async () => {
    expect((await later()).out).toMatch(/^Stale, since/m);
    const { prices } = JSON.parse((await later('--json')).out);
    expect(prices.cloudflare.stale.length).toBeGreaterThan(0);
  });
});

test('without clients nothing is said of messages', async () => {
  const { out } = await run();
  expect(out).not.toMatch(/messages\/s(,|\.| beyond)|up to [\d,]+ messages/);
});

test('--curve marks what the servers have no CPU for', async () => {
  const { out } = await run(
    '--clients',
    '100',
    '--regions',
    'weur',
    '--set',
    'weur.jetstream=false',
    '--curve',
  );
  expect(out).toMatch(/^1000 +\d+\.\d\d +\d/m);
  expect(out).toMatch(/^100000 +\d+\.\d\d \* +\d/m);
  expect(out).toMatch(/^\* More than the servers have CPU for/m);
});

test('settings can be tried, and the file stays as it is', async () => {
  const total = async (...args: string[]) => JSON.parse((await run('--json', ...args)).out).cost.total.mid;
  expect(await total('--set', 'weur.instanceType=basic')).toBeLessThan(await total());
});

test('another file can be asked for', async () => {
  const file = join(folder, 'broken.json');
  await writeFile(file, '{ "regions": [] }');
  const { code, err } = await run('--file', file);
  expect(code).toBe(1);
  expect(err).toContain('regions: is empty');
});

describe('bad input ends with 2, and says what is wrong', () => {
  test.each<[readonly string[], string]>([
    [['--clients', '-1'], 'It must not be negative.'],
    [['--clients', 'many'], 'It must be a number'],
    [['--clients', 'NaN'], 'It must be a number'],
    [['--size', 'Infinity'], 'It must be a number'],
    [['--clients', ''], 'It must be a number'],
    [['--clients', '0x10'], 'It must be a number'],
    [
      ['--clients', '5', '--messages', '10', '--fan-out', '1000'],
      '--fan-out: each message cannot get to 1000',
    ],
    [['--streams', '1.5'], '--streams: must be a whole number'],
    [['--sleep', '--streams', '100'], '--streams: there is no stream, since no region has JetStream'],
    [['--regions', 'weur', '--clients', '9', '--stored-share', '1'], '--stored-share: there is no stream'],
    [['--regions', 'weur=1e308', 'oc=1e308'], '--regions: the share of weur must be 1000000000 at most'],
    [['--regions', 'weur=1', 'weur=2'], '--regions names weur twice'],
    [['--regions', 'weur=0x10'], 'the share of weur must be a number from 0, and is "0x10"'],
    [['--hours', '25'], '--hours: must be 24 at most, and is 25.'],
    [['--clients', '1', '--stored-share', '2'], '--stored-share: must be 1 at most'],
    [['--messages', '5'], '--messages: without clients nobody publishes'],
    [['--regions', 'mars'], 'mars'],
    [['--regions', 'weur=x'], 'the share of weur must be a number from 0, and is "x"'],
    [['--regions', 'weur=1', 'oc'], 'Give each of --regions its share'],
    [['--set', 'weur.instanceType=huge'], 'weur.instanceType'],
    [['--json', '--csv'], 'Either --json or --csv.'],
    [['--csv', '--curve'], 'Either --csv or --curve'],
  ])('%j', async (args, text) => {
    const { code, err } = await run(...args);
    expect(code).toBe(2);
    expect(err).toContain(text);
  });
});

describe('--measured', () => {
  const HOUR_MS = 3_600_000;
  const fields = ['clients', 'connects', 'inMsgs', 'outMsgs', 'inBytes', 'outBytes'];
  const point = (at: number, weur: readonly number[] | null, oc: readonly number[] | null) => ({
    at,
    regions: { weur, oc },
  });
  const answering = (day: readonly unknown[], hour: readonly unknown[] = []) => ({
    'GET /api/metrics/history?minutes=1440': { body: { fields, points: day } },
    'GET /api/metrics/history?minutes=60': { body: { fields, points: hour } },
  });

  test('takes the load of the last day', async () => {
    const points = [
      point(0, [30, 100, 1_000, 5_000, 256_000, 0], [10, 0, 0, 0, 0, 0]),
      point(HOUR_MS, [30, 130, 4_600, 23_000, 1_177_600, 0], [10, 0, 0, 0, 0, 0]),
    ];
    const { code, out } = await runRegionsOn(answering(points), ['--measured', '--json'], {
      program: 'cost',
    });
    expect(code).toBe(0);
    expect(JSON.parse(out).traffic).toMatchObject({
      clients: 40,
      messages: 1,
      fanOut: 5,
      size: 256,
      connects: 18,
      shares: { weur: 0.75, oc: 0.25, apac: 0 },
    });
  });

  test('takes the last hour of an edge that has just begun', async () => {
    const hour = [point(0, [2, 2, 0, 0, 0, 0], null), point(10_000, [2, 2, 50, 100, 5_000, 0], null)];
    const { out } = await runRegionsOn(answering([hour[0]], hour), ['--measured', '--json'], {
      program: 'cost',
    });
    expect(JSON.parse(out).traffic).toMatchObject({
      clients: 2,
      messages: 5,
      size: 100,
      fanOut: 2,
      connects: 0,
    });
  });

  test('clients with several subscriptions get a message more than once; what is given beside it is held against it', async () => {
    const hour = [point(0, [2, 2, 0, 0, 0, 0], null), point(10_000, [2, 2, 50, 500, 5_000, 0], null)];
    const ask = (...args: readonly string[]) =>
      runRegionsOn(answering(hour), ['--measured', '--json', ...args], { program: 'cost' });
    const { code, out } = await ask();
    expect(code).toBe(0);
    expect(JSON.parse(out).traffic).toMatchObject({ clients: 2, fanOut: 10 });
    const { err } = await ask('--clients', '9');
    expect(err).toContain('--fan-out: each message cannot get to 10 clients where there are 9');
  });

  test('a server that began anew has not gone back, and one that was silent counts where it was heard', async () => {
    const points = [
      point(0, [10, 50, 3_600, 0, 0, 0], null),
      point(HOUR_MS, null, null),
      point(2 * HOUR_MS, [10, 10, 7_200, 0, 0, 0], null),
      point(3 * HOUR_MS, [10, 20, 3_600, 0, 0, 0], null),
    ];
    const { out } = await runRegionsOn(answering(points), ['--measured', '--json'], { program: 'cost' });
    expect(JSON.parse(out).traffic.messages).toBeCloseTo((3_600 + 3_600) / (3 * 3_600), 6);
  });

  test.each([[[]], [[point(0, [0, 0, 0, 0, 0, 0], null)]]])(
    'without clients it ends with 7',
    async (points) => {
      const { code, err } = await runRegionsOn(answering(points), ['--measured'], { program: 'cost' });
      expect(code).toBe(7);
      expect(err).toContain('The edge knows of no clients in the last day');
    },
  );
});
