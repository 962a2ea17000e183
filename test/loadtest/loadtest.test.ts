// `npm run loadtest` from end to end: a script with k6 on a local stack, and the files that it writes.

import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { beforeAll, expect, test } from 'vitest';
import { readSummary } from '../../loadtest/report/report-files.ts';
import { ensureK6 } from '../../local/binaries/k6.ts';
import { closeServer, listenOnLoopback } from '../../local/listen.ts';
import { LoadtestProcess } from '../support/loadtest-process.ts';

/** Exit codes of the command. */
const TARGET_DOWN = 3;
const INTERRUPTED = 130;

const RUN_TIMEOUT_MS = 180_000;

/** k6 is built once, from some hundred modules: three minutes on two cores, and it may take five times as long. */
const OBTAIN_TIMEOUT_MS = 16 * 60_000;

/** A SIGINT that follows another one this soon is taken for the same press of Ctrl-C (loadtest/run/interrupts.ts). */
const SAME_PRESS_MS = 500;

/** k6 prints this once its clients have started. */
const RUNNING = /^running \(/;

let k6 = '';

beforeAll(async () => {
  k6 = (await ensureK6({ log: console.error })).path;
}, OBTAIN_TIMEOUT_MS);

test(
  'routing with the smoke profile holds its thresholds, and leaves summary, page, charts and map',
  async () => {
    await using run = await LoadtestProcess.start('routing', '--profile', 'smoke', '--k6', k6);
    await run.line(RUNNING);
    expect(await run.exited, run.output).toBe(0);
    await run.leavesNothing();

    const summary = await readSummary(run.report);
    expect(summary).toMatchObject({
      script: 'routing',
      profile: 'smoke',
      local: true,
      ending: { kind: 'finished' },
      k6ExitCode: 0,
    });
    expect(summary.thresholds.length).toBeGreaterThan(0);
    expect(summary.thresholds.filter(({ passed }) => !passed)).toEqual([]);
    const regions = summary.regions.map(({ id }) => id).toSorted();
    expect(Object.keys(summary.metrics.nats_ping?.by.region ?? {}).toSorted()).toEqual(regions);
    expect(summary.metrics.nats_connect?.all?.count).toBeGreaterThan(0);
    expect(summary.cities.length).toBeGreaterThan(30);

    const page = await readFile(join(run.report, 'report.html'), 'utf8');
    expect(page).toContain(summary.question);
    expect(page).toContain('class="world-map"');
    expect(page).toContain('Ping to pong, by region');
    expect(page).not.toMatch(/NaN|undefined|Infinity/);
    expect(await readFile(join(run.report, 'junit.xml'), 'utf8')).toMatch(
      /<testcase classname="loadtest\.routing" name="the whole time was measured" time="[\d.]+">\s*<system-out>/,
    );
    expect(await readFile(join(run.report, 'summary.md'), 'utf8')).toMatch(/^### ✅ routing, smoke\n/);
    for (const chart of ['ping-by-region', 'ping-over-time', 'cities'])
      expect(existsSync(join(run.report, `${chart}.svg`))).toBe(true);
    for (const region of regions)
      expect(run.output).toMatch(new RegExp(`^${region} +[\\d,]+ +[\\d.]+ ms`, 'm'));
    expect(run.output).toMatch(/^✓ {2}nats_/m);
  },
  RUN_TIMEOUT_MS,
);

test(
  'Ctrl-C in the middle ends it with 130, with a report of what was measured and nothing left running',
  async () => {
    await using run = await LoadtestProcess.start('routing', '--profile', 'average', '--k6', k6);
    await run.line(/^running .*[1-9]\d* complete/);
    expect(run.seen.some(({ command }) => command.startsWith(k6))).toBe(true);
    run.signal('SIGINT');
    expect(await run.exited, run.output).toBe(INTERRUPTED);
    await run.leavesNothing();
    const summary = await readSummary(run.report);
    expect(summary.ending.kind).toBe('interrupted');
    expect(summary.metrics.nats_connect?.all?.count).toBeGreaterThan(0);
    expect(run.output).toContain('interrupted');
    expect(await readFile(join(run.report, 'report.html'), 'utf8')).toContain(
      'it was interrupted, and figures',
    );
  },
  RUN_TIMEOUT_MS,
);

test(
  'a second Ctrl-C ends it at once with 130, without a report and with nothing left running',
  async () => {
    await using run = await LoadtestProcess.start('soak', '--profile', 'average', '--k6', k6);
    await run.line(RUNNING);
    // k6 is frozen: it cannot end by itself, so waiting for it would never end.
    const frozen = run.seen.filter(({ command }) => command.startsWith(k6));
    expect(frozen).toHaveLength(1);
    for (const { pid } of frozen) process.kill(pid, 'SIGSTOP');
    run.signal('SIGINT');
    await run.line(/^stopping k6/);
    await setTimeout(SAME_PRESS_MS);
    run.signal('SIGINT');
    expect(await run.exited, run.output).toBe(INTERRUPTED);
    await run.leavesNothing();
    expect(existsSync(join(run.report, 'summary.json'))).toBe(false);
  },
  RUN_TIMEOUT_MS,
);

test('a target that is not up is named, with what to do, and k6 is not started', async () => {
  const holder = createServer();
  const url = `http://127.0.0.1:${await listenOnLoopback(holder)}`;
  await closeServer(holder);
  await using run = await LoadtestProcess.start('routing', '--url', url, '--k6', k6);
  expect(await run.exited).toBe(TARGET_DOWN);
  expect(run.output).toContain(`nothing answers at ${url} (connect ECONNREFUSED`);
  expect(run.output).toContain('leave --url out');
  expect(existsSync(run.report)).toBe(false);
});
