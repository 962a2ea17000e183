import { expect, test } from 'vitest';
import type { ErrorAnswer } from '../api/error-answer.ts';
import { ERROR_STATUS, type ErrorCode } from '../api/errors.ts';
import { errorResponse } from './error-response.ts';

test('an error is JSON with a code and a message', async () => {
  const response = errorResponse('not_found', 'nothing at GET /x');
  expect(response.status).toBe(404);
  expect(response.headers.get('content-type')).toMatch(/^application\/json/);
  expect(await response.json()).toEqual({ error: { code: 'not_found', message: 'nothing at GET /x' } });
});

test('a message that repeats what a client sent is of bounded length', async () => {
  const { error } = await errorResponse(
    'not_found',
    `nothing at GET /${'x'.repeat(100_000)}`,
  ).json<ErrorAnswer>();
  expect(error.message).toMatch(/^nothing at GET \/x+…$/);
  expect(error.message.length).toBeLessThanOrEqual(2_001);
});

test('its details stand beside them', async () => {
  const response = errorResponse('no_region', 'none', { details: { notes: ['weur'] } });
  expect(await response.json()).toEqual({ error: { code: 'no_region', message: 'none', notes: ['weur'] } });
});

test('it carries the headers that it is given', () => {
  const response = errorResponse('no_region', 'none', { headers: { 'retry-after': '7', 'x-other': 'x' } });
  expect(response.headers.get('retry-after')).toBe('7');
  expect(response.headers.get('x-other')).toBe('x');
  expect(response.headers.get('content-type')).toMatch(/^application\/json/);
});

/** What no time will mend, since somebody has to deploy it; and the quota, whose end only the answer that refuses knows. */
const LASTING: ReadonlySet<string> = new Set([
  'no_store',
  'no_bucket',
  'no_keeper',
  'no_collector',
  'live_unavailable',
  'session_quota',
]);

test.each(Object.entries(ERROR_STATUS))(
  '%s (%i) says when to try again if it may pass, and only then',
  (code, status) => {
    const mayPass = (status === 429 || status === 503) && !LASTING.has(code);
    const header = errorResponse(code as ErrorCode, 'refused').headers.get('retry-after');
    expect(header !== null).toBe(mayPass);
    if (mayPass) expect(Number(header)).toBeGreaterThan(0);
  },
);
