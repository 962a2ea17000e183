// Credentials that end in the middle of a load test, of clients and of the API: the report says so, and since when.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { readSummary } from '../../loadtest/report/report-files.ts';
import { ensureK6 } from '../../local/binaries/k6.ts';
import { createOperatorFixture, operatorConfiguration } from '../support/container/operator-fixture.ts';
import { configOf } from '../support/data/checked-in.ts';
import { FaultyEdge } from '../support/faulty-edge.ts';
import { useStack } from '../support/file-stack.ts';
import { LoadtestProcess } from '../support/loadtest-process.ts';
import { startLoneEdge } from '../support/lone-edge.ts';

const CROSSED = 99;
const RUN_TIMEOUT_MS = 120_000;
const OBTAIN_TIMEOUT_MS = 16 * 60_000;

/** Of the stack whose configuration is edited. */
const REGIONS = ['weur', 'enam', 'oc'] as const;

const running = useStack(configOf(REGIONS));
let k6 = '';
let folder = '';

beforeAll(async () => {
  k6 = (await ensureK6({ log: console.error })).path;
  folder = await mkdtemp(join(tmpdir(), 'meridian-test-'));
}, OBTAIN_TIMEOUT_MS);
afterEach(() => {
  vi.unstubAllEnvs();
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test(
  'a JWT that expires: clients are refused from then on, and the first line says since when',
  async () => {
    await using undo = new AsyncDisposableStack();
    const operator = createOperatorFixture();
    const url = await startLoneEdge({ configuration: operatorConfiguration(operator), folder }, undo);
    // For k6 to start on a busy machine, and a few seconds to measure.
    const expiresAtMs = Date.now() + 20_000;
    vi.stubEnv('NATS_JWT', operator.userOf({ bearer_token: true }, expiresAtMs).jwt);
    await using run = await LoadtestProcess.start(
      ...['latency', '--url', url, '--k6', k6, '-e', 'DURATION=30s', '-e', 'RATE=40'],
    );
    await run.line(/^warning: NATS_JWT expires in \d+ s, .* which is before the run ends/);
    expect(await run.exited, run.output).toBe(CROSSED);
    expect(run.output).toMatch(
      /Not green: from [\d.]+ s on clients were refused for their credentials, which had been taken until then: they have expired/,
    );
    const { startedAt, failures = [], outages } = await readSummary(run.report);
    const refused = failures.find(({ kind }) => kind === 'authorization');
    const toldAtMs = Date.parse(startedAt) + (refused?.fromMs ?? 0);
    // The server's clock counts in seconds.
    expect(Math.abs(toldAtMs - expiresAtMs)).toBeLessThan(2_000);
    // They go on trying, as clients do, and none is served again.
    expect(refused?.count).toBeGreaterThan(4);
    expect(outages.reduce((sum, { gone }) => sum + gone, 0)).toBe(2);
  },
  RUN_TIMEOUT_MS,
);

test(
  'a token of the API that is no longer taken: the edit that failed is in the first line, and what may still be edited',
  async () => {
    const { api, url, adminToken } = running.stack;
    const before = await api.config();
    await using edge = await FaultyEdge.before(url);
    vi.stubEnv('MERIDIAN_ADMIN_TOKEN', adminToken);
    await using run = await LoadtestProcess.start(
      ...['edits', '--url', edge.url, '--k6', k6, '-e', 'CLIENTS=6'],
    );
    await run.line(/edits the target: \w+\.dial=0/);
    edge.admin = 401;
    expect(await run.exited, run.output).not.toBe(0);
    expect(run.output).toMatch(
      /Not green: .*what the script was to do failed: disturb: .* was answered with 401/i,
    );
    expect(run.output).toContain('has the token of the admin API expired, or was it changed?');
    const { version } = await api.config();
    if (version === before.version) return;
    expect(run.output).toMatch(/the target may still be edited \(\w+\.dial=0\)/i);
    await api.rollback({ version: before.version, base: version, message: 'as it was' });
  },
  RUN_TIMEOUT_MS,
);
