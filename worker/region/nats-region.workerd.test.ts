// The object of a region inside workerd, with its own storage, schedules and alarm, and a container that is faked:
// that events reach the lifecycle, and that its commands are carried out, in order, once. What follows from what is
// lifecycle.test.ts.

import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { RegionState } from '../../api/states.ts';
import { eventually } from '../../test/support/workerd/eventually.ts';
import {
  answerOfServer,
  CLOSING,
  type FakeContainer,
  HANGS,
  NO_ANSWER,
} from '../../test/support/workerd/fake-container.ts';
import { containerOf, type RegionNode } from '../../test/support/workerd/region-node.ts';
import { DRAIN_KEY, type DrainRecord } from './drain-record.ts';
import { HANDSHAKE_TIMEOUT_MS, START_WITHIN_MS } from './nats-region.ts';

/** Longer than any test takes. */
const LONG_SECONDS = 600;

const STARTED = 'start';
const LAME_DUCK = 'signal 12';
const STOPPED = 'signal 2';
const DESTROYED = 'destroy';

const SILENT = 'does not answer';

let round = 0;
let region: DurableObjectStub<RegionNode>;
let container: FakeContainer;

beforeEach(async () => {
  for (const method of ['warn', 'error'] as const) vi.spyOn(console, method).mockImplementation(() => {});
  round += 1;
  region = env.REGION_NODE.getByName(`region-${round}`);
  await region.status();
  container = containerOf(region);
});

describe('a start', () => {
  test('is one, however many clients wait for it, and all of them are served', async () => {
    const answers = await Promise.all([client(), client(), client(), region.wake()]);
    expect(answers.slice(0, 3)).toEqual([200, 200, 200]);
    expect(container.told).toEqual([STARTED]);
    expect(await region.status()).toMatchObject({ state: 'up', clients: 0 });
  });

  test('that fails turns away whoever waited, with the reason', async () => {
    await region.reconfigure({ keepAwake: false });
    container.isBroken = true;
    const answer = await region.fetch('http://region/');
    expect(answer.status).toBe(503);
    expect(await answer.text()).toContain('did not start');
    expect(await region.status()).toMatchObject({
      state: 'asleep',
      problem: expect.stringContaining('did not start'),
    });
  });

  test('of a server that hangs is given up, and the next one begins with another container', async () => {
    await region.reconfigure({ keepAwake: false });
    const late = new AbortController();
    const timeout = AbortSignal.timeout.bind(AbortSignal);
    vi.spyOn(AbortSignal, 'timeout').mockImplementation((ms) =>
      ms === START_WITHIN_MS ? late.signal : timeout(ms),
    );
    container.answer = HANGS;
    const turnedAway = region.fetch('http://region/');
    await eventually('the start', () => container.told.includes(STARTED));
    await runInDurableObject(region, () => late.abort());
    const answer = await turnedAway;
    expect([answer.status, await answer.text()]).toEqual([
      503,
      expect.stringContaining('it runs, but has not answered within 5 minutes'),
    ]);
    vi.restoreAllMocks();
    expect(container.told).toEqual([STARTED, DESTROYED]);
    container.answer = answerOfServer(0);
    await region.wake();
    expect(container.told).toEqual([STARTED, DESTROYED, STARTED]);
  });

  test('with credentials that no client can send is refused, with their length', async () => {
    await region.reconfigure({ keepAwake: false });
    await runInDurableObject(region, (instance) => {
      Object.assign(Reflect.get(instance, 'env') as object, { NATS_TOKEN: 'x'.repeat(70_000) });
    });
    const answer = await region.fetch('http://region/');
    expect(answer.status).toBe(503);
    expect(await answer.text()).toContain('NATS_TOKEN is 70000 bytes long');
    expect(container.told).toEqual([]);
  });

  test('goes again where the region should be awake, until it works', async () => {
    container.isBroken = true;
    expect(await client()).toBe(503);
    expect(await region.status()).toMatchObject({ state: 'down', clients: 0 });
    container.isBroken = false;
    await is('up');
  });
});

test('a region whose server does not answer tells the collector all that it knows without it', async () => {
  await region.reconfigure({ keepAwake: false });
  container.answer = answerOfServer(1);
  await region.wake();
  container.answer = NO_ANSWER;
  const metrics = await runInDurableObject(region, (instance) => {
    // As it does while the server hangs, if it backs up streams.
    vi.spyOn(instance, 'backupStatus').mockRejectedValue(new Error('the server does not answer'));
    return instance.metrics({ details: true, ephemeral: false });
  });
  expect(metrics).toMatchObject({ status: { state: 'down' }, links: [] });
  expect(metrics).not.toHaveProperty('backups');
  expect(metrics).not.toHaveProperty('server');
});

