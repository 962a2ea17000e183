import { expect, test } from 'vitest';
import { TOLD_EVERY_MS, TokenUses } from './token-uses.ts';

test('the first use of a token is told, and then one in a minute, of each token for itself', () => {
  const uses = new TokenUses();
  const old = { secret: 'MERIDIAN_ADMIN_TOKEN', who: 'token:admin' };
  const next = { ...old, secret: 'MERIDIAN_ADMIN_TOKEN_NEXT' };
  expect(uses.isDue(old, 0)).toBe(true);
  expect(uses.isDue(old, TOLD_EVERY_MS - 1)).toBe(false);
  expect(uses.isDue(next, TOLD_EVERY_MS - 1)).toBe(true);
  expect(uses.isDue({ ...old, who: 'token:admin:ann' }, TOLD_EVERY_MS - 1)).toBe(true);
  expect(uses.isDue(old, TOLD_EVERY_MS)).toBe(true);
});
