import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addressOf, networkOf } from './address.ts';

test('the address is what Cloudflare says, and not what the client says', () => {
  const headers = { 'cf-connecting-ip': '203.0.113.7', 'x-forwarded-for': '1.1.1.1' };
  expect(addressOf(new Request('http://x/', { headers }))).toBe('203.0.113.7');
  expect(addressOf(new Request('http://x/'))).toBe('unknown');
});

test.each([
  ['203.0.113.7', '203.0.113.7'],
  ['unknown', 'unknown'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:DB8:0001:0002::1', '2001:db8:1:2::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['2001:db8::', '2001:db8:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['2001:db8:0000:0:1::', '2001:db8:0:0::/64'],
])('%s counts as %s', (address, network) => {
  expect(networkOf(address)).toBe(network);
});

test('all addresses of a /64 count as one', () => {
  const [left, right] = [fc.ipV6(), fc.ipV6()];
  fc.assert(
    fc.property(left, right, (one, other) => {
      const prefix = networkOf(one).replace('::/64', '');
      const host = networkOf(other).replace('::/64', '');
      expect(networkOf(`${prefix}:${host}`)).toBe(networkOf(one));
    }),
  );
});
