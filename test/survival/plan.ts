// What a run does to the JetStream servers: which of them are struck, how, in which order, and how far apart. Pure.

import { shuffle } from 'simple-statistics';
import { type Random, seededRandom } from '../../tools/simulate/random.ts';

/**
 * - `killed`: SIGKILL, as when a host fails
 * - `terminated`: SIGTERM, as at a deploy
 * - `hung`: SIGSTOP, then Meridian ends it, or SIGCONT in the end
 * - `drained`: through the API
 */
export const BLOWS = ['killed', 'terminated', 'hung', 'drained'] as const;
export type Blow = (typeof BLOWS)[number];

/** `mixed`: each server in another way. */
export const KINDS = [...BLOWS, 'mixed'] as const;
export type Kind = (typeof KINDS)[number];

/** The part that a server has in the stream when the first one is struck. */
export type Role = 'leader' | 'follower' | 'other follower';

/** By how many are struck. */
const ORDERS: Readonly<Record<number, readonly (readonly Role[])[]>> = {
  1: [['leader'], ['follower']],
  2: [
    ['leader', 'follower'],
    ['follower', 'leader'],
    ['follower', 'other follower'],
  ],
  3: [
    ['leader', 'follower', 'other follower'],
    ['follower', 'leader', 'other follower'],
    ['follower', 'other follower', 'leader'],
  ],
};

export interface PlannedBlow {
  readonly role: Role;
  readonly blow: Blow;
  /** Since the one before; 0 for the first. */
  readonly afterMs: number;
}

export interface Plan {
  /** From 1 on. */
  readonly run: number;
  readonly kind: Kind;
  readonly blows: readonly PlannedBlow[];
}

export interface Wanted {
  readonly runs: number;
  readonly seed: string;
  readonly kinds: readonly Kind[];
  /** How many servers are struck. */
  readonly k: readonly number[];
  /** How far apart, in seconds. */
  readonly gap: { readonly from: number; readonly to: number };
}

/** The same plans for the same wishes. Each kind, number and order has its turn before one comes again. */
export function plansOf({ runs, seed, kinds, k, gap }: Wanted): readonly Plan[] {
  const every = kinds.flatMap((kind) =>
    k.flatMap((count) => (ORDERS[count] ?? []).map((roles) => ({ kind, roles }))),
  );
  const plans: Plan[] = [];
  while (plans.length < runs && every.length > 0) {
    for (const { kind, roles } of shuffle(every, seededRandom(`${seed} round ${plans.length}`))) {
      const run = plans.length + 1;
      if (run > runs) break;
      const random = seededRandom(`${seed} run ${run}`);
      plans.push({
        run,
        kind,
        blows: roles.map((role, index) => ({
          role,
          blow: kind === 'mixed' ? drawn(BLOWS, random) : kind,
          afterMs: index === 0 ? 0 : tenths(gap.from + (gap.to - gap.from) * random()) * 100,
        })),
      });
    }
  }
  return plans;
}

function drawn<T>(list: readonly [T, ...T[]], random: Random): T {
  return list[Math.floor(random() * list.length)] ?? list[0];
}

function tenths(seconds: number): number {
  return Math.round(seconds * 10);
}

/** Such as `killed: leader, 3.2 s follower`. */
export function nameOf({ kind, blows }: Plan): string {
  const each = blows.map(({ role, blow, afterMs }, index) =>
    [
      ...(index === 0 ? [] : [`${(afterMs / 1_000).toFixed(1)} s`]),
      role,
      ...(kind === 'mixed' ? [blow] : []),
    ].join(' '),
  );
  return `${kind}: ${each.join(', ')}`;
}
