// The load tests of streams, and of an ordinary day: what they count, held against what nats.js reads from the same
// streams and hears on the same subjects, and against the servers' own counts; and whether they see what is lost.

import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, test } from 'vitest';
import { ensureK6 } from '../../local/binaries/k6.ts';
import { waitFor } from '../../waiting/wait-for.ts';
import { beginOutage } from '../outages/outage.ts';
import { type Client, connectFrom } from '../support/client.ts';
import { temporaryFolder } from '../support/command-process.ts';
import { configOf } from '../support/data/checked-in.ts';
import { FaultyEdge } from '../support/faulty-edge.ts';
import { useStack } from '../support/file-stack.ts';
import { K6Run, type Samples } from '../support/k6-run.ts';
import { LoadtestProcess } from '../support/loadtest-process.ts';
import { StreamReader } from '../support/stream-reader.ts';
import { jetStreamIsReady } from '../support/streams.ts';

/** The first three keep streams. */
const REGIONS = ['wnam', 'enam', 'weur', 'oc'] as const;
const KEEPERS = REGIONS.slice(0, 3);

const LIBRARY = fileURLToPath(new URL('../../loadtest/lib/', import.meta.url));

const running = useStack(configOf(REGIONS));

const WRONG = 1;
const THRESHOLD_CROSSED = 99;
const INTERRUPTED = 130;
const RUN_TIMEOUT_MS = 120_000;
const OBTAIN_TIMEOUT_MS = 16 * 60_000;

/** For k6 to start, and on a busy machine. */
const BEGUN_WITHIN_MS = 40_000;

let k6 = '';

beforeAll(async () => {
  k6 = (await ensureK6({ log: console.error })).path;
}, OBTAIN_TIMEOUT_MS);

beforeAll(async () => {
  await using client = await connectFrom(running.stack.url, undefined);
  await jetStreamIsReady(client.nats);
});

function start(script: string, env: Readonly<Record<string, string>>): Promise<K6Run> {
  return K6Run.start({ k6, script, url: running.stack.url, env });
}

/** What was due went out or did not, and what went out was acknowledged or failed. */
function expectBalance(samples: Samples, tags: Readonly<Record<string, string>> = {}): void {
  const due = samples.count('nats_due', { ...tags, kind: 'message' });
  const unsent = samples.count('nats_unsent', { ...tags, kind: 'message' });
  expect(samples.count('nats_published', tags) + unsent).toBe(due);
}

function expectNoTrouble(samples: Samples): void {
  for (const nothing of ['lost', 'missing', 'unsent', 'unanswered', 'disconnects', 'disordered', 'doubled'])
    expect(samples.count(`nats_${nothing}`), nothing).toBe(0);
  expect(samples.failures()).toEqual({});
}

test(
  'streams: acknowledged, published and read is what nats.js reads and what the servers hold, and nothing stays',
  async () => {
    const { stack } = running;
    await using reader = await StreamReader.at(stack.url);
    await using run = await start('jetstream', { DURATION: '6s', RATE: '120', STREAMS: '2', CONSUMERS: '2' });
    const streams = await reader.follow('k6-jetstream-', 2, BEGUN_WITHIN_MS);
    reader.watch(stack.engine, KEEPERS);
    const { exitCode, output, samples } = await run.result();
    expect(exitCode, output).toBe(0);
    expectBalance(samples);
    expectNoTrouble(samples);

    const acknowledged = samples.of('nats_ack').length;
    expect(acknowledged).toBe(samples.count('nats_published'));
    expect(acknowledged).toBe(6 * 120);
    expect(reader.total).toBe(acknowledged);
    expect(streams.reduce((sum, stream) => sum + (reader.held.get(stream) ?? 0), 0)).toBe(acknowledged);
    for (const [index, region] of REGIONS.entries()) {
      const read = streams.map((stream) => reader.read.get(stream)?.get(`${stream}.message.${index}`) ?? 0);
      expect(
        read.reduce((sum, count) => sum + count, 0),
        region,
      ).toBe(samples.count('nats_published', { region }));
      // Two consumers of each stream: each region has one of the four.
      expect(samples.count('nats_delivered', { peer: region })).toBe(
        2 * samples.count('nats_published', { region }),
      );
      expect(samples.of('nats_delivery', { region }).length).toBe(acknowledged / 2);
    }
    for (const { tags } of samples.of('nats_ack')) expect(KEEPERS).toContain(tags.peer);
    expect(await reader.streams('k6-')).toEqual([]);
  },
  RUN_TIMEOUT_MS,
);

