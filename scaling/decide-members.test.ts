import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decideMembers } from './decide-members.ts';
import {
  NOTHING_SEEN,
  type RememberedLook,
  type ScalingMemory,
  type ScalingSettings,
  type SeenServer,
} from './decision.ts';

const SETTINGS: ScalingSettings = {
  min: 1,
  max: 4,
  freeConnections: 200,
  windowMs: 300_000,
  capacity: 1_000,
};
const START_MS = 3_000;
const NOW = 1_000_000;

const up = (number: number, clients: number): SeenServer => ({
  number,
  state: 'up',
  clients,
  isHeard: true,
});
const decide = (
  servers: readonly SeenServer[],
  { memory = quiet(0), settings = {}, stay }: Partial<Given> = {},
) =>
  decideMembers(
    memory,
    { servers, startMs: START_MS, ...(stay !== undefined && { stay }) },
    { ...SETTINGS, ...settings },
    NOW,
  ).decision;

interface Given {
  readonly memory: ScalingMemory;
  readonly settings: Partial<ScalingSettings>;
  readonly stay: string;
}

/** A whole window in which so many servers were needed, with as many clients. */
function quiet(clients: number, needed = 1, more: Partial<RememberedLook> = {}): ScalingMemory {
  const look = (at: number): RememberedLook => ({ at, clients, needed, isWhole: true, ...more });
  return { looks: [look(NOW - 301_000), look(NOW - 150_000), look(NOW - 2_000)] };
}

test('a server is started as soon as fewer places are free than there are to be', () => {
  expect(decide([up(1, 800)], { memory: quiet(800) }).action).toEqual({ kind: 'none' });
  const decision = decide([up(1, 801)], { memory: quiet(801) });
  expect(decision).toMatchObject({
    action: { kind: 'start', servers: [2] },
    needed: 2,
    serving: 1,
    free: 199,
    heldBack: [],
  });
  expect(decision.reason).toContain('server 2 is started');
});

test('what came during the time of a start is expected to come again, and several are started at once', () => {
  const memory: ScalingMemory = { looks: [{ at: NOW - 3_000, clients: 100, needed: 1, isWhole: true }] };
  const decision = decide([up(1, 900)], { memory });
  expect(decision).toMatchObject({ growth: 800, needed: 2, action: { kind: 'start', servers: [2] } });
  expect(decide([up(1, 1_000)], { memory, settings: { freeConnections: 1_000 } }).action).toEqual({
    kind: 'start',
    servers: [2, 3],
  });
});

test('a start that is under way counts as done', () => {
  const starting: SeenServer = { number: 2, state: 'starting', clients: undefined, isHeard: true };
  expect(decide([up(1, 900), starting], { memory: quiet(900, 2) }).action).toEqual({ kind: 'none' });
  const failed: SeenServer = { ...starting, state: 'failed' };
  expect(decide([up(1, 900), failed], { memory: quiet(900, 2) }).action).toEqual({
    kind: 'start',
    servers: [3],
  });
});

test('one that is on its way out is taken back before another is started', () => {
  const draining: SeenServer = { number: 3, state: 'draining', clients: 50, isHeard: true };
  expect(decide([up(1, 850), draining]).action).toEqual({ kind: 'start', servers: [3] });
});

test('after a whole window in which fewer were needed, the one with the fewest clients is taken out', () => {
  const decision = decide([up(1, 0), up(2, 30), up(3, 20)], { memory: quiet(50) });
  expect(decision).toMatchObject({ action: { kind: 'drain', server: 3 }, peak: 1, heldBack: [] });
  expect(decide([up(1, 0), up(2, 20), up(3, 20)], { memory: quiet(40) }).action).toMatchObject({ server: 3 });
});

const three = [up(1, 0), up(2, 0), up(3, 0)];

