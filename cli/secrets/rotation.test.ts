import { expect, test } from 'vitest';
import { ROTATED_SECRETS } from '../../api/rotated-secrets.ts';
import type { Secrets, SecretUse, SecretValue } from '../../api/secrets.ts';
import { rotatedSecret } from './find-secret.ts';
import { freePlace, newValue } from './new-value.ts';
import { beginning, ending } from './rotation.ts';

const NOW = Date.parse('2026-11-28T04:00:00Z');
const HOUR_MS = 3_600_000;
const IDLE = { now: NOW, idleMs: HOUR_MS };

function value(secrets: readonly string[], more: Partial<SecretValue> = {}): SecretValue {
  return { secrets, id: secrets.join(), since: '2026-01-01T00:00:00.000Z', names: [], uses: [], ...more };
}

const TOKEN = value(['NATS_TOKEN']);
const USER = value(['NATS_USER', 'NATS_PASSWORD'], { names: ['ann'] });
const NEXT = value(['NATS_USER_NEXT', 'NATS_PASSWORD_NEXT'], {
  names: ['ann.2'],
  since: '2026-11-01T00:00:00.000Z',
});
const use = (of: Partial<SecretUse>): SecretUse => ({
  who: 'x',
  region: null,
  connected: null,
  last: null,
  ...of,
});

function found(name: string, values: readonly SecretValue[], more: Partial<Secrets> = {}): Secrets {
  const seesUses = name !== 'NATS_LEAF_USERS';
  return {
    secrets: [{ name, rotates: true, values, seesUses }],
    servers: [],
    silent: [],
    caller: null,
    ...more,
  };
}

const clients = rotatedSecret('NATS_TOKEN');
const admins = rotatedSecret('MERIDIAN_ADMIN_TOKEN');
const leafs = rotatedSecret('NATS_LEAF_USERS');
const random = () => 'random'.repeat(6);

test('a secret is found by each of its names', () => {
  for (const secret of ROTATED_SECRETS)
    for (const name of [secret.name, ...secret.places.flat()]) expect(rotatedSecret(name)).toBe(secret);
});

test('a value goes where none is; a token of clients is followed by a user, and a user by one of another name', () => {
  const follows = (old: SecretValue) => newValue(freePlace(clients, old), old, {}, random);
  expect(follows(TOKEN)).toEqual({ NATS_USER_NEXT: 'meridian', NATS_PASSWORD_NEXT: random() });
  expect(follows(USER)).toEqual({ NATS_USER_NEXT: 'ann.2', NATS_PASSWORD_NEXT: random() });
  expect(follows(NEXT)).toEqual({ NATS_USER: 'ann.3', NATS_PASSWORD: random() });
  expect(() => newValue(freePlace(clients, USER), USER, { user: 'ann' }, random)).toThrow('has one password');
  const given = { user: 'bob', given: 'of a file\n' };
  expect(newValue(freePlace(clients, USER), USER, given, random)).toEqual({
    NATS_USER_NEXT: 'bob',
    NATS_PASSWORD_NEXT: 'of a file',
  });
  expect(() => newValue(freePlace(clients, USER), USER, { given: 'a\nb' }, random)).toThrow(
    'control character',
  );
});

test('each who has a token gets one, by the same name', () => {
  const old = value(['MERIDIAN_ADMIN_TOKEN_NEXT'], { names: ['', 'ann'] });
  const place = freePlace(admins, old);
  const text = `${random()}\nann ${random()}`;
  expect(newValue(place, old, {}, random)).toEqual({ MERIDIAN_ADMIN_TOKEN: text });
  expect(() => newValue(place, old, { given: `ann ${random()}\nbob short` }, random)).toThrow(
    'The token in line 2 has fewer than 24',
  );
  expect(() => newValue(place, old, { given: '\n' }, random)).toThrow('The new value is empty');
  expect(() => newValue(place, old, { user: 'x' }, random)).toThrow('--user is for NATS clients');
});

