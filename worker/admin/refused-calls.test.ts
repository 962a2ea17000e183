import { expect, test } from 'vitest';
import { COLLECT_MS, RefusedCalls } from './refused-calls.ts';

const NOW = 1_000_000;

const eventFrom = (address: string, detail = 'GET /api/config') => ({
  actor: 'anonymous',
  action: 'read',
  outcome: 'rate_limited',
  address,
  detail,
});

test('every call is counted, in one event for each address, and one of them has to take care', () => {
  const calls = new RefusedCalls();
  const asked = ['203.0.113.7', '203.0.113.8', '203.0.113.7', '203.0.113.7'].map((address, index) =>
    calls.add(eventFrom(address, `call ${index}`), NOW),
  );
  expect(asked).toEqual([true, false, false, false]);
  expect(calls.take()).toEqual([
    { ...eventFrom('203.0.113.7', 'call 0'), attempts: 3 },
    { ...eventFrom('203.0.113.8', 'call 1'), attempts: 1 },
  ]);
});

test('what was taken is not counted twice, and the next call has to take care again', () => {
  const calls = new RefusedCalls();
  calls.add(eventFrom('203.0.113.7'), NOW);
  calls.take();
  expect(calls.take()).toEqual([]);
  expect(calls.add(eventFrom('203.0.113.7'), NOW)).toBe(true);
  expect(calls.take()).toMatchObject([{ attempts: 1 }]);
});

test('where nobody took what was counted for long, somebody else has to take care, and nothing is lost', () => {
  const calls = new RefusedCalls();
  calls.add(eventFrom('203.0.113.7'), NOW);
  expect(calls.add(eventFrom('203.0.113.7'), NOW + 3 * COLLECT_MS - 1)).toBe(false);
  expect(calls.add(eventFrom('203.0.113.7'), NOW + 3 * COLLECT_MS)).toBe(true);
  expect(calls.take()).toMatchObject([{ attempts: 3 }]);
});

test('the addresses of one IPv6 network count as one', () => {
  const calls = new RefusedCalls();
  for (let host = 1; host <= 5; host++) calls.add(eventFrom(`2001:db8::${host}`), NOW);
  expect(calls.take()).toMatchObject([{ address: '2001:db8:0:0::/64', attempts: 5 }]);
});

test.each([
  [500, 500, undefined],
  [501, 501, 1],
  [2000, 501, 1500],
])('of %i networks at once the first 500 are counted one by one', (networks, events, others) => {
  const calls = new RefusedCalls();
  for (let index = 0; index < networks; index++)
    calls.add(eventFrom(`10.0.${index >> 8}.${index & 255}`), NOW);
  const taken = calls.take();
  expect(taken).toHaveLength(events);
  expect(taken.find(({ address }) => address === 'others')?.attempts).toBe(others);
  expect(taken.reduce((sum, { attempts = 0 }) => sum + attempts, 0)).toBe(networks);
});
