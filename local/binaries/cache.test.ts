import { homedir } from 'node:os';
import { expect, test } from 'vitest';
import { cacheDirectory } from './cache.ts';

const linux = { platform: 'linux', arch: 'x64' };
const darwin = { platform: 'darwin', arch: 'arm64' };

test.each([
  ['MERIDIAN_CACHE', { MERIDIAN_CACHE: '/c', XDG_CACHE_HOME: '/x', HOME: '/h' }, linux, '/c'],
  ['XDG_CACHE_HOME', { XDG_CACHE_HOME: '/x', HOME: '/h' }, linux, '/x/meridian'],
  ['XDG_CACHE_HOME, on macOS too', { XDG_CACHE_HOME: '/x', HOME: '/h' }, darwin, '/x/meridian'],
  [
    'HOME, where XDG_CACHE_HOME is relative',
    { XDG_CACHE_HOME: 'x', HOME: '/h' },
    linux,
    '/h/.cache/meridian',
  ],
  ['HOME, where MERIDIAN_CACHE is empty', { MERIDIAN_CACHE: '', HOME: '/h' }, linux, '/h/.cache/meridian'],
  ['HOME, on macOS', { HOME: '/h' }, darwin, '/h/Library/Caches/meridian'],
  ['the account', {}, linux, `${homedir()}/.cache/meridian`],
])('the cache is where %s says', (_what, env, target, expected) => {
  expect(cacheDirectory({ env, target })).toBe(expected);
});
