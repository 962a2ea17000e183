// What a load test counts while the edge fails, held against a client of nats.js, against the servers' counters, and
// against when the fault was there.

import { beforeAll, expect, test } from 'vitest';
import { ensureK6 } from '../../local/binaries/k6.ts';
import { waitFor } from '../../waiting/wait-for.ts';
import { beginOutage } from '../outages/outage.ts';
import { configOf } from '../support/data/checked-in.ts';
import { FaultyEdge, type Upgrades } from '../support/faulty-edge.ts';
import { useStack } from '../support/file-stack.ts';
import { K6Run, type Samples } from '../support/k6-run.ts';
import { type Connz, monitorOf, readMonitor } from '../support/monitor.ts';
import { processesBelow } from '../support/process-tree.ts';
import { Observer, Witness } from '../support/witness.ts';

const REGIONS = ['weur', 'enam', 'oc'] as const;
const PAUSED = 'weur';

/** A publisher in each region, and from each a subscriber in every region. */
const CLIENTS = REGIONS.length + REGIONS.length ** 2;

const running = useStack(configOf(REGIONS));

const THRESHOLD_CROSSED = 99;
const RUN_TIMEOUT_MS = 120_000;
const OBTAIN_TIMEOUT_MS = 16 * 60_000;

/** For k6 to start, and on a busy machine. */
const BEGUN_WITHIN_MS = 40_000;

/** The last message of one user is due up to an interval before its schedule ends, and users begin a little apart. */
const ENDS_APART_MS = 1_500;

/** A load that shows gaps of a second, and that two busy cores carry. */
const LOAD = { REGIONS: REGIONS.join(','), RATE: '90' };

let k6 = '';

beforeAll(async () => {
  k6 = (await ensureK6({ log: console.error })).path;
}, OBTAIN_TIMEOUT_MS);

function startLatency(url: string, env: Readonly<Record<string, string>>): Promise<K6Run> {
  return K6Run.start({ k6, script: 'latency', url, env: { ...LOAD, ...env } });
}

/** Messages of the run that an observer has heard, so that a fault comes in the middle of it. */
function begun(observer: Observer, messages: number): Promise<unknown> {
  return waitFor(
    `${messages} messages of k6`,
    { timeoutMs: BEGUN_WITHIN_MS },
    () => observer.all >= messages,
  );
}

/** The books: what was due went out or did not, and what went out arrived or is missing. */
function expectBalance(samples: Samples): void {
  for (const [wanted, found] of Object.values(samples.messageBooks())) expect(found).toBe(wanted);
  const answered = samples.of('nats_request').length;
  const failed = samples.of('nats_errors').filter(({ value, tags }) => value > 0 && tags.peer !== undefined);
  expect(answered + failed.length).toBe(samples.count('nats_due', { kind: 'request' }));
}

/** Closed connections of k6 by region, of all runs. */
async function connectionsOfK6(): Promise<Record<string, Connz['connections']>> {
  const found: Record<string, Connz['connections']> = {};
  for (const region of REGIONS) {
    const monitor = await monitorOf(running.stack.engine, region);
    const { connections } = await readMonitor(monitor, 'connz?state=closed');
    found[region] = connections.filter(({ name }) => name === 'k6');
  }
  return found;
}

test(
  'without a fault its counts are those of the servers and of another client',
  async () => {
    const { stack } = running;
    await using observer = await Observer.in('oc', stack.url);
    await using run = await startLatency(stack.url, { DURATION: '4s' });
    const { exitCode, output, samples } = await run.result();
    expect(exitCode, output).toBe(0);
    expectBalance(samples);
    for (const nothing of ['missing', 'unsent', 'unanswered', 'disconnects', 'disordered', 'doubled'])
      expect(samples.count(`nats_${nothing}`), nothing).toBe(0);
    expect(samples.of('nats_gap')).toEqual([]);

    for (const region of REGIONS)
      expect(observer.messages.get(region)).toBe(samples.count('nats_published', { region }));
    // The servers count what they get from k6: messages, requests and their answers, and the probes before the first.
    const connections = await connectionsOfK6();
    const fromK6 = Object.values(connections).flat();
    const got = fromK6.reduce((sum, { in_msgs }) => sum + in_msgs, 0);
    const published = samples.count('nats_published');
    expect(got).toBeGreaterThanOrEqual(published + 2 * samples.of('nats_request').length);
    expect(got).toBeLessThanOrEqual(published + 2 * observer.requests);
    // Besides those that it measures, it tries one connection before it begins.
    expect(samples.of('nats_connect').length).toBe(CLIENTS);
    expect(fromK6.length).toBe(CLIENTS + 1);
  },
  RUN_TIMEOUT_MS,
);