test(
  'what vanishes from a stream is lost, and what one consumer does not get is missing there alone',
  async () => {
    const { stack } = running;
    await using reader = await StreamReader.at(stack.url);
    await using run = await start('jetstream', { DURATION: '6s', RATE: '120', STREAMS: '1', CONSUMERS: '2' });
    const [stream = ''] = await reader.follow('k6-jetstream-', 1, BEGUN_WITHIN_MS);
    await waitFor('messages', { timeoutMs: BEGUN_WITHIN_MS }, () => reader.total > 100);
    const { purged } = await reader.manager.streams.purge(stream);
    await reader.manager.consumers.delete(stream, 'reader-1');
    const { exitCode, samples } = await run.result();
    expect(exitCode).toBe(THRESHOLD_CROSSED);
    expect(purged).toBeGreaterThan(50);
    expect(samples.count('nats_lost')).toBe(purged);
    const [first, second] = REGIONS;
    const acknowledged = samples.of('nats_ack').length;
    expect(samples.count('nats_missing', { region: second })).toBe(
      acknowledged - samples.count('nats_delivered', { region: second }),
    );
    expect(samples.count('nats_missing', { region: second })).toBeGreaterThan(100);
    expect(samples.count('nats_missing', { region: first })).toBe(
      acknowledged - samples.count('nats_delivered', { region: first }),
    );
    expect(await reader.streams('k6-')).toEqual([]);
  },
  RUN_TIMEOUT_MS,
);

test.each(['jetstream', 'mixed'])(
  '%s: Ctrl-C in the middle leaves no stream',
  async (script) => {
    const { stack } = running;
    await using reader = await StreamReader.at(stack.url);
    const streams = async () => [...(await reader.streams('k6-')), ...(await reader.streams('KV_k6-'))];
    // What a test that failed has left is not this one's.
    const before = await streams();
    const own = async () => (await streams()).filter((name) => !before.includes(name));
    await using run = await LoadtestProcess.start(
      script,
      ...['--url', stack.url, '--profile', 'average', '--k6', k6],
    );
    await waitFor('streams', { timeoutMs: BEGUN_WITHIN_MS }, async () => (await own()).length >= 2);
    run.signal('SIGINT');
    expect(await run.exited, run.output).toBe(INTERRUPTED);
    expect(await own()).toEqual([]);
  },
  RUN_TIMEOUT_MS,
);

test(
  'with a stream that is deleted all is lost that was acknowledged, whoever has read it',
  async () => {
    await using reader = await StreamReader.at(running.stack.url);
    await using run = await start('jetstream', { DURATION: '4s', RATE: '120', STREAMS: '1', CONSUMERS: '1' });
    const [stream = ''] = await reader.follow('k6-jetstream-', 1, BEGUN_WITHIN_MS);
    await waitFor('messages', { timeoutMs: BEGUN_WITHIN_MS }, () => reader.total > 100);
    await reader.manager.streams.delete(stream);
    const { exitCode, output, samples } = await run.result();
    expect(exitCode, output).toBe(THRESHOLD_CROSSED);
    expect(samples.of('nats_ack').length).toBeGreaterThanOrEqual(100);
    expect(samples.count('nats_lost')).toBe(samples.of('nats_ack').length);
  },
  RUN_TIMEOUT_MS,
);

