// The load test of a region whose clients come at once: whom it counts, held against the servers' connections and the
// region's own state.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ControlServer, startControlServer } from '../../loadtest/run/control-server.ts';
import { ensureK6 } from '../../local/binaries/k6.ts';
import { configOf } from '../support/data/checked-in.ts';
import { useStack } from '../support/file-stack.ts';
import { K6Run, type Samples } from '../support/k6-run.ts';
import { monitorOf, readMonitor } from '../support/monitor.ts';

const REGIONS = ['weur', 'enam', 'oc'] as const;
const STRUCK = 'oc';
const CLIENTS = 30;

const running = useStack(configOf(REGIONS));

const RUN_TIMEOUT_MS = 120_000;
const OBTAIN_TIMEOUT_MS = 16 * 60_000;

let k6 = '';
let control: ControlServer;

beforeAll(async () => {
  k6 = (await ensureK6({ log: console.error })).path;
  control = await startControlServer(running.stack);
}, OBTAIN_TIMEOUT_MS);
afterAll(() => control.close());

function startReconnect(env: Readonly<Record<string, string>> = {}): Promise<K6Run> {
  const variables = { REGIONS: REGIONS.join(','), REGION: STRUCK, CLIENTS: `${CLIENTS}`, ...env };
  return K6Run.start({ k6, script: 'reconnect', url: running.stack.url, env: variables });
}

/** Connections of k6 that its server has seen close, since it started. */
async function closedIn(region: string): Promise<number> {
  const monitor = await monitorOf(running.stack.engine, region);
  const { connections } = await readMonitor(monitor, 'connz?state=closed');
  return connections.filter(({ name }) => name === 'k6').length;
}

async function serverStart(): Promise<string> {
  const { start } = await readMonitor(await monitorOf(running.stack.engine, STRUCK), 'varz');
  return start;
}

/** By region, where it landed in the end; no client twice, and nobody refused. */
function expectAllServed(samples: Samples, kind: string): Record<string, number> {
  const outages = samples.of('nats_outage');
  expect(outages.map(({ tags }) => tags.kind)).toEqual(Array.from({ length: CLIENTS }, () => kind));
  for (const { tags } of outages) expect(tags.region).toBe(STRUCK);
  for (const never of ['refused', 'unavailable', 'gone', 'incomplete'])
    expect(samples.failures()[never], never).toBeUndefined();
  const landed = Map.groupBy(outages, ({ tags }) => tags.peer ?? '');
  return Object.fromEntries([...landed].map(([region, { length }]) => [region, length]));
}

test(
  'without a control server the clients leave and come again: no connection is cut, and their region serves them',
  async () => {
    const startedAt = await serverStart();
    const before = await closedIn(STRUCK);
    await using run = await startReconnect();
    const { exitCode, output, samples } = await run.result();
    expect(exitCode, output).toBe(0);
    expect(output).toContain('no server is killed');
    expect(expectAllServed(samples, 'rejoin')).toEqual({ [STRUCK]: CLIENTS });
    expect(samples.count('nats_disconnects')).toBe(0);
    expect(samples.of('nats_home')).toEqual([]);
    // Each of them twice; new clients are from elsewhere.
    expect(samples.of('nats_connect', { region: STRUCK })).toHaveLength(2 * CLIENTS);
    const seen = (await closedIn(STRUCK)) - before;
    expect(seen - 2 * CLIENTS).toBeGreaterThanOrEqual(0);
    expect(seen - 2 * CLIENTS).toBeLessThanOrEqual(1);
    expect(await serverStart()).toBe(startedAt);
    for (const kind of ['before', 'meanwhile', 'after'])
      expect(samples.of('nats_newcomer', { kind }).length, kind).toBeGreaterThan(10);
  },
  RUN_TIMEOUT_MS,
);

test(
  "a killed server's clients are served elsewhere, each counted once, and new ones come home to the new server",
  async () => {
    const startedAt = await serverStart();
    const others = REGIONS.filter((region) => region !== STRUCK);
    const before = new Map<string, number>();
    for (const region of others) before.set(region, await closedIn(region));
    await using run = await startReconnect({ CONTROL: control.url });
    const { output, samples } = await run.result();
    const landed = expectAllServed(samples, 'kill');
    expect(
      Object.keys(landed).some((region) => region !== STRUCK),
      output,
    ).toBe(true);
    const lost = samples.of('nats_disconnects', { kind: 'kill' });
    expect(lost.filter(({ tags }) => tags.phase !== 'connecting')).toHaveLength(CLIENTS);
    expect(samples.count('nats_disconnects', { kind: 'none' })).toBe(0);

    expect(await serverStart()).not.toBe(startedAt);
    const home = samples.of('nats_home', { region: STRUCK });
    expect(home.length, output).toBeGreaterThan(0);
    const [struckAt] = lost.map(({ time }) => time);
    for (const { time, value } of home)
      expect(Math.abs(time - value - (struckAt ?? 0)), 'it counts from the kill').toBeLessThan(1_000);
    // The others' servers have seen every connection that k6 counts, and the one that it tries first.
    for (const region of others) {
      const seen = (await closedIn(region)) - (before.get(region) ?? 0);
      const counted = samples.of('nats_connect', { region }).length;
      expect(seen - counted, region).toBeGreaterThanOrEqual(0);
      expect(seen - counted, region).toBeLessThanOrEqual(1);
    }
  },
  RUN_TIMEOUT_MS,
);

test(
  'a region that the target does not have is refused with those that there are',
  async () => {
    await using run = await startReconnect({ REGION: 'atlantis' });
    const { exitCode, output } = await run.result();
    expect(exitCode).not.toBe(0);
    expect(output).toContain('REGION is \\"atlantis\\": there are weur, enam, oc');
  },
  RUN_TIMEOUT_MS,
);
