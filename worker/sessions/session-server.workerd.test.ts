// The object of a session's server inside workerd, with its own storage, and a container that is faked. The whole is tested
// in test/failure/sessions.test.ts.

import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { beforeEach, expect, test, vi } from 'vitest';
import { eventually } from '../../test/support/workerd/eventually.ts';
import { type FakeContainer, NO_ANSWER } from '../../test/support/workerd/fake-container.ts';
import {
  type SessionServerNode,
  sessionContainerOf,
} from '../../test/support/workerd/session-server-node.ts';
import type { ServerSpec } from './session-stubs.ts';

const STOPPED = 'signal 2';
const DESTROYED = 'destroy';

const SPEC: ServerSpec = {
  id: 'pr-1-abcdefghijklmnopqrstuvwxyz',
  serial: 1,
  name: 'pr-1',
  region: 'oc',
  config: { jetstream: false, maxConnections: 100, maxPayloadBytes: 1_048_576 },
  expiresAt: Date.UTC(2100, 0, 1),
  token: 'a token',
  sleepAfter: '10m',
};

let round = 0;
let server: DurableObjectStub<SessionServerNode>;
let container: FakeContainer;

beforeEach(async () => {
  vi.spyOn(console, 'warn').mockImplementation(() => {});
  round += 1;
  server = env.SESSION_SERVER_NODE.getByName(`session-${round}`);
  expect(await server.begin(SPEC)).toMatchObject({ state: 'up' });
  container = sessionContainerOf(server);
});

test('an object that is reset while its session ends takes no clients again', async () => {
  await server.end(SPEC.id, SPEC.serial);
  await runInDurableObject(server, (_, state) => state.abort('reset')).catch(() => {});
  const again = env.SESSION_SERVER_NODE.getByName(`session-${round}`);
  expect(await again.status(SPEC.serial)).toMatchObject({ state: 'ending' });
  expect(await codeOf(await again.fetch('http://session/'))).toBe('session_ending');
  expect(await again.begin(SPEC)).toMatchObject({ state: 'ending' });
  expect(container.told).not.toContain(DESTROYED);
  await again.end(SPEC.id, SPEC.serial);
  expect(container.told).toContain(DESTROYED);
});

test('one that is reset in the middle of its session goes on', async () => {
  await runInDurableObject(server, (_, state) => state.abort('reset')).catch(() => {});
  const again = env.SESSION_SERVER_NODE.getByName(`session-${round}`);
  expect(await again.status(SPEC.serial)).toMatchObject({ state: 'up' });
  expect((await again.fetch('http://session/')).status).toBe(200);
});

test('a server without clients stops when it was not used for long', async () => {
  await pause();
  await runInDurableObject(server, (instance) => instance.onActivityExpired());
  expect(container.told).toContain(STOPPED);
});

test('a server that was told to stop and hangs is ended by force for the next client', async () => {
  await pause();
  container.endsOnSignal = false;
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  try {
    await runInDurableObject(server, async (instance) => {
      await instance.onActivityExpired();
      const answer = instance.fetch(new Request('http://session/'));
      await vi.advanceTimersByTimeAsync(5_000);
      vi.useRealTimers();
      expect((await answer).status).toBe(200);
    });
  } finally {
    vi.useRealTimers();
  }
  expect(container.told).toEqual(['start', STOPPED, DESTROYED, 'start']);
  expect(await server.status(SPEC.serial)).toMatchObject({ state: 'up' });
});

test('a client that comes while the server is asked for its clients is not cut off', async () => {
  await pause();
  await runInDurableObject(server, async (instance) => {
    const answered = Promise.withResolvers<Response>();
    container.answer = (path) => (path === '/varz' ? answered.promise : new Response('taken'));
    const expired = instance.onActivityExpired();
    expect((await instance.fetch(new Request('http://session/'))).status).toBe(200);
    answered.resolve(Response.json({ connections: 0 }));
    await expired;
  });
  expect(container.told).not.toContain(STOPPED);
});

test('a server that hangs is ended by force once it was silent three times, and the next client gets another', async () => {
  container.answer = NO_ANSWER;
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  try {
    await runInDurableObject(server, async (instance) => {
      await instance.status(SPEC.serial);
      for (let looks = 0; looks < 2; looks += 1) await vi.advanceTimersByTimeAsync(2_000);
      expect(container.told).not.toContain(DESTROYED);
      await vi.advanceTimersByTimeAsync(2_000);
      expect(container.told).toContain(DESTROYED);
    });
  } finally {
    vi.useRealTimers();
  }
  const problem = 'its server did not answer and was ended by force';
  await eventually('its end to be noticed', async () => {
    const status = await server.status(SPEC.serial);
    return status?.state === 'down' && status.problem === problem;
  });
  container.answer = () => new Response('taken');
  expect((await server.fetch('http://session/')).status).toBe(200);
});

test('a client that finds a server that has just ended gets the next one, and is not told', async () => {
  container.answer = () => {
    container.answer = () => new Response('taken');
    container.end(137);
    return Promise.reject(new Error('the connection was reset'));
  };
  await runInDurableObject(server, async (instance) => {
    const answer = await instance.fetch(new Request('http://session/'));
    expect(await answer.text()).toBe('taken');
  });
  expect(container.told).toEqual(['start', 'start']);
});

test('clients read no error text of the platform', async () => {
  container.answer = () =>
    Promise.reject(Object.assign(new Error('Network connection lost.'), { retryable: true }));
  const answer = await server.fetch('http://session/');
  expect(answer.status).toBe(503);
  const text = await answer.text();
  expect(text).toContain('the server of pr-1 does not serve: it cannot be reached');
  expect(text).not.toContain('Network');
});

/** A moment later: it was used when it began. */
function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 5));
}

async function codeOf(answer: Response): Promise<string> {
  const { error } = await answer.json<{ error: { code: string } }>();
  return error.code;
}
