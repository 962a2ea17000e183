import fc from 'fast-check';
import { expect, test } from 'vitest';
import { permissionsFor, tokenOf } from './permissions.ts';

const EVERYBODY = { publish: ['hello'], subscribe: ['_INBOX.>'] };
const OPS = { when: { claim: 'groups', is: 'ops' }, publish: ['ops.>', 'hello'], subscribe: ['ops.>'] };
const OWN = { when: { claim: 'kind', is: 'person' }, publish: ['users.{sub}.>'], subscribe: [] };

test('what everybody may, and what a claim adds', () => {
  expect(permissionsFor({}, [EVERYBODY, OPS])).toEqual(EVERYBODY);
  expect(permissionsFor({ groups: ['dev', 'ops'] }, [EVERYBODY, OPS])).toEqual({
    publish: ['hello', 'ops.>'],
    subscribe: ['_INBOX.>', 'ops.>'],
  });
  expect(permissionsFor({ groups: 'ops' }, [OPS])).toEqual({
    publish: OPS.publish,
    subscribe: OPS.subscribe,
  });
});

test.each([{}, { groups: 'ops2' }, { groups: [['ops']] }, { groups: { ops: true } }])(
  '%j is granted nothing, and told so',
  (claims) => {
    expect(permissionsFor(claims, [OPS])).toEqual({ why: expect.stringContaining('no grant') });
  },
);

test('a claim fills a subject', () => {
  expect(permissionsFor({ kind: 'person', sub: 'ada@example.com' }, [OWN])).toMatchObject({
    publish: ['users.ada@example=2Ecom.>'],
  });
});

test.each([{}, { sub: '' }, { sub: 7 }, { sub: ['a'] }, { sub: 'x'.repeat(201) }])(
  'without a value for it, as with %j, nothing is granted',
  (claims) => {
    expect(permissionsFor({ kind: 'person', ...claims }, [EVERYBODY, OWN])).toEqual({
      why: expect.stringContaining('the claim sub'),
    });
  },
);

test('no property of every object is a claim', () => {
  const grant = { publish: ['{constructor}.{toString}'], subscribe: [] };
  expect(permissionsFor({}, [grant])).toEqual({ why: expect.stringContaining('constructor, toString') });
});

test('whatever a value is, it is one token without wildcards, and no other value gives it', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (one, other) => {
      expect(tokenOf(one)).toMatch(/^[A-Za-z0-9@_=-]*$/);
      if (one.isWellFormed() && other.isWellFormed() && one !== other)
        expect(tokenOf(one)).not.toBe(tokenOf(other));
    }),
  );
});
