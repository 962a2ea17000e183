import { expect, test } from 'vitest';
import { addressOf } from './address.ts';

test('the address is what Cloudflare says, and not what the client says', () => {
  const headers = { 'cf-connecting-ip': '203.0.113.7', 'x-forwarded-for': '1.1.1.1' };
  expect(addressOf(new Request('http://x/', { headers }))).toBe('203.0.113.7');
  expect(addressOf(new Request('http://x/'))).toBe('unknown');
});
