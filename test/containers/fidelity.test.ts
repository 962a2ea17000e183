// The local engine is what a real one is: the same requests, with the same image, are answered alike by the engine of
// child processes, by the one in front of a real engine, and by that engine itself. Where podman's API is not Docker's,
// its own answer stands beside Docker's. What differs on purpose is in docs/container.md.

import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { CLIENT_PORT, MONITORING_PORT, ROUTE_PORT, WEBSOCKET_PORT } from '../../regions/container-ports.ts';
import { waitFor } from '../../waiting/wait-for.ts';
import type { EngineUnderTest } from '../support/engine/engine-under-test.ts';
import { inFrontOf, onProcesses, theEngineItself } from '../support/engine/engine-under-test.ts';
import type { TestEngine } from '../support/engine/test-engine.ts';

const TIMEOUT = { timeoutMs: 20_000 };

/** Its signals are those of the image, and one that holds SIGTERM does not end by itself. */
const ENVIRONMENT = {
  NATS_ALLOW_ANYONE: 'true',
  NATS_LAME_DUCK_GRACE_PERIOD: '1s',
  NATS_LAME_DUCK_DURATION: '30s',
};
const HELD = { ...ENVIRONMENT, NATS_TERM_HOLD: '600' };

const EX_CONFIG = 78;
const KILLED = 137;

const real = inject('testEngine') as TestEngine;

