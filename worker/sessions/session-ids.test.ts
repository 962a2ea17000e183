import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SESSION_NAME } from '../../api/sessions.ts';
import { isIdLike, SessionIds } from './session-ids.ts';

const idsOf = (fill: number) => SessionIds.of(new Uint8Array(32).fill(fill));
const ids = await idsOf(1);
const names = fc.stringMatching(SESSION_NAME);

test('the same owner and name have the same id, and any other has another', async () => {
  await fc.assert(
    fc.asyncProperty(names, names, async (one, other) => {
      const id = await ids.idOf('token:admin', one);
      expect(await ids.idOf('token:admin', one)).toBe(id);
      expect(await ids.idOf('token:read', one)).not.toBe(id);
      if (one !== other) expect(await ids.idOf('token:admin', other)).not.toBe(id);
    }),
  );
});

test('an id is known by its signature, fits a label of a host name, and begins with its name', async () => {
  await fc.assert(
    fc.asyncProperty(names, async (name) => {
      const id = await ids.idOf('access:ada@example.com', name);
      expect(await ids.has(id)).toBe(true);
      expect(id.startsWith(`${name}-`)).toBe(true);
      expect(id).toMatch(/^[a-z0-9][a-z0-9-]{0,61}[a-z0-9]$/);
      expect(isIdLike(id)).toBe(true);
    }),
  );
});

test('no other character in any place makes another id', async () => {
  const id = await ids.idOf('token:admin', 'pr-123');
  for (let at = 0; at < id.length; at += 1) {
    // The last character has two bits that are always zero; `a` and `7` differ in all of them.
    const changed = id.slice(0, at) + (id[at] === 'a' ? '7' : 'a') + id.slice(at + 1);
    expect(await ids.has(changed), `changed at ${at}`).toBe(false);
  }
});

test.each([
  '',
  'pr-123',
  'pr-123-',
  '-aaaaaaaaaaaaaaaaaaaaaaaaaa',
  'a/b-aaaaaaaaaaaaaaaaaaaaaaaaaa',
  `a-${'a'.repeat(10_000)}`,
])('%j is none', async (text) => expect(await ids.has(text)).toBe(false));

test('an id of another deployment is none here', async () => {
  const others = await idsOf(2);
  expect(await ids.has(await others.idOf('token:admin', 'pr-123'))).toBe(false);
});

test('a session that is made anew has another token', async () => {
  const id = await ids.idOf('token:admin', 'pr-123');
  const tokens = [await ids.tokenOf(id, 1), await ids.tokenOf(id, 2), await (await idsOf(2)).tokenOf(id, 1)];
  expect(new Set(tokens).size).toBe(3);
  // 32 bytes.
  for (const token of tokens) expect(token).toMatch(/^[a-z2-7]{52}$/);
});
