// What became of a message: which servers held it, until when, and how the last of them lost it. Pure.

import type { Life } from './observed.ts';
import type { Blow } from './plan.ts';

/**
 * How a server stopped holding a message: `forgotten`: it lives, and no longer has it; a blow: it ended after it;
 * `ended`: it ended, though nothing had been done to it.
 */
export type Ending = Blow | 'forgotten' | 'ended';

/** When the last server that held a message no longer did, and how that came. Infinite: one still does. */
export interface Fate {
  readonly until: number;
  readonly ending?: Ending;
}

interface Holding {
  readonly from: number;
  readonly until: number;
  readonly ending?: Ending;
}

/**
 * The fate of the message with a sequence. Undefined if no server was seen to hold it.
 *
 * @param since from when on it may have been held: when it was acknowledged
 */
export function fateOf(lives: readonly Life[], seq: number, since: number): Fate | undefined {
  const holdings = lives
    .flatMap((life) => holdingIn(life, seq, since) ?? [])
    .toSorted((one, other) => one.from - other.from);
  let last = holdings[0];
  if (last === undefined) return undefined;
  // What is stored after that time came from elsewhere: a backup, or it is another message.
  for (const holding of holdings)
    if (holding.from <= last.until && holding.until > last.until) last = holding;
  return { until: last.until, ...(last.ending !== undefined && { ending: last.ending }) };
}

function holdingIn(
  { endedAt, blow, struckAt, readings }: Life,
  seq: number,
  since: number,
): Holding | undefined {
  const first = readings.findIndex(({ at, lastSeq }) => at >= since && lastSeq >= seq);
  const from = readings[first]?.at;
  if (from === undefined) return undefined;
  // A server that is told to stop closes its streams first: they are gone from its monitoring, not from its disk.
  const isClosing = (at: number) =>
    struckAt !== undefined && at > struckAt && (blow === 'terminated' || blow === 'drained');
  const forgotten = readings.slice(first).find(({ at, lastSeq }) => lastSeq < seq && !isClosing(at));
  if (forgotten !== undefined) return { from, until: forgotten.at, ending: 'forgotten' };
  if (endedAt === undefined) return { from, until: Number.POSITIVE_INFINITY };
  return { from, until: endedAt, ending: blow ?? 'ended' };
}