test('lines of leaf nodes are given, with other names than those that stay valid', () => {
  const old = value(['NATS_LEAF_USERS'], { names: ['factory'] });
  const place = freePlace(leafs, old);
  const given = 'factory.2 a publish=up.>\nlab b';
  expect(newValue(place, old, { given }, random)).toEqual({ NATS_LEAF_USERS_NEXT: given });
  expect(() => newValue(place, old, {}, random)).toThrow('--from FILE');
  expect(() => newValue(place, old, { given: 'lab b\nfactory a' }, random)).toThrow(
    'Line 2 has the name factory',
  );
  expect(() => newValue(place, old, { given: 'lab' }, random)).toThrow('Line 1 is not a name and a password');
});

test('a half-finished rotation is begun again only if that is meant', () => {
  const half = found('NATS_USER', [TOKEN, NEXT]);
  expect(() => beginning(half, clients, false)).toThrow(
    'half finished: NATS_TOKEN (old) and NATS_USER_NEXT (new)',
  );
  expect(beginning(half, clients, true)).toEqual({ old: TOKEN, replaced: NEXT });
  expect(beginning(found('NATS_USER', [TOKEN]), clients, false)).toEqual({ old: TOKEN, replaced: undefined });
  expect(() => beginning(found('NATS_OPERATOR_JWT', []), clients, false)).toThrow('below an operator');
});

test('it can be finished when nobody uses the old one, and all servers take the new one', () => {
  const servers = [{ region: 'weur', takes: ['NATS_TOKEN', 'NATS_USER_NEXT'], takesOther: false }];
  const end = ending(found('NATS_USER', [TOKEN, NEXT], { servers }), clients, undefined, IDLE);
  expect(end).toEqual({ old: TOKEN, stays: NEXT, problems: [] });
});

test.each<[string, Partial<SecretValue>, Partial<Secrets>, RegExp]>([
  [
    'who is connected',
    { uses: [use({ who: 'orders', region: 'oc', connected: 3 })] },
    {},
    /orders at oc is connected.*3/,
  ],
  [
    'who was here just now',
    { uses: [use({ last: new Date(NOW - HOUR_MS + 1).toISOString() })] },
    {},
    /x used it 60 min ago/,
  ],
  [
    'a server that was not restarted',
    {},
    { servers: [{ region: 'oc', takes: ['NATS_TOKEN'], takesOther: false }] },
    /restart oc/,
  ],
  [
    'a server of which it is not known',
    {},
    { servers: [{ region: 'oc', takes: null, takesOther: false }] },
    /restart oc/,
  ],
  ['a region that does not answer', {}, { silent: ['oc'] }, /oc does not answer/],
  ['who asks', {}, { caller: 'NATS_TOKEN' }, /this command itself/],
])('%s keeps it from being finished', (_, old, more, words) => {
  const half = found('NATS_USER', [{ ...TOKEN, ...old }, NEXT], more);
  expect(ending(half, clients, undefined, IDLE).problems).toEqual([expect.stringMatching(words)]);
});

test('who used it longer ago does not, and servers say nothing of admin tokens', () => {
  const last = new Date(NOW - HOUR_MS).toISOString();
  const old = value(['MERIDIAN_ADMIN_TOKEN'], { uses: [use({ last })] });
  const next = value(['MERIDIAN_ADMIN_TOKEN_NEXT'], { since: '2026-11-01T00:00:00.000Z' });
  const half = found('MERIDIAN_ADMIN_TOKEN', [old, next], { silent: ['oc'] });
  expect(ending(half, admins, undefined, IDLE).problems).toEqual([]);
});

test('of leaf nodes it cannot be seen, and of two that were seen together not which is older', () => {
  const lists = [value(['NATS_LEAF_USERS']), value(['NATS_LEAF_USERS_NEXT'])];
  const half = found('NATS_LEAF_USERS', lists);
  expect(() => ending(half, leafs, undefined, IDLE)).toThrow('--old NATS_LEAF_USERS');
  const end = ending(half, leafs, 'NATS_LEAF_USERS_NEXT', IDLE);
  expect(end).toMatchObject({
    old: lists[1],
    stays: lists[0],
    problems: [expect.stringContaining('leaf node')],
  });
  expect(() => ending(half, leafs, 'NATS_TOKEN', IDLE)).toThrow('none of the two');
});
