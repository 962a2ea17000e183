import { describe, expect, test } from 'vitest';
import {
  decideRebalance,
  type RebalanceDecision,
  type RebalancedServer,
  type RebalanceMemory,
} from './decide-rebalance.ts';
import { EVEN_WITHIN } from './even-within.ts';

const CAPACITY = 400;
const SETTINGS = { percentPerSecond: 1, capacity: CAPACITY };
const LOOK_MS = 2_000;
const GRACE_MS = 10_000;

const server = (number: number, clients: number, more: Partial<RebalancedServer> = {}): RebalancedServer => ({
  number,
  state: 'up',
  clients,
  isHeard: true,
  leaving: 0,
  spentFor: undefined,
  ...more,
});

/** The second server has come up at 0. */
function grown(): RebalanceMemory {
  const first = decideRebalance({}, { servers: [server(1, 200)], isScaling: false }, SETTINGS, -LOOK_MS);
  const servers = [server(1, 200), server(2, 0)];
  return decideRebalance(first.memory, { servers, isScaling: false }, SETTINGS, 0).memory;
}

const at = (
  servers: readonly RebalancedServer[],
  { isScaling = false, memory = grown(), settings = SETTINGS, now = LOOK_MS } = {},
) => decideRebalance(memory, { servers, isScaling }, settings, now).decision;

describe('a plan', () => {
  test('begins when a server has come up, and not with the servers that were there at the first look', () => {
    const servers = [server(1, 200), server(2, 0)];
    const first = decideRebalance({}, { servers, isScaling: false }, SETTINGS, 0);
    expect(first.decision).toMatchObject({ state: 'resting', since: null, moves: [] });
    const more = { servers: [...servers, server(3, 0)], isScaling: false };
    const second = decideRebalance(first.memory, more, SETTINGS, LOOK_MS);
    expect(second.decision).toMatchObject({ state: 'moving', since: LOOK_MS });
  });

  test.each<[string, readonly RebalancedServer[], boolean, Partial<RebalanceDecision>]>([
    [
      'moves a percent a second',
      [server(1, 200), server(2, 0)],
      false,
      { moves: [{ server: 1, clients: 4 }] },
    ],
    [
      'does not count those that are leaving',
      [server(1, 120, { leaving: 20 }), server(2, 90)],
      false,
      { state: 'even', moves: [] },
    ],
    ['moves no more than the surplus', [server(1, 202), server(2, 198)], false, { state: 'even' }],
    [
      'waits for a server that starts',
      [server(1, 200), server(2, 0), server(3, 0, { state: 'starting' })],
      false,
      { state: 'held', moves: [], reason: 'server 3 is starting' },
    ],
    [
      'waits for a server that drains',
      [server(1, 200), server(2, 0), server(3, 9, { state: 'draining' })],
      false,
      { state: 'held', reason: 'server 3 is draining' },
    ],
    ['waits while it is scaled', [server(1, 200), server(2, 0)], true, { state: 'held', moves: [] }],
    [
      'waits for a server that does not answer',
      [server(1, 200, { isHeard: false }), server(2, 0)],
      false,
      { state: 'held', reason: 'server 1 does not answer' },
    ],
    [
      'ends when nobody is left who may be moved',
      [server(1, 200, { spentFor: 0 }), server(2, 0)],
      false,
      { state: 'spent', moves: [] },
    ],
  ])('%s', (_what, servers, isScaling, expected) => {
    expect(at(servers, { isScaling })).toMatchObject(expected);
  });

  test('moves nobody where it is not configured, and none that was begun goes on', () => {
    const settings = { capacity: CAPACITY, percentPerSecond: undefined };
    const off = decideRebalance(
      grown(),
      { servers: [server(1, 200), server(2, 0)], isScaling: false },
      settings,
      LOOK_MS,
    );
    expect(off.decision).toMatchObject({ state: 'off', moves: [], since: null });
    expect(at([server(1, 200), server(2, 0)], { memory: off.memory, now: 2 * LOOK_MS })).toMatchObject({
      state: 'resting',
    });
  });

  test('that has ended goes on when the next server is added, and not because of an imbalance', () => {
    const even = [server(1, 100), server(2, 100)];
    const ended = decideRebalance(grown(), { servers: even, isScaling: false }, SETTINGS, LOOK_MS);
    expect(ended.decision.state).toBe('even');
    const uneven = [server(1, 300), server(2, 100)];
    expect(at(uneven, { memory: ended.memory, now: 60_000 })).toMatchObject({ state: 'even', moves: [] });
    const third = [...uneven, server(3, 0)];
    expect(at(third, { memory: ended.memory, now: 60_000 })).toMatchObject({ state: 'moving', moved: 20 });
  });

  test('within the margin is even, and one more client is not', () => {
    const margin = EVEN_WITHIN * CAPACITY;
    expect(at([server(1, 100 + margin), server(2, 100)]).state).toBe('even');
    expect(at([server(1, 100 + margin + 1), server(2, 100)]).state).toBe('moving');
  });

  test('of few clients moves one now and then, and looks that were missed are not made up for', () => {
    const servers = [server(1, 30), server(2, 0)];
    const settings = { ...SETTINGS, capacity: 40 };
    let memory = grown();
    const moved = Array.from({ length: 10 }, (_, index) => {
      const step = decideRebalance(memory, { servers, isScaling: false }, settings, (index + 1) * LOOK_MS);
      memory = step.memory;
      return step.decision.moves.reduce((sum, { clients }) => sum + clients, 0);
    });
    expect(Math.max(...moved)).toBe(1);
    expect(moved.reduce((sum, each) => sum + each, 0)).toBeOneOf([5, 6]);
    const late = at([server(1, 200), server(2, 0)], { now: 3_600_000 });
    expect(late.moves).toEqual([{ server: 1, clients: 10 }]);
  });
});

/** Clients that reconnect at once when told (well-behaved), or only when their connection is ended. */
test.each([
  ['well-behaved', 0],
  ['deaf', GRACE_MS],
])(
  '%s clients of one server even out over three, at most 1%% a second, and each is moved once at most',
  (_what, staysMs) => {
    const counts = [3_000, 0, 0];
    const told: { server: number; at: number }[] = [];
    let memory = decideRebalance({}, { servers: [server(1, 3_000)], isScaling: false }, SETTINGS, 0).memory;
    let moved = 0;
    let last: RebalanceDecision | undefined;
    for (let now = LOOK_MS; now < 200_000; now += LOOK_MS) {
      for (const each of told.filter(({ at }) => now - at >= staysMs)) {
        counts[each.server - 1] = (counts[each.server - 1] ?? 0) - 1;
        // To the emptiest, as the router does.
        const to = counts.indexOf(Math.min(...counts));
        counts[to] = (counts[to] ?? 0) + 1;
        told.splice(told.indexOf(each), 1);
      }
      const servers = counts.map((clients, index) =>
        server(index + 1, clients, { leaving: told.filter((each) => each.server === index + 1).length }),
      );
      const step = decideRebalance(memory, { servers, isScaling: false }, SETTINGS, now);
      memory = step.memory;
      last = step.decision;
      for (const move of step.decision.moves) {
        expect(move.server).toBe(1);
        expect(move.clients).toBeLessThanOrEqual((3_000 * LOOK_MS) / 100_000);
        moved += move.clients;
        for (let each = 0; each < move.clients; each += 1) told.push({ server: move.server, at: now });
      }
    }
    expect(last).toMatchObject({ state: 'even', moved });
    expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(EVEN_WITHIN * CAPACITY);
    // No more than must be.
    expect(moved).toBeLessThanOrEqual(2_000);
  },
);