describe('a region with members', () => {
  const members = { min: 1, max: 3, freeConnections: 20, windowSeconds: 60 };
  const limits = {
    maxConnections: 100,
    maxUnauthenticatedPerAddress: 20,
    maxUnauthenticated: 200,
    maxPayloadBytes: 1_048_576,
  };
  const decision = async () => (await region.scaling())?.decision;

  /** A look now, instead of at its time. */
  const look = () => runInDurableObject(region, (instance) => instance.reconcile());

  test('decides at each look how many servers it needs, and says why', async () => {
    expect(await region.scaling()).toBeUndefined();
    await region.reconfigure({ members, limits });
    expect(await region.scaling()).toMatchObject({ settings: { max: 3, windowMs: 60_000, capacity: 100 } });
    container.answer = answerOfServer(90);
    await region.wake();
    await look();
    expect(await decision()).toMatchObject({
      clients: 90,
      needed: 2,
      action: { kind: 'start', servers: [2] },
    });
    const wanted = { details: false, ephemeral: false };
    const { scaling } = await runInDurableObject(region, (instance) => instance.metrics(wanted));
    expect(scaling).toEqual({ needed: 2, serving: 1 });
  });

  test('starts one before there is no room, counts its clients too, and lets it go after a window', async () => {
    await region.reconfigure({ members: { ...members, windowSeconds: 1 }, limits });
    container.answer = answerOfServer(90);
    await region.wake();
    const member = env.REGION_NODE.getByName('nats-oc-2');
    const servers = async () => (await region.status()).servers?.map(({ name, state }) => [name, state]);
    await eventually('a member', async () => (await servers())?.[1]?.[1] === 'up');
    expect(containerOf(member).told).toEqual([STARTED]);
    expect(await servers()).toEqual([
      ['nats-oc', 'up'],
      ['nats-oc-2', 'up'],
    ]);
    // The fake servers say that they take 100, of which 16 are not for clients.
    expect(await region.status()).toMatchObject({ state: 'up', clients: 90, maxClients: 168 });
    containerOf(member).answer = answerOfServer(7);
    await eventually('its clients to count', async () => (await region.status()).clients === 97);

    container.answer = answerOfServer(9);
    await eventually('it to leave', async () => (await servers())?.[1]?.[1] === 'draining');
    expect((await member.fetch('http://region/')).status).toBe(503);
  });

  test('whose server does not answer is neither empty nor full', async () => {
    await region.reconfigure({ members, limits });
    container.answer = answerOfServer(60);
    await region.wake();
    await look();
    expect(await decision()).toMatchObject({ clients: 60, unanswered: [] });
    container.answer = NO_ANSWER;
    await look();
    expect(await decision()).toMatchObject({
      clients: 60,
      unanswered: [1],
      needed: 1,
      action: { kind: 'none' },
    });
  });

  test('that is drained decides nothing', async () => {
    await region.reconfigure({ members });
    container.answer = answerOfServer(3);
    await region.wake();
    await look();
    expect(await decision()).toMatchObject({ clients: 3 });
    await region.drain(LONG_SECONDS);
    await look();
    expect(await decision()).toBeUndefined();
  });
});

test("a connection of Meridian's own wakes nothing, and gets to a server that runs", async () => {
  const own = () => region.fetch('http://nats-region/own');
  expect((await own()).status).toBe(503);
  expect(container.told).toEqual([]);
  await region.wake();
  expect((await own()).status).toBe(200);
});

test('a new time until it sleeps counts from the edit on, and the same time again changes nothing', async () => {
  const HOUR_MS = 3_600_000;
  const sleepsInMs = () =>
    runInDurableObject(region, (instance) => (Reflect.get(instance, 'sleepAfterMs') as number) - Date.now());
  await region.reconfigure({ keepAwake: false, sleepAfter: '24h' }, 1);
  await client();
  expect(await sleepsInMs()).toBeGreaterThan(23 * HOUR_MS);
  await region.reconfigure({ keepAwake: false, sleepAfter: '1h' }, 2);
  expect(await sleepsInMs()).toBeLessThanOrEqual(HOUR_MS);
  await runInDurableObject(region, (instance) => {
    Reflect.set(instance, 'sleepAfterMs', Date.now() + 5_000);
  });
  await region.reconfigure({ keepAwake: false, sleepAfter: '1h' }, 3);
  expect(await sleepsInMs()).toBeLessThanOrEqual(5_000);
});

