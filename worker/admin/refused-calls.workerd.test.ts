// Calls beyond the rate limit, from the request to the audit log, inside workerd with a real ConfigStore.

import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test';
import { env as bindings } from 'cloudflare:workers';
import { afterEach, expect, test, vi } from 'vitest';
import { configStore } from '../config/store-stub.ts';
import '../../test/support/workerd/config-bindings.ts';
import type { Env } from '../env.ts';
import worker from '../index.ts';
import { COLLECT_MS } from './refused-calls.ts';

const CALLS = 25;

const env: Env = {
  CONFIG_STORE: bindings.CONFIG_STORE,
  MERIDIAN_ADMIN_TOKEN: 'a-secret-long-enough-to-be-a-token',
  ADMIN_RATE_LIMIT: { limit: async () => ({ success: false }) },
};

afterEach(() => {
  vi.useRealTimers();
});

test('every refused call is in the log, in one entry that counts them, while nobody waits for it', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout'] });
  const ctx = createExecutionContext();
  const answers = await Promise.all(
    Array.from({ length: CALLS }, () => {
      const headers = { 'cf-connecting-ip': '203.0.113.99' };
      const request = new Request('https://meridian.example/api/config', { headers });
      return worker.fetch(request as Parameters<typeof worker.fetch>[0], env, ctx);
    }),
  );
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([429]));
  expect(await entries()).toEqual([]);
  await vi.advanceTimersByTimeAsync(COLLECT_MS);
  vi.useRealTimers();
  await waitOnExecutionContext(ctx);
  expect(await entries()).toMatchObject([
    { actor: 'anonymous', outcome: 'rate_limited', detail: 'GET /api/config', attempts: CALLS },
  ]);
});

async function entries() {
  const log = (await configStore(env)?.auditLog({ limit: 50 })) ?? [];
  return log.filter(({ address }) => address === '203.0.113.99');
}
