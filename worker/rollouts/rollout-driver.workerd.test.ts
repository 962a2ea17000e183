// The object of rollouts inside workerd, with its own SQLite and alarm, before a real ConfigStore; the collector is faked.

import { runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import * as v from 'valibot';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { RolloutOperation } from '../../api/paths.ts';
import { type RolloutFile, RolloutPlanSchema } from '../../api/rollouts.ts';
import '../../test/support/workerd/config-bindings.ts';
import { withRegion } from '../../test/support/data/sample-config.ts';
import { deployedConfig } from '../config/active-config.ts';
import type { ConfigStoreStub } from '../config/store-stub.ts';
import type { Env } from '../env.ts';
import type { RolloutDriver } from './rollout-driver.ts';
import type { RolloutOutcome, rolloutsOf } from './rollouts-stub.ts';

declare global {
  namespace Cloudflare {
    interface Env {
      readonly ROLLOUTS: DurableObjectNamespace<RolloutDriver>;
    }
  }
}

const EVERY_MS = 10_000;
const PLAN: RolloutFile = {
  name: 'less-oc',
  every: '10s',
  failureLimit: 3,
  checks: [{ check: 'jetstream' }],
  steps: [
    { set: { 'oc.dial': 50 }, for: '20s', note: 'half' },
    { set: { 'oc.dial': 10, 'routing.bandMs': 5 }, for: '20s' },
  ],
};

/** What the Keeper says of its servers; undefined: the collector does not answer. */
let admission:
  | { members: { region: string; state: string }[]; hasProblem: boolean; lostStreams: number }
  | undefined;
const GOOD = { members: [{ region: 'weur', state: 'full' }], hasProblem: false, lostStreams: 0 };
const BAD = { ...GOOD, members: [{ region: 'weur', state: 'joining' }] };

const collector = {
  snapshot: async () => {
    if (admission === undefined) throw new Error('it is gone');
    return { regions: [], admission };
  },
  traffic: async () => [],
  forecasts: async () => [],
  foreseen: async () => {},
};

/** An object shares its bindings with this test: those that are replaced here are put back. */
const REAL = { ...env };

let round = 0;
let stub: DurableObjectStub<RolloutDriver>;
/** A stub may be used only where it was made: in the test, or in the object. */
const store = () => REAL.CONFIG_STORE.getByName(`of rollouts ${round}`) as unknown as ConfigStoreStub;
/** What happens to an edit before or after it is stored. */
let onPut: { before?: () => Promise<void>; after?: () => void } = {};

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  for (const method of ['warn', 'error'] as const) vi.spyOn(console, method).mockImplementation(() => {});
  round += 1;
  admission = GOOD;
  onPut = {};
  stub = env.ROLLOUTS.getByName(`rollouts ${round}`);
  await bind();
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  Object.assign(env, REAL);
});

/** The bindings of the object, which has none of its own after a reset. */
async function bind(): Promise<void> {
  const put: ConfigStoreStub['put'] = async (request) => {
    await onPut.before?.();
    const outcome = await store().put(request);
    onPut.after?.();
    return outcome;
  };
  const own = {
    put,
    current: () => store().current(),
    version: (version: number) => store().version(version),
  };
  await runInDurableObject(stub, (instance) => {
    Object.assign(Reflect.get(instance, 'env') as object, {
      CONFIG_STORE: { getByName: () => own },
      METRICS: { getByName: () => collector },
      CONFIG: undefined,
      JETSTREAM_KEEPER: undefined,
    });
  });
}

const driver = () => stub as unknown as NonNullable<ReturnType<typeof rolloutsOf>>;

function start(more: Partial<RolloutFile> = {}, dryRun = false): Promise<RolloutOutcome> {
  const plan = v.parse(RolloutPlanSchema, { ...PLAN, ...more });
  return driver().start({ plan, dryRun, author: 'token:admin' });
}

const operate = (operation: RolloutOperation, full = false) =>
  driver().operate({ id: 1, operation, by: 'token:ann', full });

/** The next look, this much later. */
async function look(afterMs = EVERY_MS): Promise<void> {
  vi.setSystemTime(Date.now() + afterMs);
  await runDurableObjectAlarm(stub);
}

async function shown() {
  const rollout = await driver().show(1);
  if (rollout === undefined) throw new Error('there is none');
  return rollout;
}

async function dialOfOc(): Promise<number | undefined> {
  const config = (await store().current())?.config ?? deployedConfig(env as unknown as Env);
  return config.regions.find(({ id }) => id === 'oc')?.dial;
}