test('a server that ends unasked is started again, once, however often its end is told', async () => {
  await region.wake();
  await runInDurableObject(region, async (instance) => {
    container.end(1);
    await Promise.all([1, 2, 3].map(() => instance.onStop({ exitCode: 1 })));
  });
  await eventually('the second start', () => container.told.length === 2);
  await is('up');
  expect(container.told).toEqual([STARTED, STARTED]);
});

test('restarts of a server that keeps ending are twice as far apart each time, and 30 s at most', async () => {
  const waits: number[] = [];
  const { setTimeout: after } = globalThis;
  const hurried = (work: () => void, ms = 0) => {
    waits.push(ms);
    return after(work, Math.min(ms, 1));
  };
  vi.spyOn(globalThis, 'setTimeout').mockImplementation(hurried as typeof setTimeout);
  vi.spyOn(Math, 'random').mockReturnValue(0);
  container.isBroken = true;
  try {
    await client();
    await eventually('two waits of 30 s', () => waits.filter((ms) => ms === 30_000).length >= 2);
  } finally {
    container.isBroken = false;
    vi.restoreAllMocks();
  }
  // A watch of a server that has not ended yet asks again every 200 ms: these waits can't be told apart.
  const doubled = Array.from({ length: 12 }, (_, attempt) => 100 * 2 ** attempt).filter((ms) => ms !== 200);
  expect(waits.filter((ms) => doubled.includes(ms))).toEqual(doubled.filter((ms) => ms < 30_000));
});

test('a link to a server that does not send its INFO is given up after 5 s', () => {
  expect(HANDSHAKE_TIMEOUT_MS).toBe(5_000);
});

describe('a drain', () => {
  test('is carried out step by step by the alarm, and ends a server that says that nobody is left', async () => {
    await region.wake();
    expect(await region.drain(0)).toMatchObject({ state: 'draining' });
    expect(await client()).toBe(503);
    await is('asleep');
    expect(container.told).toEqual([STARTED, LAME_DUCK, STOPPED]);
    expect(await recordOf(region)).toMatchObject({ phase: 'drained' });
    expect(await client()).toBe(503);
    expect(await region.wake()).toContain('drained');
    expect(container.told).toEqual([STARTED, LAME_DUCK, STOPPED]);
  });

  test.each([
    ['clients', answerOfServer(3)],
    ['no answer', NO_ANSWER],
  ])('does not end a server that has %s', async (_, answer) => {
    await region.wake();
    await drained('lame-duck');
    container.answer = answer;
    const { begunAt } = await recordOf(region);
    for (let look = 0; look < 3; look += 1) await region.advanceDrain(begunAt);
    expect(container.told).toEqual([STARTED, LAME_DUCK]);
    const expected = answer === NO_ANSWER ? undefined : 3;
    await eventually('the status to say so', async () => (await region.status()).clients === expected);
  });

  test('ends a server that hangs for two looks, and does not start it again', async () => {
    await region.reconfigure({ jetstream: false });
    await region.wake();
    await drained('lame-duck');
    container.answer = NO_ANSWER;
    await region.reconcile();
    await is('asleep');
    expect(container.told).toEqual([STARTED, LAME_DUCK, DESTROYED]);
  });

  test('whose alarm comes twice signals once', async () => {
    await region.wake();
    container.answer = answerOfServer(1);
    await region.drain(LONG_SECONDS);
    const { begunAt } = await recordOf(region);
    await Promise.all([region.advanceDrain(begunAt), region.advanceDrain(begunAt)]);
    expect(container.told).toEqual([STARTED, LAME_DUCK]);
    expect(await schedules(region, 'advanceDrain')).toHaveLength(1);
  });

  test('that was taken back and begun again has one schedule, its own; the first one fires into nothing', async () => {
    await region.wake();
    await region.drain(1);
    const { begunAt: first } = await recordOf(region);
    expect(await region.undrain()).toMatchObject({ state: 'up' });
    await region.drain(LONG_SECONDS);
    const { begunAt } = await recordOf(region);
    expect(begunAt).not.toBe(first);
    expect(await schedules(region, 'advanceDrain')).toEqual([String(begunAt)]);
    await region.advanceDrain(first);
    expect(container.told).toEqual([STARTED]);
    expect(await region.status()).toMatchObject({ state: 'draining' });
  });

  test('that is taken back after the signal starts the server again once it has ended', async () => {
    await region.wake();
    container.answer = answerOfServer(1);
    await drained('lame-duck');
    expect(await region.undrain()).toMatchObject({ state: 'draining' });
    await ends(0);
    await is('up');
    expect(container.told).toEqual([STARTED, LAME_DUCK, STARTED]);
    expect(await recordOf(region)).toBeUndefined();
  });

  test.each(['settling', 'lame-duck'] as const)('goes on after a reset of the object, %s', async (phase) => {
    await region.wake();
    container.answer = answerOfServer(1);
    await drained(phase);
    const before = await recordOf(region);
    await reset();
    expect(await region.status()).toMatchObject({
      state: 'draining',
      since: before.begunAt,
      drainPhase: phase,
    });
    expect(await recordOf(region)).toEqual(before);
    await region.advanceDrain(before.begunAt);
    expect(container.told.slice(0, 2)).toEqual([STARTED, LAME_DUCK]);
    expect(container.told.filter((each) => each === LAME_DUCK)).toHaveLength(1);
  });

  test('stays down after a reset of the object, and a server that runs in spite of it is ended', async () => {
    await region.drain(LONG_SECONDS);
    expect(await region.status()).toMatchObject({ state: 'asleep' });
    container.start();
    await reset();
    await is('asleep');
    expect(container.told).toEqual([STARTED, STOPPED]);
  });

  test('that an earlier version began is read and goes on', async () => {
    await region.wake();
    await runInDurableObject(region, (_, { storage }) => {
      storage.kv.put(DRAIN_KEY, { phase: 'settling', since: 7, startAgain: false });
    });
    await reset();
    expect(await region.status()).toMatchObject({ state: 'draining', since: 7 });
    await region.advanceDrain();
    expect(container.told).toEqual([STARTED, LAME_DUCK]);
  });
});