describe.concurrent.each([
  ['processes', onProcesses],
  ['containers', inFrontOf],
  ['the engine itself', theEngineItself],
] as const)('%s:', (title, start) => {
  let engine: EngineUnderTest;
  let count = 0;

  beforeAll(async () => {
    engine = await start(real);
  });

  afterAll(() => engine.close());

  /** Docker's status; podman's API has one for most of what it refuses. */
  const refused = (status: number) => (engine.isPodman ? [status, 500] : [status]);

  async function create(env: Readonly<Record<string, string>> = ENVIRONMENT): Promise<string> {
    count += 1;
    const name = `fidelity-${title.replaceAll(' ', '-')}-${count}-${process.pid}`;
    await engine.create(name, { NATS_SERVER_NAME: name, ...env });
    return name;
  }

  /** Returns once it serves. */
  async function run(env?: Readonly<Record<string, string>>): Promise<string> {
    const name = await create(env);
    expect(await post(`/containers/${name}/start`)).toBe(204);
    await waitFor(
      `${name} to serve`,
      TIMEOUT,
      async () => (await engine.get(name, MONITORING_PORT, '/varz')).ok,
    );
    return name;
  }

  const status = async (method: string, path: string) => (await engine.request(method, path)).status;
  const post = (path: string) => status('POST', path);

  async function stateOf(name: string): Promise<{ Status: string; Running: boolean; ExitCode: number }> {
    const { body } = await engine.request('GET', `/containers/${name}/json`);
    const { Status, Running, ExitCode } = (
      body as { State: { Status: string; Running: boolean; ExitCode: number } }
    ).State;
    return { Status, Running, ExitCode };
  }

  async function exitOf(name: string, condition = ''): Promise<number> {
    const { body } = await engine.request('POST', `/containers/${name}/wait${condition}`);
    return (body as { StatusCode: number }).StatusCode;
  }

  describe('a container', () => {
    test('is created, runs, and exits with the code of its first process', async () => {
      const name = await create({ ...ENVIRONMENT, NATS_JETSTREAM: 'nonsense' });
      expect(await stateOf(name)).toEqual({ Status: 'created', Running: false, ExitCode: 0 });
      expect(await post(`/containers/${name}/start`)).toBe(204);
      expect(await exitOf(name)).toBe(EX_CONFIG);
      expect(await stateOf(name)).toEqual({ Status: 'exited', Running: false, ExitCode: EX_CONFIG });
    });

    test('that runs is not started again, and one that has exited is', async () => {
      const name = await run();
      expect(await stateOf(name)).toEqual({ Status: 'running', Running: true, ExitCode: 0 });
      expect(await post(`/containers/${name}/start`)).toBe(304);
      await post(`/containers/${name}/kill`);
      expect(await exitOf(name)).toBe(KILLED);
      expect(await post(`/containers/${name}/start`)).toBe(204);
      expect(await stateOf(name)).toMatchObject({ Running: true });
    });

    test('has a name of its own', async () => {
      const name = await create();
      await expect(engine.create(name, ENVIRONMENT)).rejects.toMatchObject({
        status: expect.toBeOneOf(refused(409)),
      });
    });

    test('that does not exist is not found', async () => {
      for (const [method, path] of [
        ['POST', '/containers/none/start'],
        ['GET', '/containers/none/json'],
        ['POST', '/containers/none/wait'],
        ['POST', '/containers/none/kill'],
        ['POST', '/containers/none/stop'],
        ['DELETE', '/containers/none'],
      ] as const)
        expect([path, await status(method, path)]).toEqual([path, 404]);
    });
  });

  describe('its environment', () => {
    test('is what it was created with, whatever the values hold', async () => {
      const name = await run({ ...ENVIRONMENT, NATS_REGION: 'a=b "c" $d #e', CLOUDFLARE_LOCATION: 'sin05' });
      const varz = await engine.get(name, MONITORING_PORT, '/varz');
      expect(await varz.json()).toMatchObject({
        server_name: name,
        tags: expect.arrayContaining(['region:a=b "c" $d #e', 'location:sin05', 'country:unknown']),
      });
    });

    test('has the time of this machine', async () => {
      const before = Date.now();
      const varz = await engine.get(await run(), MONITORING_PORT, '/varz');
      const { now } = (await varz.json()) as { now: string };
      expect(Date.parse(now)).toBeGreaterThanOrEqual(before - 1_000);
      expect(Date.parse(now)).toBeLessThanOrEqual(Date.now() + 1_000);
    });
  });

  describe('its ports', () => {
    test('are the four of the image, each with its protocol', async () => {
      const name = await run();
      expect(await engine.firstBytes(name, CLIENT_PORT)).toMatch(/^INFO \{/);
      expect(await engine.firstBytes(name, ROUTE_PORT)).toMatch(/^INFO \{.*"cluster":"meridian"/);
      const webSocket = await engine.get(name, WEBSOCKET_PORT, '/');
      expect([webSocket.ok, webSocket.status]).toEqual([false, 400]);
      expect((await engine.get(name, MONITORING_PORT, '/healthz')).ok).toBe(true);
    });

    test('are closed once it has exited', async () => {
      const name = await run();
      await post(`/containers/${name}/kill`);
      await exitOf(name);
      await expect(engine.firstBytes(name, CLIENT_PORT)).rejects.toThrow();
    });
  });

  describe('a signal', () => {
    test.each(['SIGTERM', '15', 'USR2', 'SIGINT'])('%s ends the server with 0', async (signal) => {
      const name = await run();
      expect(await post(`/containers/${name}/kill?signal=${signal}`)).toBe(204);
      expect(await exitOf(name)).toBe(0);
    });

    test.each(['', '?signal=KILL', '?signal=9'])('kill%s ends all of it with 137', async (query) => {
      const name = await run();
      expect(await post(`/containers/${name}/kill${query}`)).toBe(204);
      expect(await exitOf(name)).toBe(KILLED);
    });

    test('that the container handles leaves it running', async () => {
      const name = await run(HELD);
      expect(await post(`/containers/${name}/kill?signal=TERM`)).toBe(204);
      expect((await engine.get(name, MONITORING_PORT, '/healthz')).ok).toBe(true);
      expect(await stateOf(name)).toMatchObject({ Running: true });
    });

    test('to one that does not run is refused', async () => {
      const name = await create();
      expect(await post(`/containers/${name}/kill`)).toBeOneOf(refused(409));
      await post(`/containers/${name}/start`);
      await post(`/containers/${name}/kill`);
      await exitOf(name);
      expect(await post(`/containers/${name}/kill?signal=TERM`)).toBeOneOf(refused(409));
    });

    test('that there is not is refused', async () => {
      const name = await run();
      expect(await post(`/containers/${name}/kill?signal=NONE`)).toBeOneOf(refused(400));
      expect(await stateOf(name)).toMatchObject({ Running: true });
    });
  });

  describe('a stop', () => {
    test('is SIGTERM: the server ends in order', async () => {
      const name = await run();
      expect(await post(`/containers/${name}/stop`)).toBe(204);
      expect(await stateOf(name)).toMatchObject({ Status: 'exited', ExitCode: 0 });
    });

    test('kills it when its grace is over', async () => {
      const name = await run(HELD);
      expect(await post(`/containers/${name}/stop?t=1`)).toBe(204);
      expect(await stateOf(name)).toMatchObject({ Status: 'exited', ExitCode: KILLED });
    });

    test('of one that has exited changes nothing', async () => {
      const name = await run();
      await post(`/containers/${name}/kill`);
      await exitOf(name);
      expect(await post(`/containers/${name}/stop`)).toBe(304);
    });
  });

  describe('waiting', () => {
    test('is answered when it exits, to all that wait, and at once afterwards', async () => {
      const name = await run();
      const waiting = [exitOf(name), exitOf(name), exitOf(name)];
      await post(`/containers/${name}/kill?signal=TERM`);
      expect(await Promise.all(waiting)).toEqual([0, 0, 0]);
      expect(await exitOf(name)).toBe(0);
    });

    test('for its removal is answered when it is removed, not when it exits', async () => {
      const name = await run();
      let isAnswered = false;
      const removed = exitOf(name, '?condition=removed').finally(() => {
        isAnswered = true;
      });
      await post(`/containers/${name}/kill`);
      await exitOf(name);
      expect(isAnswered).toBe(false);
      expect(await status('DELETE', `/containers/${name}`)).toBe(204);
      // podman has forgotten the code by then.
      expect(await removed).toBeOneOf(engine.isPodman ? [KILLED, 0] : [KILLED]);
    });
  });

  describe('removing', () => {
    test('one that runs needs force, and then ends it for those who wait', async () => {
      const name = await run();
      const waiting = exitOf(name);
      expect(await status('DELETE', `/containers/${name}`)).toBeOneOf(refused(409));
      expect(await stateOf(name)).toMatchObject({ Running: true });
      expect(await status('DELETE', `/containers/${name}?force=true`)).toBe(204);
      expect(await waiting).toBeOneOf(engine.isPodman ? [KILLED, 0] : [KILLED]);
      expect(await status('GET', `/containers/${name}/json`)).toBe(404);
    });

    test('one that never ran is no error', async () => {
      expect(await status('DELETE', `/containers/${await create()}`)).toBe(204);
    });
  });
});
