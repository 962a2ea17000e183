// How runs end, with the real k6 and scripts that misbehave: in time, with a report that says what was not measured, and
// never with 0 then.

import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import type { Ending } from '../../loadtest/report/ending.ts';
import { readSummary } from '../../loadtest/report/report-files.ts';
import { verdictOf } from '../../loadtest/report/verdict.ts';
import { ensureK6 } from '../../local/binaries/k6.ts';
import { CommandProcess, temporaryFolder } from '../support/command-process.ts';
import { FaultyEdge } from '../support/faulty-edge.ts';
import { LoadtestProcess } from '../support/loadtest-process.ts';

const CROSSED = 99;
const RUN_TIMEOUT_MS = 120_000;
const OBTAIN_TIMEOUT_MS = 16 * 60_000;

/** What a run may take beyond its time, of which the report is not a part. */
const LATE_MS = 15_000;

/** Before its users begin. */
const SETUP_MS = 3_000;

const { url } = inject('target');
let k6 = '';
let folder = '';

beforeAll(async () => {
  k6 = (await ensureK6({ log: console.error })).path;
  folder = await temporaryFolder();
}, OBTAIN_TIMEOUT_MS);
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** Starts a script of two users; for each of them runs `body` again and again. */
async function start(body: string, scenario: object, ...args: readonly string[]): Promise<LoadtestProcess> {
  const path = join(folder, `script-${Math.random().toString(36).slice(2)}.js`);
  const options = { scenarios: { all: { executor: 'constant-vus', vus: 2, ...scenario } } };
  const source = [
    "import { sleep } from 'k6';",
    "import { Counter } from 'k6/metrics';",
    "const count = new Counter('nats_delivered');",
    `export const options = ${JSON.stringify(options)};`,
    `export default function () { ${body} }`,
  ];
  await writeFile(path, `// Does it end?\n${source.join('\n')}\n`);
  return LoadtestProcess.start(path, '--url', url, '--k6', k6, ...args);
}

async function endingOf(run: LoadtestProcess): Promise<Ending> {
  const { ending } = JSON.parse(await readFile(join(run.report, 'summary.json'), 'utf8')) as {
    ending: Ending;
  };
  return ending;
}

test(
  'one that ends in its time is green, and says how long it was meant to take',
  async () => {
    await using run = await start('count.add(1); sleep(0.1);', { duration: '3s' });
    expect(await run.exited, run.output).toBe(0);
    const ending = await endingOf(run);
    expect(ending).toMatchObject({ kind: 'finished', plannedMs: 3_000, interruptedIterations: 0 });
    expect(ending.ranMs).toBeGreaterThanOrEqual(3_000);
    if (process.platform === 'linux') expect(ending.generatorCpuShare).toBeGreaterThan(0);
  },
  RUN_TIMEOUT_MS,
);

test(
  'one that interrupts iterations is not green, and counts them',
  async () => {
    await using run = await start('count.add(1); sleep(600);', { duration: '2s', gracefulStop: '1s' });
    expect(await run.exited, run.output).toBe(CROSSED);
    expect(await endingOf(run)).toMatchObject({ kind: 'finished', interruptedIterations: 2 });
    expect(run.output).toContain('2 iterations were interrupted');
  },
  RUN_TIMEOUT_MS,
);

test(
  'one whose users hang is asked to end',
  async () => {
    await using run = await start('count.add(1); sleep(600);', { duration: '2s', gracefulStop: '10m' });
    expect(await run.exited, run.output).toBe(CROSSED);
    const ending = await endingOf(run);
    expect(ending).toMatchObject({ kind: 'cut-off', plannedMs: 2_000, interruptedIterations: 2 });
    expect(ending.ranMs).toBeLessThan(2_000 + LATE_MS);
    expect(run.output).toContain('is asked to end');
  },
  RUN_TIMEOUT_MS,
);

test(
  'a k6 that hangs itself is killed, and what it had measured until then is reported',
  async () => {
    await using run = await start('count.add(1); sleep(0.1);', { duration: '4s' });
    await run.line(/^running .*[1-9]\d* complete/);
    for (const { pid, command } of run.seen) if (command.startsWith(k6)) process.kill(pid, 'SIGSTOP');
    expect(await run.exited, run.output).toBe(CROSSED);
    const ending = await endingOf(run);
    expect(ending.kind).toBe('cut-off');
    expect(ending.ranMs).toBeLessThan(4_000 + LATE_MS);
    expect(run.output).toContain('is killed');
    await run.leavesNothing();
  },
  RUN_TIMEOUT_MS,
);