test('a region that may sleep is ended when it says that nobody is there, not when it says nothing', async () => {
  await region.reconfigure({ keepAwake: false });
  await region.wake();
  container.answer = NO_ANSWER;
  await runInDurableObject(region, (instance) => instance.onActivityExpired());
  expect(container.told).toEqual([STARTED]);
  container.answer = answerOfServer(0);
  await runInDurableObject(region, (instance) => instance.onActivityExpired());
  await is('asleep');
  expect(container.told).toEqual([STARTED, STOPPED]);
});

test('a client that comes while the server stops waits for its end, and is served by the next', async () => {
  await region.reconfigure({ keepAwake: false });
  await region.wake();
  container.endsOnSignal = false;
  await region.halt();
  expect(await region.status()).toMatchObject({ state: 'stopping', clients: undefined });
  const served = client();
  await eventually('the server to be told again', () => container.told.length >= 3);
  expect(container.told).not.toContain(DESTROYED);
  await ends(0);
  expect(await served).toBe(200);
  expect(container.told.filter((each) => each === STARTED)).toHaveLength(2);
});

describe('a server that hangs', () => {
  test('is told as down from the first look on, takes nobody, is destroyed after two, and comes back', async () => {
    await region.reconfigure({ jetstream: false });
    await region.wake();
    container.answer = NO_ANSWER;
    await region.reconcile();
    expect(await region.status()).toMatchObject({
      state: 'down',
      clients: undefined,
      problem: expect.stringContaining(SILENT),
    });
    const refused = await region.fetch('http://region/');
    expect([refused.status, await refused.text()]).toEqual([503, expect.stringContaining(SILENT)]);
    await eventually('its end', () => container.told.includes(DESTROYED));
    container.answer = answerOfServer(0);
    await is('up');
    expect(container.told).toEqual([STARTED, DESTROYED, STARTED]);
  });

  test('and answers again within two seconds is left alone', async () => {
    await region.reconfigure({ jetstream: false });
    await region.wake();
    container.answer = NO_ANSWER;
    const looked = region.reconcile();
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    container.answer = answerOfServer(0);
    await looked;
    expect(await region.status()).toMatchObject({ state: 'up' });
    expect(container.told).toEqual([STARTED]);
  });

  test('and was left alone without clients is looked at when a client waits for longer than a second', async () => {
    await region.reconfigure({ jetstream: false });
    await region.wake();
    await region.reconcile();
    container.answer = HANGS;
    const startedAt = Date.now();
    const refused = await region.fetch('http://region/');
    expect([refused.status, await refused.text()]).toEqual([503, expect.stringContaining(SILENT)]);
    expect(Date.now() - startedAt).toBeLessThan(6_000);
    await eventually('its end', () => container.told.includes(DESTROYED));
    container.answer = answerOfServer(0);
    await is('up');
  });

  test('with JetStream is given more time', async () => {
    await region.reconfigure({ jetstream: true });
    await region.wake();
    container.answer = NO_ANSWER;
    await region.reconcile();
    await region.reconcile();
    expect(container.told).toEqual([STARTED]);
  });
});

