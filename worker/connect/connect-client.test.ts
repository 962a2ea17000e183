import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { ErrorAnswer } from '../../api/error-answer.ts';
import type { ErrorCode } from '../../api/errors.ts';
import { DECISION_HEADER, RETRY_AFTER_HEADER } from '../../api/headers.ts';
import { edgeOf, requestFrom } from '../../test/support/workerd/edge-context.ts';
import { errorResponse } from '../error-response.ts';
import { connectClient } from './connect-client.ts';
import { DEADLINE_MS } from './hedge.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test.each<[string, (region: string) => ErrorCode, number, ErrorCode]>([
  ['say that the rules forbid it', () => 'residency', 451, 'residency'],
  ['are full', () => 'full', 503, 'no_region'],
  ['drain', () => 'draining', 503, 'no_region'],
  [
    'are restarted or forbidden',
    (region) => (region === 'weur' ? 'restarting' : 'residency'),
    503,
    'no_region',
  ],
])('a client whose regions all %s is told so, each region once', async (what, codeOf, status, code) => {
  const { edge } = edgeOf({ answer: (region) => errorResponse(codeOf(region), `${region} refuses`) });
  // Each at a data center of its own, where nothing is known yet.
  const answer = connectClient(requestFrom(COLOS[what]), edge);
  await vi.advanceTimersByTimeAsync(DEADLINE_MS);
  const response = await answer;
  expect(response.status).toBe(status);
  const { error } = (await response.json()) as ErrorAnswer;
  expect(error.code).toBe(code);
  expect(error.tried?.map(({ reason }) => reason)).toEqual(
    error.tried?.map(({ region }) => `${region} refuses`),
  );
  expect(new Set(error.tried?.map(({ region }) => region)).size).toBe(edge.config.regions.length);
  expect(error.message).toContain('weur (weur refuses)');
  expect(response.headers.get(DECISION_HEADER)).toContain('failed=');
  expect(response.headers.has(RETRY_AFTER_HEADER)).toBe(status === 503);
});

const COLOS: Readonly<Record<string, string>> = {
  'say that the rules forbid it': 'LHR',
  'are full': 'CDG',
  drain: 'MAD',
  'are restarted or forbidden': 'DUB',
};

test.each<[string, object, number, boolean]>([
  ['that no region takes new clients', { enabled: false }, 503, true],
  ['that the rules forbid it', { residency: { deny: ['GB'] } }, 451, false],
])('a client is told before anything is dialled %s', async (_what, change, status, mayPass) => {
  const ids = edgeOf().edge.config.regions.map(({ id }) => id);
  const { edge, dialled } = edgeOf({ changes: Object.fromEntries(ids.map((id) => [id, change])) });
  const response = await connectClient(requestFrom('LIS'), edge);
  expect([response.status, response.headers.has(RETRY_AFTER_HEADER)]).toEqual([status, mayPass]);
  expect(dialled).toEqual([]);
});
