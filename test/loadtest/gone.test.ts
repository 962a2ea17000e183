// The books of load tests whose edge is gone for good, or was not there at first.

import { beforeAll, expect, test } from 'vitest';
import { ensureK6 } from '../../local/binaries/k6.ts';
import { waitFor } from '../../waiting/wait-for.ts';
import { configOf } from '../support/data/checked-in.ts';
import { FaultyEdge } from '../support/faulty-edge.ts';
import { useStack } from '../support/file-stack.ts';
import { K6Run, type Samples } from '../support/k6-run.ts';
import { Observer } from '../support/witness.ts';

const REGIONS = ['weur', 'oc'] as const;

const running = useStack(configOf(REGIONS));

const THRESHOLD_CROSSED = 99;
const RUN_TIMEOUT_MS = 120_000;
const OBTAIN_TIMEOUT_MS = 16 * 60_000;

/** For k6 to start, and on a busy machine. */
const BEGUN_WITHIN_MS = 40_000;

/** What `fanout` has at least. */
const SUBSCRIBERS = 60;

/** Between the end of the schedule and what k6 notes of it, on a busy machine. */
const SOON_MS = 1_000;

let k6 = '';

beforeAll(async () => {
  k6 = (await ensureK6({ log: console.error })).path;
}, OBTAIN_TIMEOUT_MS);

/** Each message went out or did not, and what went out arrived at each receiver or is missing there. */
function expectBalance(samples: Samples, receivers: number): void {
  expect(samples.count('nats_published')).toBeGreaterThan(0);
  expect(samples.count('nats_unsent', { kind: 'message' })).toBeGreaterThan(0);
  for (const [wanted, found] of Object.values(samples.messageBooks(receivers))) expect(found).toBe(wanted);
}

/** What was interrupted by it was so until the schedule ended, and not in the grace after it. */
function expectEndsWithSchedule(samples: Samples, metric: string): void {
  const end = samples.of('nats_due', { kind: 'message' }).at(-1)?.time ?? 0;
  const found = samples.of(metric);
  expect(found.length).toBeGreaterThan(0);
  for (const { time } of found) expect(Math.abs(time - end)).toBeLessThan(SOON_MS);
}

test(
  'what a publisher to many could not send is not missing at them as well',
  async () => {
    const { stack } = running;
    await using edge = await FaultyEdge.before(stack.url);
    await using observer = await Observer.in('oc', stack.url);
    const env = { REGIONS: REGIONS.join(','), DURATION: '5s' };
    await using run = await K6Run.start({ k6, script: 'fanout', url: edge.url, env });
    // Probes do not say where they were published.
    const news = () => [...observer.messages].filter(([region]) => region !== '');
    await waitFor('messages to many', { timeoutMs: BEGUN_WITHIN_MS }, () =>
      news().some(([, count]) => count >= 10),
    );
    await edge.vanish();
    const { exitCode, output, samples } = await run.result();
    expect(exitCode, output).toBe(THRESHOLD_CROSSED);
    expectBalance(samples, SUBSCRIBERS);
    expect(samples.of('nats_outage', { kind: 'gone' })).toHaveLength(1 + SUBSCRIBERS);
    for (const metric of ['nats_gap', 'nats_outage']) expectEndsWithSchedule(samples, metric);
  },
  RUN_TIMEOUT_MS,
);

test(
  'a step of a rate balances, and its gaps have names',
  async () => {
    const { stack } = running;
    await using edge = await FaultyEdge.before(stack.url);
    await using observer = await Observer.in('oc', stack.url);
    // The profile with one step.
    const env = { REGIONS: REGIONS.join(','), PROFILE: 'soak', DURATION: '5s', PAIRS: '1' };
    await using run = await K6Run.start({ k6, script: 'throughput', url: edge.url, env });
    await waitFor('messages', { timeoutMs: BEGUN_WITHIN_MS }, () => observer.requests > 1_000);
    await edge.vanish();
    const { exitCode, output, samples } = await run.result();
    expect(exitCode, output).toBe(THRESHOLD_CROSSED);
    expectBalance(samples, 1);
    for (const metric of ['nats_gap', 'nats_outage']) expectEndsWithSchedule(samples, metric);
    expect(samples.of('nats_gap').map(({ tags: { region, peer } }) => [peer, region])).toEqual([REGIONS]);
  },
  RUN_TIMEOUT_MS,
);

test(
  'a client that is refused at first connects from when it was due',
  async () => {
    const { stack } = running;
    await using edge = await FaultyEdge.before(stack.url);
    const env = { REGIONS: REGIONS.join(','), DURATION: '2s' };
    await using run = await K6Run.start({ k6, script: 'latency', url: edge.url, env });
    // k6 tries one connection before it begins.
    await waitFor('k6 to begin', { timeoutMs: BEGUN_WITHIN_MS }, () => edge.passed > 0);
    edge.upgrades = { status: 503 };
    const clients = REGIONS.length + REGIONS.length ** 2;
    await waitFor('its clients to be refused', { timeoutMs: BEGUN_WITHIN_MS }, () => edge.refused >= 4);
    edge.upgrades = 'pass';
    const { output, samples } = await run.result();
    const failed = samples.of('nats_errors', { kind: 'unavailable' });
    expect(failed.length, output).toBeGreaterThan(0);
    expect(samples.count('nats_due', { kind: 'connect' })).toBe(clients);
    const connects = samples.of('nats_connect');
    expect(connects).toHaveLength(clients);
    // Those that wait for long are told, since nothing is due to anybody until they are there.
    const long = connects.filter(({ value }) => value > 2_000).map(({ value }) => value);
    expect(samples.of('nats_waited').map(({ value }) => value)).toEqual(long);
    expect(long.length).toBeGreaterThanOrEqual(REGIONS.length);
    // The wait between two attempts is two seconds.
    expect(connects.filter(({ value }) => value > 1_500).length).toBeGreaterThanOrEqual(REGIONS.length);
  },
  RUN_TIMEOUT_MS,
);
