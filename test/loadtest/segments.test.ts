// One run shared by three k6 on this machine: their merged figures are those of one k6, and no two users are one.

import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { readSummary } from '../../loadtest/report/report-files.ts';
import type { Summary } from '../../loadtest/report/summary.ts';
import { ensureK6 } from '../../local/binaries/k6.ts';
import { CommandProcess, temporaryFolder } from '../support/command-process.ts';
import { LoadtestProcess } from '../support/loadtest-process.ts';

const RUNNERS = [1, 2, 3];
const RUN_TIMEOUT_MS = 180_000;
const OBTAIN_TIMEOUT_MS = 16 * 60_000;
const LIBRARY = fileURLToPath(new URL('../../loadtest/lib/', import.meta.url));

const { url } = inject('target');
let k6 = '';
let folder = '';

beforeAll(async () => {
  k6 = (await ensureK6({ log: console.error })).path;
  folder = await temporaryFolder();
}, OBTAIN_TIMEOUT_MS);
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Green; or all thresholds held, and it says that this machine was busy with something else, which changes no count. */
async function expectMeasured(run: CommandProcess): Promise<void> {
  if ((await run.exited) === 0) return;
  expect(run.output).toMatch(
    /Not green: (?:k6 got to what was due up to [\d.]+ s late: it is [\w ]+ that was measured\. )?(?:\d+ clients? waited (?:up to )?[\d.]+ s for the edge\. )?All \d+ thresholds held/i,
  );
}

/** Runs the script in one k6, and in three at once, whose reports are merged. */
async function aloneAndShared(
  script: string,
  ...args: readonly string[]
): Promise<{ readonly alone: Summary; readonly shared: Summary; readonly parts: readonly Summary[] }> {
  const common = ['--url', url, '--k6', k6, ...args];
  await using one = await LoadtestProcess.start(script, ...common);
  await expectMeasured(one);
  const base = join(folder, `${Date.now()}`);
  await mkdir(base, { recursive: true });
  const runs = RUNNERS.map((number) => {
    const report = join(base, `runner-${number}`);
    return new CommandProcess(LoadtestProcess.CLI, folder, [
      ...[script, ...common, '--runner', `${number}/${RUNNERS.length}`],
      ...['--site', `runner-${number}`, '--report', report],
    ]);
  });
  for (const run of runs) await expectMeasured(run);
  const reports = RUNNERS.map((number) => join(base, `runner-${number}`));
  const merged = join(base, 'merged');
  const merging = new CommandProcess(LoadtestProcess.CLI, folder, ['merge', ...reports, '--report', merged]);
  await expectMeasured(merging);
  const [alone, shared, ...parts] = await Promise.all([one.report, merged, ...reports].map(readSummary));
  if (alone === undefined || shared === undefined) throw new Error('a report is missing');
  return { alone, shared, parts };
}

/** No message takes less than nothing, whenever the k6 that sent it began; the clock that all share counts whole ms. */
function expectOneClock(parts: readonly Summary[]): void {
  for (const { metrics, runner } of parts) {
    const timed = metrics.nats_delivery?.all;
    expect(timed?.count, `of runner ${runner?.number}`).toBeGreaterThan(0);
    expect(timed?.min, `of runner ${runner?.number}`).toBeGreaterThan(-1);
  }
}

function countOf({ metrics }: Summary, metric: string): number | undefined {
  return metrics[metric]?.all?.value;
}

test(
  'latency: three k6 send and receive together what one does',
  async () => {
    const { alone, shared, parts } = await aloneAndShared('latency');
    for (const metric of ['nats_published', 'nats_delivered', 'nats_missing'])
      expect(countOf(shared, metric), metric).toBe(countOf(alone, metric));
    expect(shared.metrics.nats_request?.all?.count).toBe(alone.metrics.nats_request?.all?.count);
    expect(countOf(shared, 'nats_published')).toBeGreaterThan(0);
    const shares = parts.map((part) => countOf(part, 'nats_published') ?? 0);
    expect(Math.min(...shares)).toBeGreaterThan(0);
    // Every pair of regions is somebody's, as with one.
    expect(Object.keys(shared.metrics.nats_delivery?.by.pair ?? {}).toSorted()).toEqual(
      Object.keys(alone.metrics.nats_delivery?.by.pair ?? {}).toSorted(),
    );
  },
  RUN_TIMEOUT_MS,
);

