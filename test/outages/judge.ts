// The figures of one combination for each kind of client, compared with the goals. Pure.

import type { ClientKind } from './clients/programs.ts';
import { type Combination, nameOf } from './combination.ts';
import { type Figures, figuresOf, type Homecoming, homecomings, type Lasting, spreadOf } from './figures.ts';
import type { Observed } from './observed.ts';

export interface Goals {
  /** Connection attempts that fail although there is a healthy region. */
  readonly maxRefused: number;
  /** Until a client that comes is served, at p99. */
  readonly maxServedMs: number;
  /** Without service, for those on a server that hangs, at p99. */
  readonly maxHungMs: number;
  /** From the return of a region until those who come land there, for the slowest city. */
  readonly maxHomeMs: number;
  /** Of those that were on a killed region: the share that is elsewhere than where the ranking sends them. */
  readonly maxAstray: number;
}

export interface Verdict {
  readonly what: string;
  readonly limit: number;
  readonly unit: string;
  /** Infinite where it never came to that, and where nothing was observed. */
  readonly was: number;
  readonly isMet: boolean;
}

export interface Judgement {
  readonly combination: Combination;
  readonly affected: readonly string[];
  readonly byKind: Readonly<Partial<Record<ClientKind, Figures>>>;
  readonly all: Figures;
  readonly homecomings: readonly Homecoming[];
  readonly verdicts: readonly Verdict[];
}

export function judge(combination: Combination, observed: Observed, goals: Goals): Judgement {
  const kinds = Object.entries(observed.events);
  const events = kinds.flatMap(([, each]) => each);
  const all = figuresOf(events, observed);
  const homes = homecomings(events, observed);
  return {
    combination,
    affected: observed.affected,
    byKind: Object.fromEntries(kinds.map(([kind, each]) => [kind, figuresOf(each, observed)])),
    all,
    homecomings: homes,
    verdicts: verdictsOf(combination, all, homes, goals),
  };
}

// A goal about clients of which there were none is missed: nothing says that it was met.
const UNSEEN = Number.POSITIVE_INFINITY;

function verdictsOf(
  { kind }: Combination,
  { arrivals, lasting }: Figures,
  homes: readonly Homecoming[],
  goals: Goals,
): readonly Verdict[] {
  const slowest = spreadOf(homes.map(({ homeMs = UNSEEN }) => homeMs))?.worst ?? UNSEEN;
  return [
    verdict('connects refused', goals.maxRefused, '', arrivals.refused),
    verdict('served at p99', goals.maxServedMs, 'ms', arrivals.served?.p99 ?? UNSEEN),
    ...(kind === 'hung'
      ? [verdict('without service at p99', goals.maxHungMs, 'ms', lasting.withoutService?.p99 ?? UNSEEN)]
      : []),
    ...(kind === 'killed' ? [verdict('astray', goals.maxAstray, '', astray(lasting))] : []),
    verdict('lost', 0, '', lasting.lost),
    verdict('home again', goals.maxHomeMs, 'ms', slowest),
  ];
}

function astray({ landed, byTheRules }: Lasting): number {
  const count = Object.values(landed).reduce((sum, each) => sum + each, 0);
  return count === 0 ? UNSEEN : 1 - byTheRules / count;
}

function verdict(what: string, limit: number, unit: string, was: number): Verdict {
  return { what, limit, unit, was, isMet: was <= limit };
}

export function isMissed({ verdicts }: Judgement): boolean {
  return verdicts.some(({ isMet }) => !isMet);
}

export function titleOf({ combination, affected }: Judgement): string {
  return `${nameOf(combination)} (${affected.join(', ')})`;
}
