import { describe, expect, test } from 'vitest';
import { defaultConfig } from '../../test/support/data/checked-in.ts';
import { allowedBy, noLongerAllowed } from './allowed.ts';

const ADMIN = 'admin-token-of-this-test-0123456789';
const READER = 'read-token-of-this-test-0123456789';
const env = { MERIDIAN_ADMIN_TOKEN: ADMIN, MERIDIAN_READ_TOKEN: READER };
const shown = defaultConfig();
const hidden = { ...shown, admin: { ...shown.admin, regionsShownTo: 'readers' as const } };

const asked = (token?: string) =>
  new Request('https://meridian.example/api/live', {
    ...(token !== undefined && { headers: { authorization: `Bearer ${token}` } }),
  });

describe('who asks', () => {
  test.each([
    ['nobody known', undefined, 'public'],
    ['a read token', READER, 'reader'],
    ['an admin token', ADMIN, 'admin'],
  ])('%s', async (_, token, level) => {
    expect(await allowedBy(asked(token), env, shown)).toMatchObject({ level });
  });

  test('a wrong token is refused, also where the public may look', async () => {
    expect(await allowedBy(asked(`${ADMIN}x`), env, shown)).toMatchObject({ code: 'unauthorized' });
  });

  test('the public does not see regions that are for readers; readers do', async () => {
    expect(await allowedBy(asked(), env, hidden)).toMatchObject({ code: 'regions_hidden' });
    expect(await allowedBy(asked(READER), env, hidden)).toMatchObject({ level: 'reader' });
  });

  test('the token is kept nowhere', async () => {
    expect(JSON.stringify(await allowedBy(asked(ADMIN), env, shown))).not.toContain(ADMIN);
  });
});

describe('while it is open', () => {
  test('a token that is withdrawn is refused, another one that stays is not', async () => {
    const allowed = await allowedBy(asked(READER), env, shown);
    if ('kind' in allowed) throw new Error(allowed.message);
    expect(await noLongerAllowed(allowed, env, shown)).toBeUndefined();
    expect(await noLongerAllowed(allowed, { MERIDIAN_ADMIN_TOKEN: ADMIN }, shown)).toMatchObject({
      kind: 'refused',
      code: 'unauthorized',
    });
  });

  test('regions that are hidden from now on are hidden from the public that looks', async () => {
    expect(await noLongerAllowed({ level: 'public' }, env, hidden)).toMatchObject({ code: 'regions_hidden' });
  });
});
