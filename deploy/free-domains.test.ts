// A deploy to a custom domain, in a copy of this checkout: wrangler would take it from whoever has it, so it is looked at first.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { runDeploy } from '../test/support/deploy-command.ts';
import type { FakeAccount } from '../test/support/fake-account.ts';
import { startFakeCloudflare } from '../test/support/fake-cloudflare.ts';
import { FakeWrangler } from '../test/support/fake-wrangler.ts';
import { withDomain } from './setup/domain.ts';

const COPY_TIMEOUT_MS = 60_000;
/** The page of the map is built. */
const BUILD_TIMEOUT_MS = 120_000;
const DOMAIN = 'nats.example.com';

let fake: FakeWrangler;
beforeAll(async () => {
  fake = await FakeWrangler.make();
  await fake.project.write('wrangler.toml', withDomain(await fake.project.read('wrangler.toml'), DOMAIN));
}, COPY_TIMEOUT_MS);
afterAll(() => fake[Symbol.asyncDispose]());

const deployed = (): Partial<FakeAccount> => ({ migration: 'rollouts-1', versions: ['v1'] });

const deploy = (args: readonly string[], env: Readonly<Record<string, string>>) =>
  runDeploy(args, env, 'deploy', fake.project.path);

test('a domain that is taken is not taken away, unless that is asked for', {
  timeout: BUILD_TIMEOUT_MS,
}, async () => {
  for (const [owner, words] of [
    ['shop', 'nats.example.com is taken, by the Worker shop'],
    ['dns', 'nats.example.com is taken, by a DNS record'],
  ] as const) {
    await using cloudflare = await startFakeCloudflare({
      ...deployed(),
      domains: { [DOMAIN]: owner },
    });
    const { code, err } = await deploy([], { ...cloudflare.env, ...fake.env() });
    expect({ code, err }).toEqual({ code: 1, err: expect.stringContaining(words) });
    expect(await fake.told()).toEqual([]);
  }
  await using silent = await startFakeCloudflare({ ...deployed(), failing: 'changeset' });
  expect(await deploy([], { ...silent.env, ...fake.env() })).toMatchObject({
    code: 1,
    err: expect.stringContaining('--take-domain deploys without looking'),
  });
  expect(await fake.told()).toEqual([]);
  await using mine = await startFakeCloudflare({
    ...deployed(),
    domains: { [DOMAIN]: 'meridian' },
  });
  expect(await deploy([], { ...mine.env, ...fake.env() })).toMatchObject({ code: 0 });
  await using other = await startFakeCloudflare({ ...deployed(), domains: { [DOMAIN]: 'shop' } });
  expect(await deploy(['--take-domain'], { ...other.env, ...fake.env() })).toMatchObject({ code: 0 });
  expect((await fake.told()).map(({ args }) => args)).toEqual([['deploy'], ['deploy']]);
});

test.each([
  ['another Worker has it', { domains: { [DOMAIN]: 'shop' } }, 'is taken: it leads to the Worker shop'],
  ['a DNS record has it', { domains: { [DOMAIN]: 'dns' } }, 'is taken: it has a record A 192.0.2.1'],
  ['the token may not see the Workers', { failing: '/workers/domains' }, 'may not see custom domains'],
  [
    'the token may not see the zones',
    { failing: 'GET /zones?' },
    'no zone that CLOUDFLARE_API_TOKEN can see',
  ],
  ['the token may not see DNS', { failing: 'dns_records' }, 'may not see the DNS of example.com'],
] as const)('a first deploy, and %s: it is refused', async (_what, of, words) => {
  await using cloudflare = await startFakeCloudflare(structuredClone(of) as Partial<FakeAccount>);
  const { code, err } = await deploy([], { ...cloudflare.env, ...fake.env() });
  expect({ code, err: err.replaceAll(/\s+/g, ' ') }).toEqual({
    code: 1,
    err: expect.stringContaining(words),
  });
  expect(err).toContain('--take-domain');
  expect(await fake.told()).toEqual([]);
});

test('a first deploy without a token that could look is refused', async () => {
  await using cloudflare = await startFakeCloudflare();
  const { CLOUDFLARE_API_TOKEN: _gone, ...env } = cloudflare.env;
  const { code, err } = await deploy([], { ...env, ...fake.env() });
  expect({ code, err }).toEqual({ code: 5, err: expect.stringContaining('CLOUDFLARE_API_TOKEN') });
  expect(await fake.told()).toEqual([]);
});

test('a first deploy to a domain that is free, or without looking', {
  timeout: BUILD_TIMEOUT_MS,
}, async () => {
  await using free = await startFakeCloudflare();
  expect(await deploy([], { ...free.env, ...fake.env() })).toMatchObject({ code: 0 });
  await using other = await startFakeCloudflare({ domains: { [DOMAIN]: 'shop' } });
  expect(await deploy(['--take-domain'], { ...other.env, ...fake.env() })).toMatchObject({ code: 0 });
  expect(await fake.told()).toHaveLength(2);
});
