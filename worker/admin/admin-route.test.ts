import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import checkedIn from '../../regions/regions.json' with { type: 'json' };
import { validateConfig } from '../../regions/validate.ts';
import type { AuditEvent } from '../config/audit-table.ts';
import type { AdminEnv } from '../env.ts';
import { errorResponse } from '../error-response.ts';
import { type AdminContext, type AdminHandler, type AdminRouteOptions, adminRoute } from './admin-route.ts';
import type { Need } from './authorize.ts';
import { COLLECT_MS } from './refused-calls.ts';

const ADDRESS = '203.0.113.7';
const ADMIN = { authorization: 'Bearer admin-secret-of-this-test' };
const READ = { authorization: 'Bearer read-secret-of-this-test' };

const result = validateConfig(checkedIn);
if (!result.ok) throw new Error('regions.json is not valid');
const { config } = result;

afterEach(() => {
  vi.restoreAllMocks();
});

interface Call {
  readonly need?: Need;
  readonly handler?: AdminHandler<AdminContext>;
  readonly env?: AdminEnv;
  readonly path?: string;
  readonly options?: AdminRouteOptions;
}

async function call(
  headers: Record<string, string>,
  { need = 'write', handler, env, path, options }: Call = {},
) {
  const entries: AuditEvent[] = [];
  const handle = vi.fn(handler ?? (() => Response.json({ done: true })));
  const tokens = {
    MERIDIAN_ADMIN_TOKEN: 'admin-secret-of-this-test',
    MERIDIAN_READ_TOKEN: 'read-secret-of-this-test',
  };
  const background: Promise<unknown>[] = [];
  const edge = {
    env: { ...tokens, ...env },
    config,
    audit: (...events: readonly AuditEvent[]) => void entries.push(...events),
    background: (_name: string, work: Promise<unknown>) => void background.push(work),
  };
  const request = new Request(`https://nats.example.com${path ?? '/api/config'}`, {
    method: 'PUT',
    headers: { 'cf-connecting-ip': ADDRESS, ...headers },
  });
  const answering = adminRoute(need, 'drain', handle, options)(request, edge);
  const response = await answering.catch((error: unknown) => error);
  return { response: response as Response, entries, handle, background };
}

describe('who may', () => {
  test('gets the answer of the handler, for nobody else to keep', async () => {
    const { response, handle } = await call(ADMIN);
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ done: true });
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(handle.mock.calls[0]?.[2]).toMatchObject({
      actor: 'token:admin',
      mayWrite: true,
      address: ADDRESS,
    });
  });

  test('is in the audit log with the change and what the handler noted', async () => {
    const { entries } = await call(ADMIN, {
      handler: (_request, _edge, { note }) => {
        note({ from: 3, to: 4 });
        note({ detail: 'weights' });
        return new Response();
      },
    });
    expect(entries).toEqual([
      {
        actor: 'token:admin',
        action: 'drain',
        outcome: 'ok',
        address: ADDRESS,
        from: 3,
        to: 4,
        detail: 'weights',
      },
    ]);
  });

  test('looks without leaving an entry', async () => {
    const { response, entries } = await call(READ, { need: 'read' });
    expect(response.status).toBe(200);
    expect(entries).toEqual([]);
  });

  test('did not change anything when the handler refused', async () => {
    const { entries } = await call(ADMIN, { handler: () => errorResponse('conflict', 'too late') });
    expect(entries).toMatchObject([{ outcome: 'conflict', detail: 'PUT /api/config' }]);
  });

  test('is left to the handler where that writes the entry itself, unless refused', async () => {
    const options = { changesAuditedBy: 'handler' } as const;
    expect((await call(ADMIN, { options })).entries).toEqual([]);
    expect((await call(READ, { options })).entries).toMatchObject([{ outcome: 'read_only' }]);
  });

  test('a change that throws has failed, and goes on throwing', async () => {
    const error = new Error('the store is away');
    const { response, entries } = await call(ADMIN, { handler: () => Promise.reject(error) });
    expect(response).toBe(error);
    expect(entries).toMatchObject([{ outcome: 'failed', detail: 'PUT /api/config: the store is away' }]);
  });
});

describe('who may not', () => {
  test('is asked for a token, and the handler is not called', async () => {
    const { response, entries, handle } = await call({ authorization: 'Bearer wrong' });
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toBe('Bearer realm="meridian"');
    expect(await response.json()).toEqual({
      error: { code: 'unauthorized', message: expect.any(String) },
    });
    expect(handle).not.toHaveBeenCalled();
    expect(entries).toEqual([
      {
        actor: 'anonymous',
        action: 'drain',
        outcome: 'unauthorized',
        address: ADDRESS,
        detail: 'PUT /api/config: wrong token',
      },
    ]);
  });

  test('is named where known', async () => {
    const { response, entries } = await call(READ);
    expect(response.status).toBe(403);
    expect(response.headers.get('www-authenticate')).toBeNull();
    expect(entries).toMatchObject([{ actor: 'token:read', outcome: 'read_only' }]);
  });

  test('is in the audit log without the token of the URL', async () => {
    const { entries } = await call({}, { path: '/api/config?token=admin-secret-of-this-test' });
    expect(entries).toMatchObject([{ outcome: 'token_in_url', detail: 'PUT /api/config' }]);
  });

  test('cannot write long entries', async () => {
    const { entries } = await call({}, { path: `/${'x'.repeat(5000)}` });
    expect(entries[0]?.detail).toHaveLength(300);
  });

  test('leaves no entry where admin is off', async () => {
    const env = { MERIDIAN_ADMIN_TOKEN: '', MERIDIAN_READ_TOKEN: '' };
    const { response, entries, handle } = await call(ADMIN, { env });
    expect(response.status).toBe(404);
    expect(entries).toEqual([]);
    expect(handle).not.toHaveBeenCalled();
  });
});

describe('who calls too often', () => {
  const env = { ADMIN_RATE_LIMIT: { limit: async () => ({ success: false }) } };

  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  test('is told to wait', async () => {
    const { response, handle } = await call(ADMIN, { env });
    expect(response.status).toBe(429);
    expect(response.headers.get('retry-after')).toBe('60');
    expect(handle).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(COLLECT_MS);
  });

  test('is in the audit log with every call, by one write for all of them', async () => {
    const calls = [];
    for (let index = 0; index < 100; index++) calls.push(await call({}, { env }));
    expect(calls.flatMap(({ entries }) => entries)).toEqual([]);
    expect(calls.flatMap(({ background }) => background)).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(COLLECT_MS);
    expect(calls.flatMap(({ entries }) => entries)).toEqual([
      {
        actor: 'anonymous',
        action: 'drain',
        outcome: 'rate_limited',
        address: ADDRESS,
        detail: 'PUT /api/config',
        attempts: 100,
      },
    ]);
  });
});