test(
  'what a stream holds behind an edge that is gone is not known, and nothing is taken for lost',
  async () => {
    await using edge = await FaultyEdge.before(running.stack.url);
    await using reader = await StreamReader.at(running.stack.url);
    const env = { DURATION: '4s', RATE: '120', STREAMS: '1', CONSUMERS: '1' };
    await using run = await K6Run.start({ k6, script: 'jetstream', url: edge.url, env });
    const [stream = ''] = await reader.follow('k6-jetstream-', 1, BEGUN_WITHIN_MS);
    await waitFor('messages', { timeoutMs: BEGUN_WITHIN_MS }, () => reader.total > 100);
    await edge.vanish();
    const { exitCode, output, samples } = await run.result();
    // k6 cannot.
    await reader.manager.streams.delete(stream);
    expect(exitCode, output).toBe(THRESHOLD_CROSSED);
    expect(samples.failures().unasked).toBe(1);
    expect(samples.count('nats_lost')).toBe(0);
    expect(samples.count('nats_missing')).toBe(0);
    expect(samples.count('nats_unsent', { kind: 'request' })).toBe(0);
  },
  RUN_TIMEOUT_MS,
);

test(
  'a stream whose creation was under way when its user was interrupted is deleted as well',
  async () => {
    const { stack } = running;
    await using reader = await StreamReader.at(stack.url);
    const folder = await temporaryFolder();
    const script = join(folder, 'late.js');
    await writeFile(
      script,
      `// Does anything stay?
import { removeStreams } from '${LIBRARY}jetstream-regions.js';
export const options = { scenarios: { all: { executor: 'per-vu-iterations', vus: 1, iterations: 1, maxDuration: '9s' } } };
export default function () {}
export async function teardown() {
  console.info('deletes its streams');
  await removeStreams('${KEEPERS[0]}', ['k6-late-'], 2);
}
`,
    );
    const [made, underWay] = ['k6-late-made', 'k6-late-under-way'];
    await reader.manager.streams.add({ name: made, subjects: [made] });
    await using run = await LoadtestProcess.start(script, ...['--url', stack.url, '--k6', k6]);
    await run.line(/deletes its streams/);
    await waitFor(
      'the first one to be gone',
      { timeoutMs: BEGUN_WITHIN_MS, pollMs: 5 },
      async () => !(await reader.streams('k6-late-')).includes(made),
    );
    await reader.manager.streams.add({ name: underWay, subjects: [underWay] });
    await run.exited;
    expect(await reader.streams('k6-late-'), run.output).toEqual([]);
    await rm(folder, { recursive: true });
  },
  RUN_TIMEOUT_MS,
);

/** Hears all that clients of a day publish, in a region that keeps no streams. */
class DayObserver implements AsyncDisposable {
  /** By activity. */
  readonly heard = { chat: 0, stream: 0, kv: 0, service: 0 };
  readonly #client: Client;

  private constructor(client: Client) {
    this.#client = client;
    const hear = (subject: string, activity: keyof DayObserver['heard']) =>
      client.nats.subscribe(subject, {
        callback: (_, message) => {
          // Before it begins, keys get a value and services are tried.
          if (!['probe', 'link'].includes(message.string())) this.heard[activity] += 1;
        },
      });
    hear('k6.day.*.*.said.*', 'chat');
    hear('k6.day.*.service', 'service');
    hear('*.message.*', 'stream');
    hear('$KV.*.*', 'kv');
  }

  static async at(url: string): Promise<DayObserver> {
    const observer = new DayObserver(await connectFrom(url, undefined));
    await observer.#client.nats.flush();
    return observer;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#client.close();
  }
}