test(
  'an edge that hangs and holds on to its connections: k6 ends in time all the same, with its verdicts',
  async () => {
    const plannedMs = 8_000;
    await using run = await LoadtestProcess.start('latency', '--k6', k6, '-e', 'DURATION=8s');
    await run.line(/^running \(0*3/);
    const frozen = run.seen.filter(({ command }) => /workerd(?: |$)/.test(command.split(' --')[0] ?? ''));
    expect(frozen.length).toBeGreaterThan(0);
    for (const { pid } of frozen) process.kill(pid, 'SIGSTOP');
    expect(await run.exited, run.output).toBe(CROSSED);
    const { ending, thresholds, unmeasured } = await readSummary(run.report);
    expect(ending).toMatchObject({ kind: 'cut-off', plannedMs });
    expect(ending.ranMs).toBeLessThan(plannedMs + LATE_MS + SETUP_MS);
    expect(thresholds.some(({ passed }) => !passed)).toBe(true);
    expect(unmeasured.length).toBeGreaterThan(0);
    expect(run.output).toMatch(/Not green: .*k6 was still busy/);
    await run.leavesNothing();
  },
  RUN_TIMEOUT_MS,
);

test(
  'an edge that stalls for good: what was under way is missing, though k6 has to be killed',
  async () => {
    await using edge = await FaultyEdge.before(url);
    await using run = await LoadtestProcess.start(
      ...['throughput', '--url', edge.url, '--k6', k6, '--regions', 'weur,oc', '--profile', 'soak'],
      ...['-e', 'DURATION=5s', '-e', 'PAIRS=1'],
    );
    // After four seconds the pair begins.
    await run.line(/^running \(0*6/);
    edge.stall();
    expect(await run.exited, run.output).toBe(CROSSED);
    const { metrics, ending, steps } = await readSummary(run.report);
    expect(ending.kind).toBe('cut-off');
    const sum = (name: string) => metrics[name]?.all?.value ?? 0;
    const missing = sum('nats_missing') + (ending.underWay ?? 0);
    expect(missing).toBeGreaterThan(1_000);
    expect(sum('nats_delivered') + missing).toBe(sum('nats_published'));
    expect(steps.map(({ sustained }) => sustained)).toEqual([false]);
    expect(run.output).toMatch(/Not green: from .* nothing was measured/);
  },
  RUN_TIMEOUT_MS,
);

test(
  'Ctrl-C while the stack is being stopped: the code and the report say so, though the figures are whole',
  async () => {
    await using run = await LoadtestProcess.start(
      ...['latency', '--k6', k6, '--regions', 'weur', '-e', 'DURATION=2s'],
    );
    await run.line(/^stopping the local stack/);
    // Of a machine that is busy with something else it says that instead.
    expect(run.output).toMatch(/^latency, profile smoke\. (Green|Not green: k6 got to what was due)/m);
    expect(await run.end('SIGINT'), run.output).toBe(130);
    const summary = await readSummary(run.report);
    expect(summary.ending.kind).toBe('interrupted');
    expect(verdictOf(summary)).toMatch(/^Not green: it was interrupted/);
    await run.leavesNothing();
  },
  RUN_TIMEOUT_MS,
);

test(
  'a k6 at its limit ends in time, all of the schedule is due, and the first line says that it was the limit',
  async () => {
    const [rate, seconds] = [2_200, 6];
    await using run = await LoadtestProcess.start(
      ...['latency', '--k6', k6, '--regions', 'weur', '-e', `DURATION=${seconds}s`, '-e', `RATE=${rate}`],
    );
    // By what it was measured to need, it is told before.
    await run.line(/^warning: the one user of k6 would need/);
    await run.line(/^k6 gets to what is due more than a second late/);
    expect(await run.exited, run.output).toBe(CROSSED);
    expect(run.output).toMatch(
      /Not green: k6 got to what was due up to [\d.]+ s late: it is this machine that was/,
    );
    const { metrics, ending } = await readSummary(run.report);
    expect(ending.kind).toBe('finished');
    const due = metrics.nats_due?.by.kind ?? {};
    for (const kind of ['message', 'request']) expect(due[kind]?.value).toBe(rate * seconds);
    const unsent = metrics.nats_unsent?.by.kind?.message?.value ?? 0;
    expect((metrics.nats_published?.all?.value ?? 0) + unsent).toBe(rate * seconds);
  },
  RUN_TIMEOUT_MS,
);

test('a load that no k6 could generate is refused before anything is started', async () => {
  await using run = await LoadtestProcess.start(
    ...['latency', '--k6', k6, '--regions', 'weur', '-e', 'RATE=8000'],
  );
  expect(await run.exited).toBe(1);
  expect(run.output).toContain('the one user of k6 would need 6.0 times the CPU that it has');
  expect(run.output).not.toContain('starting');
});

test(
  'samples that could not be written are told at once, and the run is not green',
  async () => {
    await using run = await start('count.add(1); sleep(0.1);', { duration: '2s' }, '--out', 'json=/dev/full');
    expect(await run.exited, run.output).toBe(CROSSED);
    expect(run.output).toMatch(/k6 cannot write its samples \(.*no space left on device\)/);
    expect(run.output).toMatch(/Not green: .*\d+ samples could not be written/);
  },
  RUN_TIMEOUT_MS,
);

test('two runs into one folder at once: the second is refused', async () => {
  await using first = await start('count.add(1); sleep(0.1);', { duration: '5s' });
  await first.line(/^running/);
  await using second = new CommandProcess(LoadtestProcess.CLI, await temporaryFolder(), [
    ...['routing', '--url', url, '--k6', k6, '--report', first.report],
  ]);
  expect(await second.exited).toBe(1);
  expect(second.output).toContain('another run writes into');
});
