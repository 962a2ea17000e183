import { expect, test } from 'vitest';
import { USUAL_SESSION_CONFIG } from '../../api/sessions.ts';
import { type Claim, decideClaim, type Lease, type Taken } from './lease.ts';

const NOW = 1_000_000;

const claim: Claim = {
  id: 'a-id',
  name: 'a',
  owner: 'token:admin',
  region: 'weur',
  ttlMs: 60_000,
  most: 3,
  mostPerOwner: 2,
};

const lease: Lease = {
  id: 'a-id',
  serial: 1,
  name: 'a',
  owner: 'token:admin',
  region: 'weur',
  config: USUAL_SESSION_CONFIG,
  createdAt: 0,
  expiresAt: NOW + 1,
  seenAt: 0,
  state: 'up',
  since: 0,
};

const takenBy = (all: number, ofOwner: number, firstExpiry = NOW + 30_000) => ({
  all: { count: all, firstExpiry } satisfies Taken,
  ofOwner: { count: ofOwner, firstExpiry } satisfies Taken,
});

const decide = (change: Partial<Claim>, found?: Partial<Lease>, taken = takenBy(0, 0)) =>
  decideClaim({ ...claim, ...change }, found && { ...lease, ...found }, taken, NOW).kind;

test('what is not there is made, up to the quota of its owner and of all', () => {
  expect(decide({}, undefined, takenBy(2, 1))).toBe('make');
  expect(decideClaim(claim, undefined, takenBy(2, 2), NOW)).toEqual({
    kind: 'full',
    of: 'owner',
    most: 2,
    retryAfterMs: 30_000,
  });
  expect(decideClaim(claim, undefined, takenBy(3, 1), NOW)).toMatchObject({
    kind: 'full',
    of: 'all',
    most: 3,
  });
});

test('whoever waits for one that is just ending waits a little at least', () => {
  expect(decideClaim(claim, undefined, takenBy(3, 1, NOW - 5), NOW)).toMatchObject({ retryAfterMs: 2_000 });
});

test('what is there is found, whatever the quota, unless it is another one', () => {
  const full = takenBy(3, 2);
  expect(decide({}, {}, full)).toBe('find');
  expect(decide({ config: USUAL_SESSION_CONFIG }, {}, full)).toBe('find');
  expect(decide({ config: { ...USUAL_SESSION_CONFIG, jetstream: true } }, {}, full)).toBe('differs');
  expect(decide({ owner: 'token:read' }, {}, full)).toBe('differs');
  for (const state of ['asleep', 'down', 'starting'] as const) expect(decide({}, { state })).toBe('find');
});

test('one that ends, or whose time is over, is not found any more', () => {
  expect(decide({}, { state: 'ending' })).toBe('ending');
  expect(decide({}, { expiresAt: NOW })).toBe('ending');
});
