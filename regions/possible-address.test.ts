import { expect, test } from 'vitest';
import { isPossibleAddress } from './possible-address.ts';

test.each([
  'https://sink.example',
  'https://sink.example.:443/a:99999?b=c:99999',
  'https://x?y',
  'http://127.0.0.1:65535/',
  'https://1.2.3.example/',
  'https://[::]/',
  'https://[2001:db8::1]:1/',
  'https://[1:2:3:4:5:6:7:8]',
])('%s is possible, as the platform has it', (url) => {
  expect([isPossibleAddress(url), URL.canParse(url)]).toEqual([true, true]);
});

test.each([
  'https://sink.example:65536/',
  'https://1.2.3.4.5/',
  'https://256.1.1.1',
  'https://[1:2:3:4:5:6:7]/',
  'https://[1:2:3:4:5:6:7:8:9]/',
  'https://[::1::]/',
  'https://[12345::]/',
])('%s is not, as the platform has it', (url) => {
  expect([isPossibleAddress(url), URL.canParse(url)]).toEqual([false, false]);
});

test('nor is a name with empty parts', () => {
  expect(isPossibleAddress('https://.../')).toBe(false);
  expect(isPossibleAddress('https://a..b/')).toBe(false);
});
