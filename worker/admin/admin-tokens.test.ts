import { expect, test } from 'vitest';
import { LEAST_TOKEN_CHARS, MOST_TOKENS } from '../../api/token-lines.ts';
import { adminTokensOf } from './admin-tokens.ts';

const ONE = '1'.repeat(LEAST_TOKEN_CHARS);
const TWO = '2'.repeat(LEAST_TOKEN_CHARS);

const admin = (MERIDIAN_ADMIN_TOKEN: string) => adminTokensOf({ MERIDIAN_ADMIN_TOKEN });
const actors = (secret: string) => admin(secret).tokens.map(({ actor }) => actor);

test('a secret is a token, also when it was piped with its line break', () => {
  const tokens = [{ token: ONE, grant: 'write', actor: 'token:admin', secret: 'MERIDIAN_ADMIN_TOKEN' }];
  for (const secret of [ONE, `${ONE}\n`, ` ${ONE}\r\n`])
    expect(admin(secret)).toEqual({ tokens, problems: [] });
});

test('a secret has several tokens, with names', () => {
  expect(admin(`ann ${ONE}\n\nci.build@2026-11\t${TWO}\n`)).toMatchObject({
    tokens: [
      { token: ONE, grant: 'write', actor: 'token:admin:ann' },
      { token: TWO, grant: 'write', actor: 'token:admin:ci.build@2026-11' },
    ],
    problems: [],
  });
  expect(adminTokensOf({ MERIDIAN_READ_TOKEN: `${ONE}\ngrafana ${TWO}` }).tokens).toMatchObject([
    { grant: 'read', actor: 'token:read' },
    { grant: 'read', actor: 'token:read:grafana' },
  ]);
});

test('a token may have any visible characters', () => {
  const token = 'a+/=~!":,;{}[]()<>@#$%^&*';
  expect(admin(`ann ${token}`).tokens).toMatchObject([{ token, actor: 'token:admin:ann' }]);
});

test('the token that follows has a secret of its own: both are valid, and both are the same caller', () => {
  expect(
    adminTokensOf({ MERIDIAN_ADMIN_TOKEN: `ann ${ONE}`, MERIDIAN_ADMIN_TOKEN_NEXT: `ann ${TWO}` }),
  ).toEqual({
    tokens: [
      { token: ONE, grant: 'write', actor: 'token:admin:ann', name: 'ann', secret: 'MERIDIAN_ADMIN_TOKEN' },
      {
        token: TWO,
        grant: 'write',
        actor: 'token:admin:ann',
        name: 'ann',
        secret: 'MERIDIAN_ADMIN_TOKEN_NEXT',
      },
    ],
    problems: [],
  });
  expect(adminTokensOf({ MERIDIAN_READ_TOKEN_NEXT: ONE }).tokens).toMatchObject([{ grant: 'read' }]);
});

test('an absent or empty secret has none, and that is no problem', () => {
  for (const env of [{}, { MERIDIAN_ADMIN_TOKEN: '' }, { MERIDIAN_READ_TOKEN: ' \n' }])
    expect(adminTokensOf(env)).toEqual({ tokens: [], problems: [] });
});

test.each([
  ['short', 'has a token of 5 characters, and at least 24 are needed'],
  [`${ONE.slice(1)}`, 'has a token of 23 characters'],
  [`${ONE} ${TWO} x`, 'has more than a name and a token'],
  [`Ann:x ${ONE}`, 'has a name of other characters'],
  [`${'n'.repeat(65)} ${ONE}`, 'has a name of other characters'],
  [`ann ${'é'.repeat(30)}`, 'has a token with characters that cannot be sent'],
])('%j is not used, and the others are', (line, problem) => {
  const { tokens, problems } = admin(`${line}\nbob ${TWO}`);
  expect(tokens.map(({ actor }) => actor)).toEqual(['token:admin:bob']);
  expect(problems).toEqual([expect.stringContaining(`line 1 of MERIDIAN_ADMIN_TOKEN ${problem}`)]);
});

test('names differ, so that the audit log tells who', () => {
  expect(admin(`ann ${ONE}\nann ${TWO}`).problems).toEqual([expect.stringContaining('line 2')]);
  expect(admin(`${ONE}\n${TWO}`).problems).toEqual([expect.stringContaining('name each token')]);
  expect(actors(`${ONE}\nann ${TWO}`)).toEqual(['token:admin', 'token:admin:ann']);
});

test('only so many are compared with each call', () => {
  const many = Array.from({ length: MOST_TOKENS + 2 }, (_, index) => `n${index} ${index}${ONE}`).join('\n');
  expect(admin(many).tokens).toHaveLength(MOST_TOKENS);
  expect(admin(many).problems).toHaveLength(2);
});

test('a problem repeats nothing of a token', () => {
  for (const secret of ['hush', 'hush hush hush', 'hu!sh hushhushhushhushhushhush'])
    expect(admin(secret).problems.join()).not.toContain('hush');
});
