import { expect, test } from 'vitest';
import { ROTATED_SECRETS } from '../../api/rotated-secrets.ts';
import type { Secrets, SecretUse, SecretValue } from '../../api/secrets.ts';
import { rotatedSecret } from './find-secret.ts';
import { freePlace, newValue } from './new-value.ts';
import { beginning, ending, replacedProblems } from './rotation.ts';

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
    seen: [],
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
    'Line 2 has a token of 5 characters',
  );
  expect(() => newValue(place, old, { given: '\n' }, random)).toThrow('The new value is empty');
  expect(() => newValue(place, old, { user: 'x' }, random)).toThrow('--user is for NATS clients');
});

test('lines of leaf nodes are given, with other names than those that stay valid', () => {
  const old = value(['NATS_LEAF_USERS'], { names: ['factory'] });
  const place = freePlace(leafs, old);
  const given = 'factory.2 a publish=up.>\nlab b';
  expect(newValue(place, old, { given, users: ['ann'] }, random)).toEqual({ NATS_LEAF_USERS_NEXT: given });
  expect(() => newValue(place, old, { given }, random)).toThrow('sign in as a user');
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
  [
    'a region whose server was started a moment ago',
    {},
    { seen: [{ region: 'oc', since: '2026-11-28T03:50:00.000Z' }] },
    /oc knows who signed in for 10 min only/,
  ],
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

test('a new value that somebody may have is not replaced: who has it, who does not answer, what cannot be seen', () => {
  const half = (more: Partial<Secrets>) => found('NATS_USER', [TOKEN, NEXT], more);
  expect(replacedProblems(half({}), clients, NEXT)).toEqual([]);
  const used = value(NEXT.secrets, { uses: [use({ who: 'jobs' })] });
  expect(replacedProblems(half({}), clients, used)).toEqual(['NATS_USER_NEXT is used already (jobs)']);
  expect(replacedProblems(half({ silent: ['oc'] }), clients, NEXT)).toEqual([
    expect.stringMatching(/oc does not answer/),
  ]);
  // A region that does not answer may take it; where all say that they do not, nobody can have it yet.
  const seen = [{ region: 'weur', since: new Date(NOW).toISOString() }];
  const servers = (takes: string[] | null) => [{ region: 'weur', takes, takesOther: false }];
  const replacedWith = (takes: string[] | null, more: Partial<Secrets> = {}) =>
    replacedProblems(half({ seen, servers: servers(takes), ...more }), clients, NEXT);
  expect(replacedWith(['NATS_TOKEN'])).toEqual([]);
  expect(replacedWith(['NATS_TOKEN', 'NATS_USER_NEXT'])).toEqual([
    expect.stringMatching(/^weur knows who signed in for .* takes thousands$/),
  ]);
  expect(replacedWith(null)).toHaveLength(1);
  expect(replacedWith(['NATS_TOKEN'], { silent: ['oc'] })).toHaveLength(2);
  const leaf = value(['NATS_LEAF_USERS_NEXT']);
  expect(replacedProblems(found('NATS_LEAF_USERS', [leaf, leaf]), leafs, leaf)).toHaveLength(1);
});

const ADMIN = value(['MERIDIAN_ADMIN_TOKEN'], { names: ['ann'] });
const LEAF = value(['NATS_LEAF_USERS'], { names: ['factory'] });
const LONG = 'x'.repeat(32);

test.each([
  ['an empty user', clients, TOKEN, { user: '' }, /The user is empty/],
  ['a password that no client could send', clients, TOKEN, { given: 'x'.repeat(70_000) }, /is disconnected/],
  ['a token that is short', admins, ADMIN, { given: 'ann short' }, /Line 1 has a token of 5 characters/],
  ['a line of three words', admins, ADMIN, { given: `ann of ${LONG}` }, /more than a name and a token/],
  ['a name that is there twice', admins, ADMIN, { given: `ann ${LONG}\nann ${LONG}x` }, /Line 2 has a name/],
  ['no token', admins, ADMIN, { given: ' \n' }, /It has no token/],
  ['a leaf node without a password', leafs, LEAF, { given: 'lab' }, /Line 1 is not a name and a password/],
  ['the name of another', leafs, LEAF, { given: 'lab x\nlab y' }, /Line 2 has the name lab/],
  ['the name of the old one', leafs, LEAF, { given: 'factory x' }, /Line 1 has the name factory/],
  ['permissions of another kind', leafs, LEAF, { given: 'lab x pub=a' }, /something else than publish=/],
  ['no leaf node', leafs, LEAF, { given: '\n \n' }, /It has no leaf node/],
] as const)('%s is refused before anything is set', (_, rotated, old, wish, words) => {
  expect(() => newValue(freePlace(rotated, old), old, wish, random)).toThrow(words);
});