test('links are looked at soon after a start, and then every `mesh.reconcileSeconds`', async () => {
  await region.wake();
  expect(await dueIn(region, 'reconcile')).toBeLessThanOrEqual(21);
  await region.reconcile();
  expect(await dueIn(region, 'reconcile')).toBeGreaterThan(25);
});

test('a server that the platform has told to end is draining, takes nobody, and is started again after', async () => {
  await region.wake();
  container.answer = CLOSING;
  await region.reconcile();
  expect(await region.status()).toMatchObject({ state: 'draining' });
  const refused = await region.fetch('http://region/');
  expect(await refused.json()).toMatchObject({ error: { code: 'draining' } });
  container.answer = answerOfServer(0);
  await ends(0);
  await is('up');
  expect(container.told).toEqual([STARTED, STARTED]);
});

describe('the configuration', () => {
  test('begins a drain and ends it, at whatever stage, and it is up at once', async () => {
    await region.wake();
    await region.reconfigure({ drain: true }, 5);
    expect(await region.status()).toMatchObject({ state: 'draining' });
    await region.reconfigure({ drain: false }, 6);
    expect(await region.status()).toMatchObject({ state: 'up' });
    await region.reconfigure({ drain: true }, 7);
    const { begunAt } = await recordOf(region);
    await region.advanceDrain(begunAt);
    await region.advanceDrain(begunAt);
    await is('asleep');
    await region.reconfigure({ drain: false }, 8);
    await is('up');
    expect(container.told).toEqual([STARTED, LAME_DUCK, STOPPED, STARTED]);
  });

  test('of an older version, or the same one again, changes nothing', async () => {
    await region.reconfigure({ drain: true }, 5);
    await region.reconfigure({ drain: false }, 4);
    await region.reconfigure({ drain: false }, 0);
    expect(await region.wake()).toContain('drained');
    expect(await region.status()).toMatchObject({
      state: 'asleep',
      problem: expect.stringContaining('drained'),
    });
  });

  test('that drains holds after a reset of the object, which would use the deployed version', async () => {
    await region.reconfigure({ drain: true }, 5);
    await reset();
    expect(await client()).toBe(503);
    expect(container.told).toEqual([]);
  });

  test('that disables it: nobody is let in, and nothing wakes it', async () => {
    await region.reconfigure({ enabled: false }, 5);
    expect(await client()).toBe(503);
    expect(await region.wake()).toContain('disabled');
    expect(container.told).toEqual([]);
    await region.reconfigure({ enabled: true }, 6);
    await is('up');
  });
});

async function client(): Promise<number> {
  return (await region.fetch('http://region/')).status;
}

/** As a deploy or an update of the runtime does it: the object is gone at once, its container runs on. */
async function reset(): Promise<void> {
  await runInDurableObject(region, (_, ctx) => ctx.abort('reset')).catch(() => {});
  region = env.REGION_NODE.getByName(`region-${round}`);
}

/** The process in the container is gone. */
function ends(exitCode: number): Promise<void> {
  return runInDurableObject(region, () => container.end(exitCode));
}

function is(state: RegionState): Promise<boolean> {
  return eventually(`the region to be ${state}`, async () => (await region.status()).state === state);
}

/** The region is drained as far as this phase; what comes next is up to the test. */
async function drained(phase: 'settling' | 'lame-duck'): Promise<void> {
  await region.drain(LONG_SECONDS);
  if (phase === 'settling') return;
  const { begunAt } = await recordOf(region);
  await region.advanceDrain(begunAt);
  expect(await recordOf(region)).toMatchObject({ phase });
}

function recordOf(stub: DurableObjectStub<RegionNode>): Promise<DrainRecord> {
  return runInDurableObject(stub, (_, { storage }) => storage.kv.get<DrainRecord>(DRAIN_KEY) as DrainRecord);
}

/** In how many seconds a method is called, at most. */
async function dueIn(stub: DurableObjectStub<RegionNode>, method: string): Promise<number> {
  const [found] = await runInDurableObject(stub, (_, { storage }) =>
    storage.sql
      .exec<{ time: number }>('SELECT time FROM container_schedules WHERE callback = ?', method)
      .toArray(),
  );
  return (found?.time ?? Number.NaN) - Date.now() / 1_000;
}

/** What each schedule of a method passes to it. */
function schedules(stub: DurableObjectStub<RegionNode>, method: string): Promise<readonly string[]> {
  return runInDurableObject(stub, (_, { storage }) =>
    storage.sql
      .exec<{ payload: string }>('SELECT payload FROM container_schedules WHERE callback = ?', method)
      .toArray()
      .map(({ payload }) => payload),
  );
}
