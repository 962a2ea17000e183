// Which clients are moved after a region has grown, so that its servers become equally full: a pure function of what is
// seen, what is remembered and the time, with a record of why. A plan begins when a server has come up that was not there
// before, and is about the clients that were connected by then: one that was moved has a newer connection, and is never
// moved again. How a client is told to reconnect is worker/region/client-mover.ts.

import type { SeenServer } from './decision.ts';
import { EVEN_WITHIN } from './even-within.ts';

/**
 * - `off`: not configured
 * - `resting`: no server was added since the region's object began to look
 * - `moving`
 * - `held`: something has to be waited for
 * - `even`: it has ended, since the servers are about equally full
 * - `spent`: it has ended, since nobody is left who was connected when it began
 */
export const REBALANCE_STATES = ['off', 'resting', 'moving', 'held', 'even', 'spent'] as const;
export type RebalanceState = (typeof REBALANCE_STATES)[number];

export interface RebalanceSettings {
  /** Undefined: nobody is moved. */
  readonly percentPerSecond: number | undefined;
  /** How many clients one server takes. */
  readonly capacity: number;
}

/** A server, with what it said of those who were told to leave it. */
export interface RebalancedServer extends SeenServer {
  /** Clients that were told to reconnect, and are still connected. */
  readonly leaving: number;
  /** When the plan began for which nobody was left there who may be told; undefined if there is none. */
  readonly spentFor: number | undefined;
}

export interface RebalanceInput {
  readonly servers: readonly RebalancedServer[];
  /** A server is being started or taken out of service by this look's decision. */
  readonly isScaling: boolean;
}

/** It begins empty. */
export interface RebalanceMemory {
  /** Numbers of the servers that were up at the last look; undefined before the first. */
  readonly up?: readonly number[];
  readonly at?: number;
  /** The plan, also one that has ended. */
  readonly plan?: RebalancePlan;
  /** A part of a client that may be moved besides. */
  readonly rest?: number;
}

interface RebalancePlan {
  /** Ms since the epoch. */
  readonly since: number;
  /** Clients that were told to reconnect. */
  readonly moved: number;
  readonly ended?: 'even' | 'spent';
}

export interface Move {
  /** The server from which clients are moved. */
  readonly server: number;
  readonly clients: number;
}

/** The record of a decision. */
export interface RebalanceDecision {
  readonly at: number;
  readonly state: RebalanceState;
  /** When the last plan began; only clients that were connected by then are moved. Null: there was none. */
  readonly since: number | null;
  /** How many were told to reconnect by that plan. */
  readonly moved: number;
  /** What is done now. */
  readonly moves: readonly Move[];
  /** In one sentence. */
  readonly reason: string;
}

export interface Rebalanced {
  readonly decision: RebalanceDecision;
  readonly memory: RebalanceMemory;
}

/** Looks that are further apart do not make up for the time in between. */
const LONGEST_STEP_MS = 5_000;

/** @param now in ms since the epoch, later than what is remembered */
export function decideRebalance(
  memory: RebalanceMemory,
  input: RebalanceInput,
  settings: RebalanceSettings,
  now: number,
): Rebalanced {
  const up = input.servers.filter(({ state }) => state === 'up');
  const numbers = up.map(({ number }) => number);
  const hasGrown = memory.up !== undefined && numbers.some((number) => !memory.up?.includes(number));
  const before = hasGrown ? { since: now, moved: 0 } : memory.plan;
  const { plan, state, moves, reason, rest } = stepOf(before, { ...input, up }, settings, {
    now,
    elapsedMs: Math.min(LONGEST_STEP_MS, now - (memory.at ?? now)),
    rest: memory.rest ?? 0,
  });
  return {
    decision: { at: now, state, since: plan?.since ?? null, moved: plan?.moved ?? 0, moves, reason },
    memory: { up: numbers, at: now, rest, ...(plan && { plan }) },
  };
}