test(
  'fanout: the subscribers of three k6 get what the publisher of the first one sends',
  async () => {
    const { alone, shared, parts } = await aloneAndShared('fanout');
    for (const metric of ['nats_published', 'nats_delivered', 'nats_missing', 'nats_unsent'])
      expect(countOf(shared, metric), metric).toBe(countOf(alone, metric));
    expect(countOf(shared, 'nats_delivered')).toBe(60 * (countOf(shared, 'nats_published') ?? 0));
    expect(parts.map((part) => countOf(part, 'nats_published') ?? 0).filter((sent) => sent > 0)).toHaveLength(
      1,
    );
    for (const part of parts) expect(countOf(part, 'nats_delivered')).toBeGreaterThan(0);
    expectOneClock(parts);
    expect(shared.gaps).toEqual([]);
  },
  RUN_TIMEOUT_MS,
);

test.each([
  ['jetstream', ['-e', 'RATE=60']],
  ['mixed', ['-e', 'CLIENTS=90', '-e', 'CLIENTS_PER_USER=30']],
])(
  '%s: three k6 store and read together what one does',
  async (script, args) => {
    const { alone, shared, parts } = await aloneAndShared(script, ...args);
    for (const metric of ['nats_published', 'nats_delivered', 'nats_missing', 'nats_lost'])
      expect(countOf(shared, metric), metric).toBe(countOf(alone, metric));
    expect(shared.metrics.nats_ack?.all?.count).toBe(alone.metrics.nats_ack?.all?.count);
    for (const part of parts) expect(countOf(part, 'nats_published')).toBeGreaterThan(0);
    expectOneClock(parts);
  },
  RUN_TIMEOUT_MS,
);

test(
  'users are numbered over all three: each number once, without gaps',
  async () => {
    const users = 7;
    const script = join(folder, 'numbers.js');
    await writeFile(
      script,
      `// Who am I?
import { Counter } from 'k6/metrics';
import { isFirstRunner, runner, userId, userNumber } from '${LIBRARY}runner.js';
const published = new Counter('nats_published');
const errors = new Counter('nats_disconnects');
const first = new Counter('nats_missing');
export const options = {
  scenarios: { all: { executor: 'per-vu-iterations', vus: ${users}, iterations: 1, maxDuration: '9s' } },
};
export function setup() {
  if (isFirstRunner()) first.add(1);
}
export default function () {
  published.add(1, { kind: String(userNumber()) });
  errors.add(1, { kind: String(userId()), region: runner().number + ' of ' + runner().of });
}
`,
    );
    const { alone, shared, parts } = await aloneAndShared(script);
    const numbers = Array.from({ length: users }, (_, index) => `${index}`);
    for (const summary of [alone, shared]) {
      const counts = Object.entries(summary.metrics.nats_published?.by.kind ?? {});
      expect(counts.map(([number]) => number).toSorted()).toEqual(numbers);
      expect(counts.map(([, { value }]) => value)).toEqual(numbers.map(() => 1));
      expect(Object.keys(summary.metrics.nats_disconnects?.by.kind ?? {})).toHaveLength(users);
      // What is done once in a run is done once.
      expect(countOf(summary, 'nats_missing')).toBe(1);
    }
    expect(parts.map((part) => Object.keys(part.metrics.nats_disconnects?.by.region ?? {}))).toEqual(
      RUNNERS.map((number) => [`${number} of ${RUNNERS.length}`]),
    );
    expect(Object.keys(alone.metrics.nats_disconnects?.by.region ?? {})).toEqual(['1 of 1']);
  },
  RUN_TIMEOUT_MS,
);