test.each([
  ['window', three, { memory: quiet(0, 3) }],
  ['unknown', three, { memory: { looks: quiet(0).looks.slice(1) } }],
  ['unknown', three, { memory: NOTHING_SEEN }],
  ['changed', three, { memory: { ...quiet(0), changedAt: NOW - 299_000 } }],
  ['unanswered', [up(1, 0), up(2, 0), { ...up(3, 0), isHeard: false }], {}],
  ['unanswered', three, { memory: quiet(0, 1, { isWhole: false }) }],
  ['under-way', [...three, { ...up(4, 9), state: 'draining' }], {}],
  ['stay', three, { stay: 'its own server holds streams that no other does' }],
  ['least', [up(1, 0)], { settings: { min: 1, freeConnections: 0 } }],
] as const)('nothing is taken out of service: %s', (kind, servers, given) => {
  const { action, heldBack } = decide(servers, given as Partial<Given>);
  expect(action).toEqual({ kind: 'none' });
  if (kind !== 'least') expect(heldBack.map((hold) => hold.kind)).toContain(kind);
});

test('more than there may be is needed: it says so', () => {
  const { action, heldBack, reason } = decide([1, 2, 3, 4].map((number) => up(number, 1_000)));
  expect(action).toEqual({ kind: 'none' });
  expect(heldBack).toMatchObject([{ kind: 'most' }]);
  expect(reason).toContain('there may be 4');
});

test('the most is lowered under load: one after the other leaves, without a wait for the window', () => {
  const servers = [up(1, 900), up(2, 900), up(3, 800)];
  const settings = { max: 2 };
  const memory = { ...quiet(2_600, 3), changedAt: NOW - 10_000 };
  expect(decide(servers, { memory, settings }).action).toEqual({ kind: 'drain', server: 3 });
  const leaving: SeenServer = { number: 3, state: 'draining', clients: 700, isHeard: true };
  expect(decide([...servers.slice(0, 2), leaving], { memory, settings: { max: 1 } }).action).toEqual({
    kind: 'none',
  });
});

test('a server that does not answer is neither empty nor full', () => {
  const silent: SeenServer = { ...up(2, 700), isHeard: false };
  expect(decide([up(1, 700), silent], { memory: quiet(1_400, 2) })).toMatchObject({
    clients: 1_400,
    unanswered: [2],
    needed: 2,
    action: { kind: 'none' },
  });
  const unknown: SeenServer = { number: 2, state: 'up', clients: undefined, isHeard: false };
  expect(decide([up(1, 100), unknown], { memory: quiet(100, 1) })).toMatchObject({
    needed: 1,
    action: { kind: 'none' },
  });
});

const anyState = fc.constantFrom('up', 'starting', 'draining', 'failed', 'stopped');
const anyServers = fc
  .array(
    fc.record({
      state: anyState,
      clients: fc.option(fc.nat(3_000), { nil: undefined }),
      isHeard: fc.boolean(),
    }),
    {
      minLength: 1,
      maxLength: 6,
    },
  )
  .map((servers) => servers.map((each, index): SeenServer => ({ ...each, number: index + 1 })));

test('whatever is seen: nobody is taken out below the least or with an unknown beside, the own server never, and no more are started than there may be', () => {
  const run = fc.property(
    fc.array(anyServers, { minLength: 1, maxLength: 30 }),
    fc.record({ min: fc.integer({ min: 1, max: 3 }), more: fc.nat(3), freeConnections: fc.nat(2_000) }),
    fc.integer({ min: 500, max: 60_000 }),
    (looks, { min, more, freeConnections }, everyMs) => {
      const settings = { ...SETTINGS, min, max: min + more, freeConnections };
      let memory = NOTHING_SEEN;
      let now = NOW;
      let changedAt = Number.NEGATIVE_INFINITY;
      for (const servers of looks) {
        now += everyMs;
        const decided = decideMembers(memory, { servers, startMs: START_MS }, settings, now);
        memory = decided.memory;
        const { action, serving } = decided.decision;
        if (action.kind === 'start') {
          expect(action.servers).not.toContain(1);
          expect(serving + action.servers.length).toBeLessThanOrEqual(settings.max);
          expect(action.servers.every((number) => number <= 6)).toBe(true);
        }
        if (action.kind === 'drain') {
          expect(action.server).not.toBe(1);
          expect(serving).toBeGreaterThan(settings.min);
          expect(servers.every(({ isHeard }) => isHeard)).toBe(true);
          if (serving <= settings.max) expect(now - changedAt).toBeGreaterThanOrEqual(settings.windowMs);
        }
        if (action.kind !== 'none') changedAt = now;
      }
    },
  );
  fc.assert(run, { numRuns: 300 });
});
