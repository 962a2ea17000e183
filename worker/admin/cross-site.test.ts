import { expect, test } from 'vitest';
import { isCrossSite } from './cross-site.ts';

test.each([
  ['no browser', {}, false],
  ['a page of Meridian', { 'sec-fetch-site': 'same-origin', origin: 'https://nats.example.com' }, false],
  ['the address bar', { 'sec-fetch-site': 'none' }, false],
  ['another site', { 'sec-fetch-site': 'cross-site' }, true],
  ['another host of the domain', { 'sec-fetch-site': 'same-site' }, true],
  ['something unheard of', { 'sec-fetch-site': '' }, true],
  ['an old browser on a page of Meridian', { origin: 'https://nats.example.com' }, false],
  ['an old browser on another site', { origin: 'https://evil.example.com' }, true],
  ['a sandboxed page', { origin: 'null' }, true],
])('%s: %j -> %s', (_name, headers, crossSite) => {
  const request = new Request('https://nats.example.com/api/config', {
    method: 'PUT',
    headers: headers as Record<string, string>,
  });
  expect(isCrossSite(request)).toBe(crossSite);
});
