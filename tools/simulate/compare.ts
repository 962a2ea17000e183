// What a change of configuration does: which clients move, from where to where, and what that does to their round
// trips. Both configurations decide from the prior alone, as before any measurement.

import type { Policy } from './policies.ts';
import { policiesOf } from './policies.ts';
import { mean, rttMs } from './score.ts';
import type { Setup, SimulatedClient } from './setup.ts';

/** A client that the two configurations send to different regions. */
export interface Move {
  readonly id: string;
  readonly country: string;
  readonly continent: string;
  /** Absent where the client is refused. */
  readonly from?: string;
  readonly to?: string;
  readonly fromMs?: number;
  readonly toMs?: number;
  /** Measured round trip after less before; absent where the client is refused by one of the two. */
  readonly changeMs?: number;
}

/** All clients that go from one region to one other. */
export interface Flow {
  readonly from?: string;
  readonly to?: string;
  readonly clients: number;
  readonly meanChangeMs: number;
}

export interface Comparison {
  readonly name: string;
  readonly clients: number;
  /** Worst change first, refused clients before all others. */
  readonly moves: readonly Move[];
  /** Largest first. */
  readonly flows: readonly Flow[];
  /** Over the clients that both serve, the ones that stay included. */
  readonly meanBeforeMs: number;
  readonly meanAfterMs: number;
  readonly notes: readonly string[];
}

/** Compares two setups of one scenario. */
export function compare(before: Setup, after: Setup): Comparison {
  const trips = tripsOf(before, policiesOf(before).meridian, policiesOf(after).meridian);
  const moves = trips.filter(({ from, to }) => from !== to).toSorted(byLoss);
  const served = trips.filter(({ changeMs }) => changeMs !== undefined);
  return {
    name: before.name,
    clients: trips.length,
    moves,
    flows: flowsOf(moves),
    meanBeforeMs: mean(served.map(({ fromMs = 0 }) => fromMs)),
    meanAfterMs: mean(served.map(({ toMs = 0 }) => toMs)),
    notes: [...before.notes.map((note) => `before: ${note}`), ...after.notes.map((note) => `after: ${note}`)],
  };
}

function tripsOf({ clients }: Setup, before: Policy, after: Policy): readonly Move[] {
  return clients.map((client) => tripOf(client, before(client), after(client)));
}

function tripOf(client: SimulatedClient, from: string | undefined, to: string | undefined): Move {
  const { id, country, continent } = client;
  const fromMs = from === undefined ? undefined : rttMs(client, from);
  const toMs = to === undefined ? undefined : rttMs(client, to);
  return {
    id,
    country,
    continent,
    ...(from !== undefined && { from }),
    ...(to !== undefined && { to }),
    ...(fromMs !== undefined && { fromMs }),
    ...(toMs !== undefined && { toMs }),
    ...(fromMs !== undefined && toMs !== undefined && { changeMs: toMs - fromMs }),
  };
}

function byLoss(a: Move, b: Move): number {
  return lossOf(b) - lossOf(a) || (a.id < b.id ? -1 : 1);
}

/** A client that is now refused is worst, one that was refused and is now served is best. */
function lossOf({ to, changeMs }: Move): number {
  return changeMs ?? (to === undefined ? Number.MAX_VALUE : -Number.MAX_VALUE);
}

function flowsOf(moves: readonly Move[]): readonly Flow[] {
  const groups = Map.groupBy(moves, ({ from = '', to = '' }) => `${from} ${to}`);
  return [...groups.values()]
    .map((group) => {
      const { from, to } = group[0] ?? {};
      return {
        ...(from !== undefined && { from }),
        ...(to !== undefined && { to }),
        clients: group.length,
        meanChangeMs: mean(group.map(({ changeMs = 0 }) => changeMs)),
      };
    })
    .toSorted((a, b) => b.clients - a.clients);
}
