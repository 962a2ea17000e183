import { expect, test, vi } from 'vitest';
import { CALLS_PER_PERIOD, mayCall } from './rate-limit.ts';

/** Counts as Cloudflare does within one period: a call is allowed while its counter is below the limit. */
class Counter implements RateLimit {
  readonly #counts = new Map<string, number>();

  async limit({ key, delta = 1 }: RateLimitOptions): Promise<RateLimitOutcome> {
    const count = this.#counts.get(key) ?? 0;
    if (count >= CALLS_PER_PERIOD) return { success: false };
    this.#counts.set(key, count + delta);
    return { success: true };
  }
}

async function allowed(
  addressOfCall: (call: number) => string,
  callerOfCall: (call: number) => string = () => 'anonymous',
): Promise<number> {
  const limiter = new Counter();
  let count = 0;
  for (let call = 0; call < CALLS_PER_PERIOD + 3; call++) {
    if (await mayCall(limiter, callerOfCall(call), addressOfCall(call))) count++;
  }
  return count;
}

test('an address may call as often as the limit says', async () => {
  expect(await allowed(() => '203.0.113.7')).toBe(CALLS_PER_PERIOD);
});

test('each address has a limit of its own', async () => {
  expect(await allowed((call) => `203.0.113.${call % 2}`)).toBe(CALLS_PER_PERIOD + 3);
});

test('each caller has a limit of its own at one address', async () => {
  const callers = (call: number) => (call % 2 === 0 ? 'token:admin' : 'anonymous');
  expect(await allowed(() => '203.0.113.7', callers)).toBe(CALLS_PER_PERIOD + 3);
});

test('the addresses of one IPv6 network share theirs', async () => {
  expect(await allowed((call) => `2001:db8::${call + 1}`)).toBe(CALLS_PER_PERIOD);
});

test('where there is no counter, nothing is counted', async () => {
  for (let call = 0; call <= CALLS_PER_PERIOD; call++)
    expect(await mayCall(undefined, 'anonymous', 'x')).toBe(true);
});

test('a counter that fails stops nobody, and says so', async () => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
  expect(await mayCall({ limit: () => Promise.reject(new Error('down')) }, 'anonymous', 'x')).toBe(true);
  expect(warn).toHaveBeenCalledWith('the admin rate limit does not work: down');
  warn.mockRestore();
});