/** An edit of somebody else. */
async function editOfAnother(region: string, fields: Readonly<Record<string, unknown>>): Promise<void> {
  const deployed = deployedConfig(env as unknown as Env);
  const current = await store().current();
  const outcome = await store().put({
    ...{ base: current?.version ?? 0, author: 'token:bob', message: 'mine', force: false, deployed },
    config: withRegion(current?.config ?? deployed, region, fields),
  });
  expect(outcome.kind).toBe('stored');
}

test('each step is made after the one before was watched, and all of it is in the history', async () => {
  expect(await start()).toMatchObject({ kind: 'ok', rollout: { id: 1, state: 'running', step: -1 } });
  await look(1);
  expect(await dialOfOc()).toBe(50);
  await look();
  expect((await shown()).step).toBe(0);
  await look();
  expect(await dialOfOc()).toBe(10);
  await look();
  await look();
  const rollout = await shown();
  expect(rollout).toMatchObject({ state: 'done', version: 2, why: null });
  expect(rollout.steps.map(({ version }) => version)).toEqual([1, 2]);
  expect(rollout.events.map(({ what }) => what)).toEqual(['created', 'step', 'step', 'done']);
  const versions = await store().history({ limit: 10 });
  expect(versions.map(({ author, message }) => [author, message])).toEqual([
    ['rollout:less-oc', 'rollout less-oc: step 2 of 2'],
    ['rollout:less-oc', 'rollout less-oc: step 1 of 2, half'],
  ]);
  expect(await runDurableObjectAlarm(stub)).toBe(false);
});

test('a dry run says what each step changes and whom it moves, and stores nothing', async () => {
  const outcome = await start({}, true);
  if (outcome.kind !== 'ok') throw new Error(outcome.kind);
  expect(outcome.rollout.steps.map(({ changes }) => changes.map(({ path }) => path))).toEqual([
    ['regions.oc.dial'],
    ['routing.bandMs', 'regions.oc.dial'],
  ]);
  expect(outcome.rollout.steps.every(({ forecast }) => (forecast?.movedShare ?? 0) > 0)).toBe(true);
  expect(await driver().list()).toEqual([]);
});

test('a check that fails three times in a row takes everything back, within three intervals', async () => {
  await start();
  await look(1);
  const faultAt = Date.now();
  admission = BAD;
  for (let looks = 0; looks < 3; looks += 1) {
    expect((await shown()).state).toBe('running');
    await look();
  }
  expect(Date.now() - faultAt).toBeLessThanOrEqual(3 * EVERY_MS);
  const rollout = await shown();
  expect(rollout).toMatchObject({ state: 'aborted', version: 2, step: 0 });
  expect(rollout.why).toBe('jetstream failed 3 times in a row: weur does not hold everything');
  expect(await dialOfOc()).toBe(100);
  expect((await store().current())?.message).toContain('goes back: jetstream failed');
  expect(rollout.events.map(({ what }) => what)).toEqual([
    'created',
    'step',
    'failed',
    'failed',
    'failed',
    'aborted',
  ]);
});

test('a failure that passes is no reason to go back, and the next step waits for it', async () => {
  await start();
  await look(1);
  const steps: number[] = [];
  for (const seen of [BAD, BAD, GOOD, BAD, BAD]) {
    admission = seen;
    await look();
    steps.push((await shown()).step);
  }
  expect(steps).toEqual([0, 0, 1, 1, 1]);
  expect(await shown()).toMatchObject({ state: 'running', why: null });
});

test('without data it goes back too', async () => {
  await start();
  await look(1);
  admission = undefined;
  for (let looks = 0; looks < 3; looks += 1) await look();
  expect(await shown()).toMatchObject({ state: 'aborted' });
  expect((await shown()).why).toContain('jetstream had no data 3 times in a row');
  expect(await dialOfOc()).toBe(100);
});

test('too few clients are waited for, however long that takes', async () => {
  await start({ checks: [{ check: 'connects' }] });
  await look(1);
  for (let looks = 0; looks < 10; looks += 1) await look();
  expect(await shown()).toMatchObject({ state: 'running', step: 0 });
  expect((await shown()).verdicts).toMatchObject([
    { outcome: 'waiting', words: '0 of 20 clients that it needs' },
  ]);
});

