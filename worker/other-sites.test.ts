import { expect, test } from 'vitest';
import { refuseOtherSites } from './other-sites.ts';

const HERE = 'http://127.0.0.1:8787/';
const LOCAL = { MERIDIAN_ONE_MACHINE: 'true' };

const refuses = (url: string, origin?: string, env: object = LOCAL) =>
  refuseOtherSites({ url, headers: new Headers(origin === undefined ? {} : { origin }) }, env) !== undefined;

test.each([
  [HERE, undefined],
  ['http://localhost:8787/api/regions', undefined],
  ['http://[::1]:8787/', undefined],
  [HERE, 'http://localhost:3000'],
  [HERE, 'https://app.localhost'],
  [HERE, 'http://127.0.0.2:5173'],
])('a request to %s of a page at %s is taken', (url, origin) => {
  expect(refuses(url, origin)).toBe(false);
});

test.each([
  ['http://evil.example:8787/', undefined],
  ['http://127.0.0.1.evil.example/', undefined],
  ['http://localhost.evil.example/', 'http://localhost.evil.example'],
  ['http://192.168.1.2:8787/', undefined],
  [HERE, 'https://evil.example'],
  [HERE, 'https://localhost.evil.example'],
  [HERE, 'https://127.0.0.1.evil.example'],
  [HERE, 'null'],
  [HERE, 'file://'],
])('a request to %s of a page at %s is refused', (url, origin) => {
  expect(refuses(url, origin)).toBe(true);
  expect(refuses(url, origin, {})).toBe(false);
});

test('the refusal says what to use instead', async () => {
  const response = refuseOtherSites({ url: 'http://evil.example/', headers: new Headers() }, LOCAL);
  expect(response?.status).toBe(403);
  expect(await response?.json()).toEqual({
    error: {
      code: 'cross_site',
      message: expect.stringMatching(/^it was sent to evil\.example, .* use http:\/\/127\.0\.0\.1/),
    },
  });
});