test(
  'an ordinary day: each activity gets what is due to it, and nats.js hears as much',
  async () => {
    const { stack } = running;
    await using observer = await DayObserver.at(stack.url);
    await using run = await start('mixed', { DURATION: '5s', CLIENTS: '20' });
    const { exitCode, output, samples } = await run.result();
    expect(exitCode, output).toBe(0);
    expectNoTrouble(samples);
    const published = (activity: string) => samples.count('nats_published', { activity });
    for (const activity of ['chat', 'stream', 'kv'] as const) {
      expectBalance(samples, { activity });
      expect(published(activity), activity).toBeGreaterThan(0);
      expect(observer.heard[activity], activity).toBe(published(activity));
    }
    const asked = samples.count('nats_due', { activity: 'service', kind: 'request' });
    expect(observer.heard.service).toBe(asked);
    for (const activity of ['service', 'kv'])
      expect(samples.of('nats_request', { activity }).length).toBe(
        samples.count('nats_due', { activity, kind: 'request' }),
      );
    for (const activity of ['stream', 'kv'])
      expect(samples.of('nats_ack', { activity }).length).toBe(published(activity));
    expect(samples.of('nats_ping', { activity: 'idle' }).length).toBe(
      samples.count('nats_due', { activity: 'idle', kind: 'ping' }),
    );
    // Nothing is overwritten before the watching client sees it, at this rate.
    expect(samples.count('nats_delivered', { activity: 'kv' })).toBe(published('kv'));
    // Besides these it connects to see whether the target is there, and to delete its streams.
    const connected = samples.of('nats_connect').filter(({ tags }) => tags.activity !== undefined);
    expect(connected.length).toBe(20);
  },
  RUN_TIMEOUT_MS,
);

test(
  'a day can be changed, and what it does not know is refused before k6 starts',
  async () => {
    const { stack } = running;
    const day = '{"kv": {"share": 0}, "stream": {"share": 0}, "chat": {"everyMs": 100}}';
    await using run = await start('mixed', { DURATION: '2s', DAY: day });
    const { exitCode, output, samples } = await run.result();
    expect(exitCode, output).toBe(0);
    expect(samples.of('nats_ack')).toEqual([]);
    expect(samples.count('nats_published', { activity: 'chat' })).toBe(
      20 * samples.of('nats_connect', { activity: 'chat' }).length,
    );
    await using refused = await LoadtestProcess.start(
      'mixed',
      ...['--url', stack.url, '--k6', k6, '-e', 'DAY={"talk": {}}'],
    );
    expect(await refused.exited).toBe(WRONG);
    expect(refused.output).toContain('DAY: there is no activity "talk". There are: idle, chat');
  },
  RUN_TIMEOUT_MS,
);

// The last one: until that region is back with its replicas, streams have too few servers.
test(
  'a region that keeps streams dies: what is not acknowledged is counted, and nothing else is lost',
  async () => {
    const { stack } = running;
    const dying = 'weur';
    await using reader = await StreamReader.at(stack.url);
    await using run = await start('jetstream', { DURATION: '9s', RATE: '60' });
    await reader.follow('k6-jetstream-', 3, BEGUN_WITHIN_MS);
    await waitFor('messages', { timeoutMs: BEGUN_WITHIN_MS }, () => reader.total > 60);
    await using _outage = await beginOutage({
      kind: 'killed',
      regions: [dying],
      engine: stack.engine,
      url: stack.url,
    });
    const { exitCode, samples } = await run.result();
    expect(exitCode).toBe(THRESHOLD_CROSSED);
    expect(samples.count('nats_due', { kind: 'message' })).toBe(9 * 60);
    expectBalance(samples);
    const failed = samples
      .of('nats_errors')
      .filter(({ value, tags }) => value > 0 && tags.rate !== undefined);
    const unacknowledged = failed.filter(({ tags }) => tags.kind !== 'behind');
    expect(samples.of('nats_ack').length + unacknowledged.length).toBe(samples.count('nats_published'));
    expect(samples.count('nats_disconnects', { region: dying })).toBeGreaterThan(0);
    expect(samples.count('nats_unsent', { region: dying })).toBeGreaterThan(0);
    expect(samples.count('nats_lost')).toBe(0);
    expect(samples.count('nats_missing')).toBe(0);
    for (const region of ['wnam', 'enam', 'oc'])
      expect(samples.count('nats_disconnects', { region }), region).toBe(0);
  },
  RUN_TIMEOUT_MS,
);