test(
  'a region that is paused shows as a gap and in the percentiles, at the time when nats.js hears nothing',
  async () => {
    const { stack } = running;
    await using observer = await Observer.in('oc', stack.url);
    await using witness = await Witness.between('oc', PAUSED, stack.url);
    await using run = await startLatency(stack.url, { DURATION: '9s' });
    await begun(observer, 100);
    await waitFor('nats.js to hear itself', { timeoutMs: BEGUN_WITHIN_MS }, () => witness.hasHeard);
    {
      await using _pause = await beginOutage({
        kind: 'hung',
        regions: [PAUSED],
        engine: stack.engine,
        url: stack.url,
      });
      // k6 goes on by its schedule: three seconds' messages of the two regions that nothing happens to.
      const before = observer.all;
      await begun(observer, before + 3 * 60);
    }
    const { exitCode, output, samples } = await run.result();
    expect(exitCode, output).toBe(THRESHOLD_CROSSED);
    expectBalance(samples);

    const { fromMs, toMs } = witness.longestPause();
    for (const from of REGIONS) {
      const gaps = samples.of('nats_gap', { region: PAUSED, peer: from });
      expect(gaps.length, `gaps from ${from}`).toBeGreaterThan(0);
      const [longest] = gaps.toSorted((a, b) => b.value - a.value);
      if (longest === undefined) throw new Error('there is a longest gap');
      expect(Math.abs(longest.time - toMs)).toBeLessThan(1_000);
      expect(Math.abs(longest.time - longest.value - fromMs)).toBeLessThan(1_000);
    }
    expect(samples.of('nats_gap', { region: 'oc', peer: 'enam' })).toEqual([]);
    // The pause lasts a third of the run.
    const late = samples.of('nats_delivery', { region: PAUSED }).filter(({ value }) => value > 1_000);
    const lost = samples.count('nats_missing', { region: PAUSED });
    const all = samples.count('nats_published') / REGIONS.length;
    expect((late.length + lost) / all).toBeGreaterThan(0.1);
    expect(observer.messages.get('enam')).toBe(samples.count('nats_published', { region: 'enam' }));
  },
  RUN_TIMEOUT_MS,
);

test(
  'a Worker that is restarted costs each client one connection and the time until the next, not the rest of the run',
  async () => {
    const { stack } = running;
    await using observer = await Observer.in('oc', stack.url);
    const before = await connectionsOfK6();
    await using run = await startLatency(stack.url, { DURATION: '9s' });
    await begun(observer, 100);
    const workerd = (await processesBelow(process.pid)).find(({ command }) =>
      command.includes('workerd serve'),
    );
    if (workerd === undefined) throw new Error('workerd runs below this process');
    const killedAt = Date.now();
    process.kill(workerd.pid, 'SIGKILL');
    const { exitCode, output, samples } = await run.result();
    expect(exitCode, output).toBe(THRESHOLD_CROSSED);
    expectBalance(samples);

    const disconnects = samples.of('nats_disconnects').filter(({ value }) => value > 0);
    expect(disconnects.filter(({ tags }) => tags.phase !== 'connecting')).toHaveLength(CLIENTS);
    for (const { time, tags } of disconnects) {
      expect(tags.code).toBe('1006');
      expect(time).toBeGreaterThanOrEqual(killedAt);
    }
    const outages = samples.of('nats_outage');
    expect(outages).toHaveLength(CLIENTS);
    for (const { time, value, tags } of outages) {
      expect(tags.peer).toBe(tags.region);
      expect(Math.abs(time - value - killedAt)).toBeLessThan(1_000);
    }
    // Afterwards every pair is served again.
    const back = Math.max(...outages.map(({ time }) => time));
    for (const region of REGIONS)
      for (const peer of REGIONS) {
        const after = samples.of('nats_delivery', { region, peer }).filter(({ time }) => time > back);
        expect(after.length, `from ${peer} to ${region}`).toBeGreaterThan(0);
      }
    expect(samples.count('nats_unsent', { kind: 'message' })).toBeGreaterThan(0);
    // The servers have seen every connection that k6 counts, and the one that it tries first.
    const seen = Object.values(await connectionsOfK6()).flat().length - Object.values(before).flat().length;
    const refused = disconnects.length - CLIENTS;
    expect(seen).toBeGreaterThanOrEqual(samples.of('nats_connect').length + 1);
    expect(seen).toBeLessThanOrEqual(samples.of('nats_connect').length + 1 + refused);
  },
  RUN_TIMEOUT_MS,
);