test('an edit of somebody else pauses it; what it goes on from is then theirs too', async () => {
  await start();
  await look(1);
  await editOfAnother('weur', { weight: 7 });
  await look();
  expect(await shown()).toMatchObject({ state: 'paused' });
  expect((await shown()).why).toContain('version 2 was made by somebody else');
  expect(await runDurableObjectAlarm(stub)).toBe(false);
  await operate('resume');
  await look();
  await look();
  expect(await shown()).toMatchObject({ state: 'running', step: 1 });
  await operate('abort');
  const { config } = (await store().current()) ?? {};
  expect(await dialOfOc()).toBe(100);
  expect(config?.regions.find(({ id }) => id === 'weur')?.weight).toBe(7);
});

test('what it has set and somebody else has changed since stays theirs when it goes back', async () => {
  await start();
  await look(1);
  await editOfAnother('oc', { dial: 42 });
  const outcome = await operate('abort');
  expect(outcome).toMatchObject({ kind: 'ok', rollout: { state: 'aborted' } });
  expect(await dialOfOc()).toBe(42);
  expect((await shown()).why).toContain('oc.dial was changed by somebody else since, and stays');
});

test('who edits in the same moment as it goes back is not overwritten, and it goes back after that', async () => {
  await start();
  await look(1);
  onPut = {
    before: async () => {
      onPut = {};
      await editOfAnother('weur', { weight: 7 });
    },
  };
  await operate('abort');
  expect(await shown()).toMatchObject({ state: 'running' });
  expect((await shown()).why).toContain('going back');
  await look();
  expect(await shown()).toMatchObject({ state: 'aborted', version: 3 });
  expect(await dialOfOc()).toBe(100);
});

test('an edit whose answer was lost is found again, and one that was not made is made', async () => {
  const lost = () => {
    onPut = {};
    throw new Error('the object was reset');
  };
  await start();
  onPut = { after: lost };
  await look(1);
  expect(await shown()).toMatchObject({ step: -1 });
  await look();
  expect(await shown()).toMatchObject({ step: 0, version: 1 });
  onPut = { before: async () => lost() };
  await look();
  await look();
  expect(await shown()).toMatchObject({ step: 0, version: 1 });
  await look();
  expect(await shown()).toMatchObject({ step: 1, version: 2 });
  onPut = { after: lost };
  expect(await operate('abort')).toMatchObject({ kind: 'ok', rollout: { state: 'running' } });
  await look();
  expect(await shown()).toMatchObject({ state: 'aborted', version: 3 });
  expect((await store().history({ limit: 10 })).length).toBe(3);
});

test('a step that never reached the store is not taken for made when all goes back', async () => {
  await start();
  await look(1);
  onPut = {
    before: async () => {
      onPut = {};
      throw new Error('the object was reset');
    },
  };
  await look();
  await look();
  expect(await shown()).toMatchObject({ step: 0, version: 1 });
  await operate('abort');
  expect(await shown()).toMatchObject({ state: 'aborted', why: 'aborted by token:ann' });
  expect(await dialOfOc()).toBe(100);
});

test('an edit of somebody else before a step sets the same is what it goes back to', async () => {
  await start({
    steps: [
      { set: { 'oc.dial': 50 }, for: '20s' },
      { set: { 'weur.dial': 10 }, for: '20s' },
    ],
  });
  await look(1);
  await editOfAnother('weur', { dial: 30 });
  await look();
  await operate('resume');
  await operate('promote');
  await operate('abort');
  const config = (await store().current())?.config;
  expect(config?.regions.find(({ id }) => id === 'weur')?.dial).toBe(30);
  expect(await dialOfOc()).toBe(100);
});

test('while it is going back nothing else can be asked of it', async () => {
  await start();
  await look(1);
  onPut = {
    before: async () => {
      throw new Error('the store is gone');
    },
  };
  await operate('abort');
  for (const operation of ['pause', 'promote', 'resume'] as const)
    expect(await operate(operation)).toEqual({ kind: 'not_now', why: 'it is going back' });
  onPut = {};
  await look();
  expect(await shown()).toMatchObject({ state: 'aborted' });
  expect(await dialOfOc()).toBe(100);
});

