// Tokens against a server that answers in the place of Cloudflare's API and of R2.

import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { expect, test } from 'vitest';
import { closeServer, freePort, LOOPBACK, listenOnLoopback } from '../../local/listen.ts';
import { DEPLOY_TOKEN, SOON_MS, STATE_KEYS, type Tried, tokenFindings } from './token-matrix.ts';
import { tryTokens } from './try-tokens.ts';

const ACCOUNT = '0123456789abcdef0123456789abcdef';
const TOKEN = 'a-token-of-forty-characters-0123456789_A';
const NOW = Date.parse('2026-11-28T00:00:00Z');
const LATER = new Date(NOW + SOON_MS + 1).toISOString();

type Answers = Readonly<Record<string, readonly [status: number, body?: unknown]>>;

interface Setup extends AsyncDisposable {
  readonly env: Readonly<Record<string, string>>;
  readonly asked: string[];
}

async function cloudflare(answers: Answers): Promise<Setup> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url} ${request.headers.authorization?.split(' ')[0]}`);
    const [status, body = ''] = answers[request.url ?? ''] ?? [403, { success: false }];
    response.writeHead(status, { connection: 'close' }).end(JSON.stringify(body));
  });
  const at = `http://${LOOPBACK}:${await listenOnLoopback(server)}`;
  const env = {
    CLOUDFLARE_API_BASE_URL: at,
    CLOUDFLARE_ACCOUNT_ID: ACCOUNT,
    CLOUDFLARE_API_TOKEN: TOKEN,
    R2_ENDPOINT: at,
  };
  return { env, asked, [Symbol.asyncDispose]: () => closeServer(server) };
}

const verified = (result: object) => [200, { success: true, result }] as const;
const OF_USER = '/user/tokens/verify';
const OF_ACCOUNT = `/accounts/${ACCOUNT}/tokens/verify`;

test('a token that is refused what it must not is as it should be, of an account or of a user', async () => {
  for (const place of [OF_ACCOUNT, OF_USER]) {
    await using setup = await cloudflare({ [place]: verified({ status: 'active', expires_on: LATER }) });
    const [tried, ...more] = await tryTokens(setup.env);
    expect(tried).toEqual({
      name: 'CLOUDFLARE_API_TOKEN',
      status: 'active',
      expiresOn: LATER,
      allowed: [],
      untried: [],
    });
    expect(more).toEqual([]);
    expect(tokenFindings(tried as Tried, NOW)).toEqual([expect.objectContaining({ state: 'ok' })]);
    expect(setup.asked.every((line) => /^GET .* Bearer$/.test(line))).toBe(true);
  }
});

test('one that may too much, and never ends, is told', async () => {
  await using setup = await cloudflare({
    [OF_ACCOUNT]: verified({ status: 'active' }),
    [`/accounts/${ACCOUNT}/tokens`]: [200, { result: [] }],
    [`/accounts/${ACCOUNT}/access/apps`]: [500],
  });
  const [tried] = await tryTokens(setup.env);
  const findings = tokenFindings(tried as Tried, NOW);
  expect(findings.map(({ state, text }) => `${state}: ${text}`)).toEqual([
    "fix: CLOUDFLARE_API_TOKEN may read the account's API tokens, which it does not need",
    'note: CLOUDFLARE_API_TOKEN never expires',
    'note: CLOUDFLARE_API_TOKEN: it is not known whether it may read the applications of Cloudflare Access',
  ]);
  expect(JSON.stringify(findings)).not.toContain(TOKEN);
});

test.each<[string, Answers, RegExp]>([
  ['ended', { [OF_ACCOUNT]: verified({ status: 'expired' }) }, /is expired/],
  ['unknown', {}, /is no token that Cloudflare knows/],
  ['no answer of use', { [OF_ACCOUNT]: [502], [OF_USER]: [503] }, /could not be tried/],
])('a token: %s', async (_, answers, words) => {
  await using setup = await cloudflare(answers);
  const [tried] = await tryTokens(setup.env);
  expect(tokenFindings(tried as Tried, NOW)).toEqual([
    expect.objectContaining({ text: expect.stringMatching(words) }),
  ]);
});

test('nobody at the address, and no account', async () => {
  const CLOUDFLARE_API_BASE_URL = `http://${LOOPBACK}:${await freePort()}`;
  const [silent] = await tryTokens({ CLOUDFLARE_API_BASE_URL, CLOUDFLARE_API_TOKEN: TOKEN });
  expect(silent?.status).toBeUndefined();
  await using setup = await cloudflare({ [OF_USER]: verified({ status: 'active', expires_on: LATER }) });
  const { CLOUDFLARE_ACCOUNT_ID: _, ...env } = setup.env;
  expect((await tryTokens(env))[0]?.untried).toHaveLength(DEPLOY_TOKEN.denied.length);
  expect(await tryTokens({})).toEqual([]);
});

test('an R2 key of one bucket does not see the others; each store may have its own', async () => {
  const keys = { R2_ACCESS_KEY_ID_FROM: 'id', R2_SECRET_ACCESS_KEY_FROM: 'secret' };
  await using narrow = await cloudflare({ '/': [403] });
  const { CLOUDFLARE_API_TOKEN: _, ...env } = narrow.env;
  expect(await tryTokens({ ...env, ...keys })).toMatchObject([
    { name: 'R2_ACCESS_KEY_ID_FROM', status: 'active', allowed: [], untried: [] },
  ]);
  expect(narrow.asked).toEqual(['GET / AWS4-HMAC-SHA256']);
  await using wide = await cloudflare({ '/': [200] });
  const [tried] = await tryTokens({ ...env, R2_ENDPOINT: wide.env.R2_ENDPOINT, ...keys });
  expect(tokenFindings(tried as Tried, NOW)).toMatchObject([
    { state: 'fix', text: 'R2_ACCESS_KEY_ID_FROM may read the names of all buckets, which it does not need' },
  ]);
});

test('two weeks before its end it is said, and not before', () => {
  const tried: Tried = { name: 'T', status: 'active', expiresOn: LATER, allowed: [], untried: [] };
  expect(tokenFindings(tried, NOW)).toMatchObject([{ state: 'ok' }]);
  expect(tokenFindings(tried, NOW + 1)).toMatchObject([{ state: 'fix', text: 'T expires in 14 days' }]);
});

test('the page has each of them', async () => {
  const page = await readFile(new URL('../../docs/security.md', import.meta.url), 'utf8');
  for (const name of [DEPLOY_TOKEN.name, ...STATE_KEYS])
    expect(page).toContain(name.replace(/_(FROM|TO)$/, ''));
  for (const { what } of DEPLOY_TOKEN.denied) expect(page).toContain(what);
});