interface Step {
  readonly plan: RebalancePlan | undefined;
  readonly state: RebalanceState;
  readonly moves: readonly Move[];
  readonly reason: string;
  readonly rest: number;
}

function stepOf(
  plan: RebalancePlan | undefined,
  { servers, isScaling, up }: RebalanceInput & { readonly up: readonly RebalancedServer[] },
  { percentPerSecond, capacity }: RebalanceSettings,
  { now, elapsedMs, rest }: { readonly now: number; readonly elapsedMs: number; readonly rest: number },
): Step {
  const idle = (
    state: RebalanceState,
    reason: string,
    after: { readonly plan: RebalancePlan | undefined } = { plan },
  ): Step => ({
    ...after,
    state,
    moves: [],
    reason,
    rest: 0,
  });
  if (percentPerSecond === undefined)
    return idle('off', 'members.rebalancePercentPerSecond is not set', { plan: undefined });
  if (plan === undefined) return idle('resting', 'no server was added');
  if (plan.ended !== undefined) return idle(plan.ended, endOf(plan.ended, plan.moved));
  const why = whyHeld(servers, isScaling);
  if (why !== undefined) return idle('held', why);
  const loads = up.map(({ number, clients = 0, leaving, spentFor }) => ({
    number,
    staying: Math.max(0, clients - leaving),
    isSpent: spentFor === plan.since,
  }));
  const counts = loads.map(({ staying }) => staying);
  const spread = Math.max(...counts) - Math.min(...counts);
  if (spread <= EVEN_WITHIN * capacity)
    return idle('even', endOf('even', plan.moved), { plan: { ...plan, ended: 'even' } });
  // Those who are leaving will be at another of them.
  const total = up.reduce((sum, { clients = 0 }) => sum + clients, 0);
  const target = total / loads.length;
  const over = loads
    .filter(({ staying }) => staying > Math.ceil(target))
    .toSorted((a, b) => b.staying - a.staying);
  const able = over.filter(({ isSpent }) => !isSpent);
  const isAwaited = up.some(({ leaving }) => leaving > 0);
  if (able.length === 0 && !isAwaited)
    return idle('spent', endOf('spent', plan.moved), { plan: { ...plan, ended: 'spent' } });
  const allowed = rest + (total * percentPerSecond * elapsedMs) / 100_000;
  const moves = shared(
    Math.floor(allowed),
    able.map(({ number, staying }) => ({ server: number, clients: Math.floor(staying - target) })),
  );
  const moving = moves.reduce((sum, { clients }) => sum + clients, 0);
  const { since, moved } = plan;
  const seconds = Math.round((now - since) / 1000);
  return {
    plan: { since, moved: moved + moving },
    state: 'moving',
    moves,
    reason: `the fullest server has ${spread} clients more than the emptiest; ${moved + moving} were told to reconnect in ${seconds} s`,
    rest: allowed - Math.floor(allowed),
  };
}

function whyHeld(servers: readonly RebalancedServer[], isScaling: boolean): string | undefined {
  if (isScaling) return 'the number of servers is being changed';
  const underWay = servers.find(({ state }) => state === 'starting' || state === 'draining');
  if (underWay !== undefined) return `server ${underWay.number} is ${underWay.state}`;
  const silent = servers.find(({ isHeard, clients }) => !isHeard || clients === undefined);
  if (silent !== undefined) return `server ${silent.number} does not answer`;
  return undefined;
}

function endOf(ended: 'even' | 'spent', moved: number): string {
  return ended === 'even'
    ? `the servers are about equally full; ${moved} clients were told to reconnect`
    : `nobody is left who was connected when the last server was added; ${moved} clients were told to reconnect`;
}

/** First from the first, as many as are allowed. */
function shared(allowed: number, most: readonly Move[]): readonly Move[] {
  let left = allowed;
  return most.flatMap(({ server, clients: surplus }) => {
    const clients = Math.min(left, surplus);
    left -= clients;
    return clients === 0 ? [] : [{ server, clients }];
  });
}