test(
  'a connection that is silent before it is closed was lost when it fell silent',
  async () => {
    await using edge = await FaultyEdge.before(running.stack.url);
    await using observer = await Observer.in('oc', running.stack.url);
    await using run = await startLatency(edge.url, { DURATION: '8s' });
    // Each user begins by itself.
    await waitFor('all users to begin', { timeoutMs: BEGUN_WITHIN_MS }, () =>
      REGIONS.every((region) => (observer.messages.get(region) ?? 0) >= 10),
    );
    const silentAt = Date.now();
    edge.stall();
    await waitFor('a silence', { timeoutMs: 10_000 }, () => Date.now() - silentAt > 3_000);
    edge.cut();
    const { exitCode, output, samples } = await run.result();
    expect(exitCode, output).toBe(THRESHOLD_CROSSED);
    expectBalance(samples);
    const outages = samples.of('nats_outage');
    expect(outages).toHaveLength(CLIENTS);
    for (const { time, value } of outages) expect(Math.abs(time - value - silentAt)).toBeLessThan(1_000);
  },
  RUN_TIMEOUT_MS,
);

test(
  'an edge that is gone for good takes nothing from the schedule, and k6 ends in its time',
  async () => {
    const { stack } = running;
    await using edge = await FaultyEdge.before(stack.url);
    await using observer = await Observer.in('oc', stack.url);
    await using run = await startLatency(edge.url, { DURATION: '8s' });
    await begun(observer, 100);
    const goneAt = Date.now();
    await edge.vanish();
    const { exitCode, output, samples } = await run.result();
    expect(exitCode, output).toBe(THRESHOLD_CROSSED);
    expect(output).not.toContain('interrupted');
    expectBalance(samples);

    const due = samples.of('nats_due', { kind: 'message' });
    expect(due.length).toBeGreaterThan(0.95 * 8 * Number(LOAD.RATE));
    const [first, last] = [due.at(0)?.time ?? 0, due.at(-1)?.time ?? 0];
    expect(last - first).toBeGreaterThan(7_500);
    expect(samples.of('nats_outage', { kind: 'gone' })).toHaveLength(CLIENTS);
    expect(samples.failures().gone).toBe(CLIENTS);
    expect(samples.failures().refused).toBeGreaterThan(0);
    const gaps = samples.of('nats_gap');
    expect(gaps).toHaveLength(REGIONS.length ** 2);
    for (const { time, value } of gaps) {
      expect(Math.abs(time - value - goneAt)).toBeLessThan(1_000);
      expect(Math.abs(time - last)).toBeLessThan(ENDS_APART_MS);
    }
    // They end with the schedule, not with the grace after it.
    for (const { time } of samples.of('nats_outage'))
      expect(Math.abs(time - last)).toBeLessThan(ENDS_APART_MS);
  },
  RUN_TIMEOUT_MS,
);

/** By what its clients are met, and as which kind of error that counts. */
const REFUSALS: readonly (readonly [kind: string, upgrades: Upgrades])[] = [
  ['unavailable', { status: 503 }],
  ['residency', { status: 451 }],
  ['authorization', { status: 401 }],
  ['protocol', { says: 'this is not NATS\r\n' }],
  ['authorization', { says: "-ERR 'Authorization Violation'\r\n" }],
  // Served and ended in the same breath, as with credentials that expire in that moment.
  [
    'authorization',
    { says: `INFO {"server_name":"nats-oc"}\r\nPONG\r\n-ERR 'User Authentication Expired'\r\n` },
  ],
  ['closed', 'hang up'],
];

test(
  'clients that are refused, answered with nonsense, or hung up on count each by its kind, and come back after it',
  async () => {
    const { stack } = running;
    await using edge = await FaultyEdge.before(stack.url);
    await using observer = await Observer.in('oc', stack.url);
    await using run = await startLatency(edge.url, { DURATION: '16s', RECONNECT_WAIT_MS: '200' });
    await begun(observer, 50);
    const heard = observer.all;
    const times: { readonly kind: string; readonly fromMs: number; readonly toMs: number }[] = [];
    for (const [kind, upgrades] of REFUSALS) {
      const fromMs = Date.now();
      edge.upgrades = upgrades;
      edge.cut();
      const before = edge.refused;
      // The status is asked for once a second, and that is an upgrade too.
      await waitFor(`clients to be met: ${kind}`, { timeoutMs: 10_000 }, () => edge.refused >= before + 40);
      times.push({ kind, fromMs, toMs: Date.now() });
    }
    edge.upgrades = 'pass';
    await waitFor('k6 to go on', { timeoutMs: 10_000 }, () => observer.all > heard + 50);
    const { exitCode, output, samples } = await run.result();
    expect(exitCode, output).toBe(THRESHOLD_CROSSED);
    expectBalance(samples);
    for (const { kind, fromMs, toMs } of times) {
      const failed = samples.of('nats_errors', { kind }).filter(({ time }) => time >= fromMs && time <= toMs);
      expect(failed.length, kind).toBeGreaterThan(0);
    }
    expect(samples.of('nats_disconnects', { phase: 'connecting' }).length).toBeGreaterThan(0);
    expect(samples.of('nats_outage')).toHaveLength(CLIENTS);
    expect(samples.failures().gone).toBeUndefined();
  },
  RUN_TIMEOUT_MS,
);