test('what may not go back now keeps nothing else, and a second abort leaves it', async () => {
  const only = Object.fromEntries(
    ['wnam', 'enam', 'weur', 'eeur', 'apac'].map((id) => [`${id}.enabled`, true]),
  );
  const deployed = deployedConfig(env as unknown as Env);
  const off = deployed.regions.map((each) => (each.id === 'oc' ? each : { ...each, enabled: false }));
  await store().put({
    ...{ base: 0, author: 'token:bob', message: 'only oc', force: true, deployed },
    config: { ...deployed, regions: off },
  });
  await start({ steps: [{ set: { ...only, 'oc.weight': 7 }, for: '10m' }] });
  await look(1);
  await editOfAnother('oc', { enabled: false });
  await operate('abort');
  const weight = async () => (await store().current())?.config.regions.find(({ id }) => id === 'oc')?.weight;
  expect(await weight()).toBe(100);
  expect(await shown()).toMatchObject({ state: 'running', why: expect.stringContaining('going back') });
  await operate('abort');
  expect(await shown()).toMatchObject({ state: 'aborted', why: expect.stringContaining('enabled') });
});

test('what was seen at one step is not done at another', async () => {
  await start();
  await look(1);
  const promote = () =>
    driver().operate({ id: 1, operation: 'promote', by: 'token:ann', full: false, step: 0 });
  expect(await promote()).toMatchObject({ kind: 'ok', rollout: { step: 1 } });
  expect(await promote()).toEqual({ kind: 'not_now', why: 'it is at step 2 by now, not at step 1' });
});

test('it goes on after a reset of its object', async () => {
  await start();
  await look(1);
  await runInDurableObject(stub, (_, state) => state.abort()).catch(() => {});
  stub = env.ROLLOUTS.getByName(`rollouts ${round}`);
  await bind();
  await look();
  await look();
  expect(await shown()).toMatchObject({ state: 'running', step: 1 });
});

test('an alarm that comes twice looks once', async () => {
  await start();
  await look(1);
  admission = BAD;
  await look();
  for (let times = 0; times < 5; times += 1) await runInDurableObject(stub, (instance) => instance.alarm());
  expect((await shown()).verdicts).toMatchObject([{ outcome: 'fail', inARow: 1 }]);
});

test('there is one at a time', async () => {
  await start();
  expect(await start({ name: 'another' })).toEqual({ kind: 'running', id: 1, name: 'less-oc' });
  await operate('abort');
  expect(await start({ name: 'another' })).toMatchObject({ kind: 'ok', rollout: { id: 2 } });
});

test('one with a time starts then', async () => {
  const startAt = new Date(Date.now() + 60_000).toISOString();
  await start({ startAt });
  expect(await shown()).toMatchObject({ state: 'scheduled' });
  await look(59_000);
  expect(await store().current()).toBeUndefined();
  await look(1_000);
  expect(await dialOfOc()).toBe(50);
  expect(await start({ startAt: new Date(0).toISOString() })).toMatchObject({ kind: 'running' });
});

test('a pause does not count as watched, and promote makes the next step, or all', async () => {
  await start();
  await look(1);
  await look();
  await operate('pause');
  expect(await operate('promote')).toEqual({ kind: 'not_now', why: 'it is paused: resume it first' });
  vi.setSystemTime(Date.now() + 600_000);
  await operate('resume');
  await look(EVERY_MS - 1_000);
  expect((await shown()).step).toBe(0);
  expect(await operate('promote', true)).toMatchObject({
    kind: 'ok',
    rollout: { state: 'done', version: 2 },
  });
  expect(await operate('abort')).toEqual({ kind: 'not_now', why: 'it is done' });
});

test.each([
  [{ steps: [{ set: { 'mars.dial': 1 }, for: '1m' }] }, { kind: 'invalid', step: 0 }],
  [
    {
      steps: [
        { set: {}, for: '1m' },
        { set: { 'oc.dial': 101 }, for: '1m' },
      ],
    },
    { kind: 'invalid', step: 1 },
  ],
  [{ steps: [{ set: { cluster: 'other' }, for: '1m' }] }, { kind: 'refused', step: 0, code: 'needs_deploy' }],
  [
    {
      steps: [
        {
          set: Object.fromEntries(
            ['wnam', 'enam', 'weur', 'eeur', 'apac', 'oc'].map((id) => [`${id}.dial`, 0]),
          ),
          for: '1m',
        },
      ],
    },
    { kind: 'refused', step: 0, code: 'last_region' },
  ],
  [{ base: 7 }, { kind: 'conflict', current: 0 }],
  [{ startAt: '2020-01-01T00:00:00Z' }, { kind: 'past' }],
] as const)(
  'a plan that could not be carried out is refused before anything is done: %#',
  async (more, outcome) => {
    expect(await start(more as unknown as Partial<RolloutFile>)).toMatchObject(outcome);
    expect(await driver().list()).toEqual([]);
  },
);
