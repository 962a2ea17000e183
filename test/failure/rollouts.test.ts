// Rollouts on a running stack: clients come all the time, and what goes wrong is found out from what becomes of them.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { Rollout, RolloutFile } from '../../api/rollouts.ts';
import { waitFor } from '../../waiting/wait-for.ts';
import { type Client, connectFrom } from '../support/client.ts';
import { configOf } from '../support/data/checked-in.ts';
import { cityOf } from '../support/data/places.ts';
import { endRollouts } from '../support/end-rollouts.ts';
import { useStack } from '../support/file-stack.ts';
import { meshIsWhole } from '../support/mesh-state.ts';
import { runRegions } from '../support/regions-command.ts';

const IDS = ['weur', 'apac', 'oc'] as const;
const running = useStack(configOf(IDS, { oc: { jetstream: false } }));

const EVERY_MS = 5_000;
const LIMIT = 3;

const PLAN = {
  name: 'to-oc',
  every: '5s',
  minSamples: 5,
  failureLimit: LIMIT,
  checks: [{ check: 'connects' }, { check: 'p95' }, { check: 'regions' }, { check: 'mesh' }],
  steps: [
    { set: { 'oc.dial': 50 }, for: '5s', note: 'half' },
    { set: { 'oc.dial': 100 }, for: '5s' },
  ],
} as const satisfies RolloutFile;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'meridian-rollouts-'));
});
afterEach(() => endRollouts(running.stack.api));
afterAll(() => rm(folder, { recursive: true, force: true }));

/** As many as checks need, and no more: other tests run beside this one. */
const PAUSE_MS = 25;

