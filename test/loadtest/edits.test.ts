// The load test of live edits: what it says of its edits, held against the API's history and audit log and the servers'
// connections; and it leaves the configuration as it was.

import { afterEach, beforeAll, expect, test, vi } from 'vitest';
import { ensureK6 } from '../../local/binaries/k6.ts';
import { waitFor } from '../../waiting/wait-for.ts';
import { configOf } from '../support/data/checked-in.ts';
import { useStack } from '../support/file-stack.ts';
import { K6Run } from '../support/k6-run.ts';
import { LoadtestProcess } from '../support/loadtest-process.ts';
import { monitorOf, readMonitor } from '../support/monitor.ts';
import { processesBelow } from '../support/process-tree.ts';

const REGIONS = ['weur', 'enam', 'oc'] as const;
const CLIENTS = 6;

const running = useStack(configOf(REGIONS));

/** What a process ends with that was killed. */
const KILLED = 137;

const RUN_TIMEOUT_MS = 120_000;
const OBTAIN_TIMEOUT_MS = 16 * 60_000;

/** For k6 to start, and on a busy machine. */
const BEGUN_WITHIN_MS = 40_000;

/** Before its server closes the first connection: until everybody knows of the drain, and its grace. */
const DRAIN_MS = 11_000;

let k6 = '';

beforeAll(async () => {
  k6 = (await ensureK6({ log: console.error })).path;
}, OBTAIN_TIMEOUT_MS);

afterEach(() => {
  vi.unstubAllEnvs();
});

function startEdits(env: Readonly<Record<string, string>> = {}): Promise<K6Run> {
  const { url, adminToken } = running.stack;
  const variables = { ADMIN_TOKEN: adminToken, REGIONS: REGIONS.join(','), CLIENTS: `${CLIENTS}`, ...env };
  return K6Run.start({ k6, script: 'edits', url, env: variables });
}

/** Connections of k6 to a server, closed and open ones. */
async function connectionsOf(region: string): Promise<number> {
  const monitor = await monitorOf(running.stack.engine, region);
  const { connections } = await readMonitor(monitor, 'connz?state=closed');
  return connections.filter(({ name }) => name === 'k6').length;
}

test(
  'its edits are those of the history, at their times, and in the end the configuration is what it was',
  async () => {
    const { api } = running.stack;
    const before = await api.config();
    await using run = await startEdits();
    const { exitCode, output, samples } = await run.result();
    expect(exitCode, output).toBe(0);

    const edits = samples.of('nats_edit');
    expect(edits.map(({ tags }) => tags.kind)).toEqual(['dial', 'rollback', 'drain', 'rollback']);
    const [dialled, , drained] = edits.map(({ tags }) => tags.region ?? '');
    const { versions } = await api.history();
    const own = versions.filter(({ version }) => version > before.version).toReversed();
    const back = `load test: back to version ${before.version}`;
    expect(own.map(({ message }) => message)).toEqual([
      `load test: ${dialled} {"dial":0}`,
      back,
      `load test: ${drained} {"drain":true}`,
      back,
    ]);
    for (const [index, { time }] of own.entries())
      expect(Math.abs(Date.parse(time ?? '') - (edits[index]?.time ?? 0))).toBeLessThan(1_000);
    const { entries } = await api.audit();
    expect(entries.slice(0, 4).map(({ action, outcome }) => `${action} ${outcome}`)).toEqual([
      'rollback ok',
      'put ok',
      'rollback ok',
      'put ok',
    ]);
    expect((await api.config()).config).toEqual(before.config);

    // New clients followed each of them; those of the drained region moved once it disconnected them, and no others.
    expect(
      new Set(samples.of('nats_edit_followed').map(({ tags }) => `${tags.kind} ${tags.region}`)),
    ).toEqual(new Set(edits.map(({ tags }) => `${tags.kind} ${tags.region}`)));
    const moved = samples.of('nats_edit_moved');
    expect(moved.length).toBe(CLIENTS / REGIONS.length);
    for (const { value, tags } of moved) {
      expect(value).toBeGreaterThan(DRAIN_MS);
      expect([tags.region, tags.peer === drained]).toEqual([drained, false]);
    }
    expect(samples.count('nats_disconnects')).toBe(moved.length);

    // The drained server has started anew. The others have seen every connection that k6 counts, and the one that it
    // tries first.
    let seen = 0;
    let counted = 0;
    for (const region of REGIONS.filter((id) => id !== drained)) {
      seen += await connectionsOf(region);
      counted += samples.of('nats_connect', { region }).length;
    }
    expect(seen - counted).toBeGreaterThanOrEqual(0);
    expect(seen - counted).toBeLessThanOrEqual(1);
  },
  RUN_TIMEOUT_MS,
);

test(
  "after Ctrl-C its own edits are taken back, and somebody else's stay",
  async () => {
    const { api } = running.stack;
    const before = await api.config();
    // Its first edits are then seconds apart.
    await using run = await startEdits({ DURATION: '100s' });
    await waitFor('its first edit', { timeoutMs: BEGUN_WITHIN_MS }, async () => {
      const { config } = await api.config();
      return config.regions.some(({ dial }) => dial === 0);
    });
    const { version, config } = await api.config();
    const regions = config.regions.map((region) => ({ ...region, weight: 77 }));
    await api.put({ base: version, config: { ...config, regions }, message: 'somebody else' });
    run.interrupt();
    const { output } = await run.result();

    const after = await api.config();
    expect(after.message, output).toBe(`load test: back to version ${before.version}`);
    expect(after.config.regions).toEqual(before.config.regions.map((region) => ({ ...region, weight: 77 })));
  },
  RUN_TIMEOUT_MS,
);

test(
  'without a token it does not begin',
  async () => {
    const { version } = await running.stack.api.config();
    await using run = await startEdits({ ADMIN_TOKEN: '' });
    const { exitCode, output, samples } = await run.result();
    expect(exitCode).not.toBe(0);
    expect(output).toContain('nothing can be edited: put the token of the admin API into ADMIN_TOKEN');
    expect(samples.of('nats_published')).toEqual([]);
    expect((await running.stack.api.config()).version).toBe(version);
  },
  RUN_TIMEOUT_MS,
);

test(
  'what a k6 that is killed leaves edited is taken back by the command, which says so',
  async () => {
    const { api, url, adminToken } = running.stack;
    const before = await api.config();
    vi.stubEnv('MERIDIAN_ADMIN_TOKEN', adminToken);
    const target = ['--url', url, '--k6', k6, '--regions', REGIONS.join(',')];
    const load = ['-e', `CLIENTS=${CLIENTS}`, '-e', 'DURATION=100s'];
    await using run = await LoadtestProcess.start('edits', ...target, ...load);
    await waitFor('its first edit', { timeoutMs: BEGUN_WITHIN_MS }, async () => {
      const { config } = await api.config();
      return config.regions.some(({ dial }) => dial === 0);
    });
    const programs = (await processesBelow(run.pid)).filter(({ command }) => command.startsWith(k6));
    expect(programs).toHaveLength(1);
    for (const { pid } of programs) process.kill(pid, 'SIGKILL');

    expect(await run.exited, run.output).toBe(KILLED);
    expect(run.output).toMatch(/k6 left the target edited \(\w+\.dial=0\): this command has taken that back/);
    expect((await api.config()).config).toEqual(before.config);
  },
  RUN_TIMEOUT_MS,
);
