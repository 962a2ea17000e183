// Inside workerd, with a real Durable Object's SQLite.

import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { expect, test } from 'vitest';
import '../../test/support/workerd/config-bindings.ts';
import { SecretTable } from './secret-table.ts';

let tables = 0;

/** A table of its own for each test. */
function withTable(use: (open: () => SecretTable) => void): Promise<void> {
  tables += 1;
  const stub = env.CONFIG_STORE.getByName(`secrets ${tables}`);
  return runInDurableObject(stub, (_store, { storage }) => use(() => new SecretTable(storage)));
}

const OLD = { MERIDIAN_ADMIN_TOKEN: 'the-old-one' };
const BOTH = { ...OLD, MERIDIAN_ADMIN_TOKEN_NEXT: 'the-new-one' };
const NEW = { MERIDIAN_ADMIN_TOKEN_NEXT: 'the-new-one' };

test('a secret is known since it was seen first, also by a store that was reset', () =>
  withTable((open) => {
    expect(open().look({}, 1_000)).toEqual([]);
    expect(open().look(OLD, 2_000)).toMatchObject([
      { secret: 'MERIDIAN_ADMIN_TOKEN', since: 2_000, uses: [] },
    ]);
    const both = open().look(BOTH, 3_000);
    expect(both.map(({ secret, since }) => [secret, since])).toEqual([
      ['MERIDIAN_ADMIN_TOKEN', 2_000],
      ['MERIDIAN_ADMIN_TOKEN_NEXT', 3_000],
    ]);
    expect(open().look(NEW, 4_000)).toEqual(both.slice(1));
    expect(JSON.stringify(both)).not.toMatch(/the-(old|new)-one/);
  }));

test('another value in the same place is a new one, which nobody has used; the same in the other place is as old', () =>
  withTable((open) => {
    const table = open();
    table.look(OLD, 1_000);
    table.used({ secret: 'MERIDIAN_ADMIN_TOKEN', who: 'token:admin' }, 1_500);
    expect(table.look({ MERIDIAN_ADMIN_TOKEN_NEXT: 'the-old-one' }, 2_000)).toMatchObject([
      { secret: 'MERIDIAN_ADMIN_TOKEN_NEXT', since: 1_000, uses: [] },
    ]);
    const changed = table.look({ MERIDIAN_ADMIN_TOKEN_NEXT: 'another' }, 3_000);
    expect(changed).toMatchObject([{ since: 3_000, uses: [] }]);
  }));

test('each user of a token is kept with the last time', () =>
  withTable((open) => {
    const table = open();
    table.look(BOTH, 1_000);
    const secret = 'MERIDIAN_ADMIN_TOKEN';
    table.used({ secret, who: 'token:admin:ann' }, 2_000);
    table.used({ secret, who: 'token:admin:ci' }, 3_000);
    table.used({ secret, who: 'token:admin:ann' }, 4_000);
    const [old, next] = table.look(BOTH, 5_000);
    expect(old?.uses).toEqual([
      { who: 'token:admin:ann', last: 4_000 },
      { who: 'token:admin:ci', last: 3_000 },
    ]);
    expect(next?.uses).toEqual([]);
  }));

test('a user and its password are one value: a new password makes it new', () =>
  withTable((open) => {
    const table = open();
    const [before] = table.look({ NATS_USER: 'u', NATS_PASSWORD: 'p' }, 1_000);
    const [after] = table.look({ NATS_USER: 'u', NATS_PASSWORD: 'q' }, 2_000);
    expect([before?.secret, after?.secret]).toEqual(['NATS_USER', 'NATS_USER']);
    expect(after?.id).not.toBe(before?.id);
  }));
