// What was ignored in a request, as text. Bounded, and safe to print: a request may contain anything.

import type { RoutingPlan } from './plan.ts';

/** How much of a value is repeated. */
const QUOTED_CHARACTERS = 20;

/** How many unknown regions are named; the others are only counted. */
const NAMED = 5;

const NOTHING: readonly string[] = [];

/** What a request asks for, and what was already ignored in it. */
interface Wishes {
  readonly preferred?: readonly string[];
  readonly forced?: string | undefined;
  readonly previous?: string | undefined;
  readonly notes?: readonly string[];
}

/** The notes so far, then those on regions that the request asks for and that do not exist. */
export function notesOfWishes(
  { preferred = NOTHING, forced, previous, notes = NOTHING }: Wishes,
  { regionsById }: RoutingPlan,
): readonly string[] {
  if (preferred.length === 0 && forced === undefined && previous === undefined) return notes;
  const isUnknown = (id: string) => !regionsById.has(id);
  const unknown = new Set((forced === undefined ? preferred : [...preferred, forced]).filter(isUnknown));
  const isLost = previous !== undefined && isUnknown(previous);
  if (unknown.size === 0 && !isLost) return notes;
  const named = [...unknown].slice(0, NAMED);
  return [
    ...notes,
    ...named.map((id) => `there is no region ${quote(id)}, ignored`),
    ...(unknown.size > NAMED ? [`${unknown.size - NAMED} more regions that do not exist, ignored`] : []),
    ...(isLost ? [`there is no region ${quote(previous)} to go back to, ignored`] : []),
  ];
}

/** Repeats a value from a request. */
export function quote(value: unknown): string {
  if (typeof value !== 'string') return `of type ${value === null ? 'null' : typeof value}`;
  const text = value.length > QUOTED_CHARACTERS ? `${value.slice(0, QUOTED_CHARACTERS)}...` : value;
  return JSON.stringify(text);
}
