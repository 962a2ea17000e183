import { expect, test } from 'vitest';
import { thisWorker } from './this-worker.ts';

const FILE = `
name = "meridian"
routes = [{ pattern = "nats.example.com", custom_domain = true }, "*.eu.example.com/*"]
[env.staging]
[env.other]
name = "mine"
routes = ["other.example.com/nats"]
`;

const at = (url: string, asked: { readonly env?: string; readonly worker?: string } = {}) =>
  thisWorker(FILE, new URL(url), { env: asked.env, worker: asked.worker });

test('it is known by its name at workers.dev, by a route, or because somebody says so', () => {
  expect(at('https://meridian.someone.workers.dev')).toBe('meridian');
  expect(at('https://nats.example.com')).toBe('meridian');
  expect(at('https://weur.eu.example.com')).toBe('meridian');
  expect(at('https://elsewhere.example.org', { worker: 'meridian' })).toBe('meridian');
  expect(at('https://meridian-staging.someone.workers.dev', { env: 'staging' })).toBe('meridian-staging');
  expect(at('https://other.example.com', { env: 'other' })).toBe('mine');
});

test.each([
  [
    'https://canary.someone.workers.dev',
    {},
    /is the Worker canary, and wrangler would change the secrets of meridian/,
  ],
  ['https://elsewhere.example.org', {}, /is no route of wrangler.toml.*--worker meridian/],
  ['https://nats.example.com', { env: 'staging' }, /not known whether it is the Worker meridian-staging/],
  ['https://nats.example.com', { env: 'none' }, /no environment none/],
  ['https://nats.example.com', { worker: 'another' }, /that of the Worker meridian, and not of another/],
] as const)('at %s with %j it is refused', (url, asked, words) => {
  expect(() => at(url, asked)).toThrow(words);
});