/** Clients that come from Sydney one after the other, and go again. */
function comers(url: string): AsyncDisposable & { readonly served: Map<string, number> } {
  const served = new Map<string, number>();
  let isOver = false;
  const come = async () => {
    while (!isOver) {
      const client = await connectFrom(url, cityOf('oc')).catch(() => undefined);
      if (client !== undefined) served.set(client.region, (served.get(client.region) ?? 0) + 1);
      await client?.close();
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  };
  const all = Promise.all([come(), come()]);
  return {
    served,
    [Symbol.asyncDispose]: async () => {
      isOver = true;
      await all;
    },
  };
}

async function setDial(dial: number): Promise<void> {
  const { api } = running.stack;
  const { version, config } = await api.config();
  const regions = config.regions.map((each) => (each.id === 'oc' ? { ...each, dial } : each));
  await api.put({ base: version, config: { ...config, regions }, message: 'for a test' });
}

async function start(plan: RolloutFile): Promise<Rollout> {
  return running.stack.api.startRollout({ plan });
}

const over = (id: number, timeoutMs: number) =>
  waitFor('the rollout to be over', { timeoutMs, pollMs: 500 }, async () => {
    const rollout = await running.stack.api.rollout(id);
    return rollout.endedAt === null ? undefined : rollout;
  });

const dialOf = async (id: string) =>
  (await running.stack.api.config()).config.regions.find((each) => each.id === id)?.dial;

test('the command shows what a plan would do, carries it out, and tells what came of it', async () => {
  await setDial(0);
  const file = join(folder, 'plan.json');
  await writeFile(file, JSON.stringify(PLAN));
  await using clients = comers(running.stack.url);
  const edge = running.stack;
  const dry = await runRegions(['rollout', 'start', file, '--dry-run'], { edge });
  expect(dry).toMatchObject({ code: 0, err: '' });
  expect(dry.out).toMatch(
    /1\. for 5s, half\n +regions\.oc\.dial: 0 -> 50\n +forecast: [\d.]+% of new clients/,
  );
  expect(await dialOf('oc')).toBe(0);
  const done = await runRegions(['rollout', 'start', file, '--yes', '--wait', '--json'], { edge });
  expect(done.err).toContain('to-oc: step 1 of 2');
  expect(done.code).toBe(0);
  const rollout = JSON.parse(done.out) as Rollout;
  expect(rollout.state).toBe('done');
  expect(rollout.verdicts.map(({ outcome }) => outcome)).toEqual(['pass', 'pass', 'pass', 'pass']);
  expect(await dialOf('oc')).toBe(100);
  expect(clients.served.get('oc')).toBeGreaterThan(5);
  const [first] = rollout.steps;
  expect(first?.fact?.connects).toBeGreaterThan(0);
  const { versions } = await running.stack.api.history();
  expect(versions[0]).toMatchObject({ author: 'rollout:to-oc', message: 'rollout to-oc: step 2 of 2' });
  const status = await runRegions(['rollout', 'status'], { edge });
  expect(status.out).toContain('[x] 2.');
  expect((await runRegions(['rollout', 'history'], { edge })).out).toContain('to-oc');
}, 120_000);

test('a region that is killed under a step is found, and all is taken back in time', async () => {
  await setDial(10);
  const { stack } = running;
  await using _ = comers(stack.url);
  const { id } = await start({ ...PLAN, steps: [{ set: { 'oc.dial': 100 }, for: '10m' }] });
  await waitFor('the step to be watched', { timeoutMs: 30_000, pollMs: 250 }, async () => {
    const { verdicts } = await stack.api.rollout(id);
    return verdicts.length > 0 && verdicts.every(({ outcome }) => outcome === 'pass');
  });
  const killed = Date.now();
  await stack.engine.beginOutage('nats-oc');
  try {
    const rollout = await over(id, 60_000);
    const tookMs = (rollout.endedAt ?? 0) - killed;
    console.log(`a killed region was found after ${tookMs} ms: ${rollout.why}`);
    expect(rollout.state).toBe('aborted');
    expect(rollout.why).toMatch(/^(regions|connects) failed 3 times in a row/);
    // What the collector knows is two seconds old, and the first look may have been just before the fault.
    expect(tookMs).toBeLessThanOrEqual((LIMIT + 1) * EVERY_MS + 2_000);
    expect(await dialOf('oc')).toBe(10);
    const events = rollout.events.map(({ what }) => what);
    expect(events.slice(0, 2)).toEqual(['created', 'step']);
    expect(events.filter((what) => what === 'failed').length).toBeGreaterThanOrEqual(LIMIT);
    expect(events.at(-1)).toBe('aborted');
    const { entries } = await stack.api.audit();
    expect(entries[0]).toMatchObject({ actor: 'rollout:to-oc', outcome: 'ok' });
  } finally {
    stack.engine.endOutage('nats-oc');
    await meshIsWhole(stack);
  }
}, 120_000);

test('clients stay connected while dials change: only new ones go elsewhere', async () => {
  await setDial(100);
  const clients: Client[] = await Promise.all(
    Array.from({ length: 10 }, () => connectFrom(running.stack.url, cityOf('oc'))),
  );
  try {
    const there = clients.map(({ region }) => region);
    const { id } = await start({
      ...PLAN,
      checks: [{ check: 'mesh' }],
      steps: [{ set: { 'oc.dial': 0 }, for: '5s' }],
    });
    expect((await over(id, 60_000)).state).toBe('done');
    expect(clients.map(({ region }) => region)).toEqual(there);
  } finally {
    await Promise.all(clients.map((client) => client.close()));
  }
}, 120_000);

test('an edit of somebody else pauses it, and the command says what to do', async () => {
  await setDial(100);
  const { id } = await start({
    ...PLAN,
    checks: [{ check: 'mesh' }],
    steps: [{ set: { 'oc.dial': 50 }, for: '10m' }],
  });
  const edge = running.stack;
  const waited = runRegions(['rollout', 'status', '--wait'], { edge });
  await waitFor('the step', { timeoutMs: 20_000 }, async () => (await edge.api.rollout(id)).step === 0);
  const set = await runRegions(['set', 'weur.weight=7', '--message', 'mine', '--yes'], { edge });
  expect(set.code).toBe(0);
  const { code, err } = await waited;
  expect(code).toBe(1);
  expect(err).toContain('was made by somebody else');
  expect(err).toContain('`regions rollout resume` goes on, `regions rollout abort` goes back.');
  const second = await runRegions(['rollout', 'abort', '--message', 'enough'], { edge });
  expect(second.out).toContain('aborted at step 1 of 1: enough');
  expect(await dialOf('oc')).toBe(100);
  const { config } = await edge.api.config();
  expect(config.regions.find(({ id: each }) => each === 'weur')?.weight).toBe(7);
}, 120_000);

test.each([
  ['what is no JSON', '{', 'is no rollout'],
  ['a field that is none', JSON.stringify({ ...PLAN, color: 1 }), 'color'],
  [
    'a region that is none',
    JSON.stringify({ ...PLAN, steps: [{ set: { 'mars.dial': 1 }, for: '1m' }] }),
    'mars',
  ],
  [
    'a platform setting',
    JSON.stringify({ ...PLAN, steps: [{ set: { cluster: 'x' }, for: '1m' }] }),
    'deploy',
  ],
])('%s is refused with words, and nothing is started', async (_, text, words) => {
  const file = join(folder, 'bad.json');
  await writeFile(file, text);
  const before = (await running.stack.api.rollouts()).rollouts.length;
  const { code, err } = await runRegions(['rollout', 'start', file, '--yes'], { edge: running.stack });
  expect(code).toBeGreaterThan(0);
  expect(err).toContain(words);
  expect((await running.stack.api.rollouts()).rollouts.length).toBe(before);
});
