// The figures of one run, compared with the goals. Pure.

import { type Ending, fateOf } from './fate.ts';
import { confirmationOf, type Observed, type PagesLook } from './observed.ts';
import type { Plan } from './plan.ts';

export interface Goals {
  /** What was acknowledged this long before the last acknowledgement ahead of a loss of all has to be back, in ms. */
  readonly rpoMs: number;
}

export interface Figures {
  readonly acknowledged: number;
  /** Acknowledged, and not in the stream in the end. */
  readonly lost: number;
  /** Of these: a server held it, and Meridian let it go: it was outvoted, or ended without need. */
  readonly lostWhileHeld: number;
  /** Of these: the last servers that held it were killed or terminated, though longer after it than the RPO. */
  readonly lostBeyondRpo: number;
  /** How the last server that held a lost message stopped holding it: how many. */
  readonly endings: Readonly<Record<string, number>>;
  /** Whether at some time no server held what was there before the first blow. */
  readonly isTotal: boolean;
  /** Messages with another sequence than was acknowledged. */
  readonly moved: number;
  /** Stored, and never given to some consumer. */
  readonly skipped: number;
  /** Of these: the first and the last, by consumer. */
  readonly skippedRanges: Readonly<Record<string, readonly [first: number, last: number]>>;
  /** Given to a consumer again, after its acknowledgement had been confirmed. */
  readonly again: number;
  /**
   * The same, but sent before that: by a server that hung, and kept what it had on its way. No server had forgotten the
   * acknowledgement, so this misses no goal.
   */
  readonly doubled: number;
  /** Longest time without an acknowledgement to any publisher since the first blow, in ms. */
  readonly interruptedMs: number;
  /** How long nothing was acknowledged while the pages said that all was well, in ms. */
  readonly silentMs: number;
  /** From the last blow until the stream was whole again, in ms; absent if it never was. */
  readonly wholeAfterMs?: number;
  /** Blows that Meridian refused. */
  readonly refused: number;
}

export interface Judgement {
  readonly plan: Plan;
  readonly figures: Figures;
  /** By region: the states that `/api/regions` said since the first blow, in order. */
  readonly states: Readonly<Record<string, readonly string[]>>;
  /** What regions told of problems since the first blow, each change once. */
  readonly problems: readonly string[];
  readonly failures: Readonly<Record<string, number>>;
  readonly troubles: readonly string[];
  /** What was missed; empty where all goals are met. */
  readonly missed: readonly string[];
}

/** A pause in which nothing is acknowledged is noticed from this long on. */
const NOTICEABLE_MS = 5_000;

/** Blows as near as this hit the two servers that had acknowledged a message before anybody saw that they held it. */
const AT_ONCE_MS = 500;

/** What was on its way to a consumer while its acknowledgement was confirmed arrives within this time. */
const IN_FLIGHT_MS = 1_000;

export function judge(plan: Plan, observed: Observed, goals: Goals): Judgement {
  const losses = lossesOf(observed);
  const totalAt = totalLossAt(observed);
  const skipped = skippedOf(observed);
  const repeated = repeatedIn(
    observed,
    totalAt === undefined ? Number.POSITIVE_INFINITY : lastAcknowledgedAt(observed, totalAt) - goals.rpoMs,
  );
  const figures: Figures = {
    acknowledged: observed.acknowledged.length,
    lost: losses.length,
    lostWhileHeld: losses.filter(({ isExcused }) => !isExcused).length,
    lostBeyondRpo: losses.filter(
      ({ isExcused, at, until }) => isExcused && at < lastAcknowledgedAt(observed, until) - goals.rpoMs,
    ).length,
    endings: countsOf(losses.map(({ ending }) => ending)),
    isTotal: totalAt !== undefined,
    moved: observed.acknowledged.filter(({ id, seq }) => {
      const now = observed.stored?.get(id);
      return now !== undefined && now !== seq;
    }).length,
    skipped: skipped.length,
    skippedRanges: rangesOf(skipped),
    again: repeated.filter(({ isLate }) => !isLate).length,
    doubled: repeated.filter(({ isLate }) => isLate).length,
    ...interruptionOf(observed),
    ...(observed.wholeAt !== undefined && {
      wholeAfterMs: Math.max(0, observed.wholeAt - (observed.struck.at(-1)?.at ?? 0)),
    }),
    refused: observed.struck.filter(({ refused }) => refused !== undefined).length,
  };
  const { struck, failures, troubles } = observed;
  const begunAt = struck[0]?.at ?? 0;
  const looks = observed.looks.filter(({ at }) => at >= begunAt);
  return {
    plan,
    figures,
    states: statesOf(looks),
    problems: problemsOf(looks, begunAt),
    failures,
    troubles,
    missed: [...missedOf(figures), ...troubles],
  };
}

function missedOf(figures: Figures): readonly string[] {
  const { acknowledged, lostWhileHeld, lostBeyondRpo, moved, skipped, again } = figures;
  return [
    // A run that published nothing shows nothing.
    ...(acknowledged === 0 ? ['nothing was acknowledged'] : []),
    ...(lostWhileHeld > 0 ? [`${lostWhileHeld} lost while held`] : []),
    ...(lostBeyondRpo > 0 ? [`${lostBeyondRpo} not restored`] : []),
    ...(moved > 0 ? [`${moved} with another sequence`] : []),
    ...(skipped > 0 ? [`${skipped} skipped`] : []),
    ...(again > 0 ? [`${again} given again`] : []),
  ];
}

interface Loss {
  readonly at: number;
  readonly until: number;
  readonly ending: Ending | 'overwritten' | 'never seen';
  /** No server was left that held it, and that was not Meridian's doing. */
  readonly isExcused: boolean;
}

function lossesOf(observed: Observed): readonly Loss[] {
  const { acknowledged, stored, lives, struck } = observed;
  return acknowledged
    .filter(({ id }) => stored?.has(id) !== true)
    .map(({ seq, at }): Loss => {
      const fate = fateOf(lives, seq, at);
      if (fate === undefined) {
        const hits = struck.filter(({ blow, at: hit }) => isDeadly(blow) && Math.abs(hit - at) <= AT_ONCE_MS);
        return { at, until: at, ending: 'never seen', isExcused: hits.length >= 2 };
      }
      const ending = fate.ending ?? 'overwritten';
      return { at, until: fate.until, ending, isExcused: isDeadly(ending) };
    });
}

/**
 * Backups are read from a stream's leader, and without a majority there is none: then nothing is acknowledged either, by the
 * stream or by a consumer. So the RPO counts from the last acknowledgement before the last server was gone.
 */
function lastAcknowledgedAt({ acknowledged }: Observed, until: number): number {
  return Math.max(...acknowledged.filter(({ at }) => at <= until).map(({ at }) => at));
}

/** A host that fails, or a platform that ends the server: Meridian is not asked. */
function isDeadly(ending: string): boolean {
  return ending === 'killed' || ending === 'terminated';
}

/** When the last server was gone that held what was acknowledged before the first blow. */
function totalLossAt({ acknowledged, struck, lives }: Observed): number | undefined {
  const begunAt = struck[0]?.at ?? 0;
  const before = acknowledged.filter(({ at }) => at < begunAt - AT_ONCE_MS).at(-1);
  if (before === undefined) return undefined;
  const until = fateOf(lives, before.seq, before.at)?.until;
  return until === undefined || Number.isFinite(until) ? until : undefined;
}

interface Skipped {
  readonly consumer: string;
  readonly seq: number;
}

function rangesOf(skipped: readonly Skipped[]): Readonly<Record<string, readonly [number, number]>> {
  const ranges: Record<string, readonly [number, number]> = {};
  for (const { consumer, seq } of skipped) {
    const [first, last] = ranges[consumer] ?? [seq, seq];
    ranges[consumer] = [Math.min(first, seq), Math.max(last, seq)];
  }
  return ranges;
}

function skippedOf({ stored, deliveries, troubles }: Observed): readonly Skipped[] {
  // Consumers that could not go on to the end are a trouble of their own.
  if (stored === undefined || troubles.length > 0) return [];
  const consumers = new Set(deliveries.map(({ consumer }) => consumer));
  const given = new Set(deliveries.map(({ consumer, id }) => confirmationOf(consumer, id)));
  return [...stored].flatMap(([id, seq]) =>
    [...consumers]
      .filter((consumer) => !given.has(confirmationOf(consumer, id)))
      .map((consumer) => ({ consumer, seq })),
  );
}

interface Repeated {
  /** It was sent before the delivery whose acknowledgement was confirmed: a consumer's count only grows. */
  readonly isLate: boolean;
}

/**
 * Deliveries of what had been acknowledged, and that confirmed.
 *
 * @param restoredUntil acknowledgements that were confirmed later may be gone with a total loss
 */
function repeatedIn({ deliveries, confirmed }: Observed, restoredUntil: number): readonly Repeated[] {
  const settled = new Map<string, number>();
  for (const { consumer, id, at, consumerSeq } of deliveries) {
    const key = confirmationOf(consumer, id);
    if (at <= (confirmed.get(key) ?? 0)) settled.set(key, Math.max(settled.get(key) ?? 0, consumerSeq));
  }
  return deliveries.flatMap(({ consumer, id, at, consumerSeq }) => {
    const key = confirmationOf(consumer, id);
    const confirmedAt = confirmed.get(key);
    if (confirmedAt === undefined || confirmedAt >= restoredUntil || at <= confirmedAt + IN_FLIGHT_MS)
      return [];
    return [{ isLate: consumerSeq <= (settled.get(key) ?? 0) }];
  });
}

function interruptionOf({ acknowledged, struck, looks, publishedUntil }: Observed): {
  readonly interruptedMs: number;
  readonly silentMs: number;
} {
  const begunAt = struck[0]?.at ?? publishedUntil;
  const times = acknowledged.map(({ at }) => at).filter((at) => at > begunAt);
  const marks = [begunAt, ...times.toSorted((one, other) => one - other), publishedUntil];
  const pauses = marks.slice(1).map((to, index) => ({ from: marks[index] ?? to, to }));
  const silent = pauses
    .filter(({ from, to }) => to - from > NOTICEABLE_MS)
    .map((pause) => silenceIn(pause, looks));
  return {
    interruptedMs: Math.max(0, ...pauses.map(({ from, to }) => to - from)),
    silentMs: silent.reduce((sum, each) => sum + each, 0),
  };
}

/** A look counts until the next one. */
function silenceIn(
  pause: { readonly from: number; readonly to: number },
  looks: readonly PagesLook[],
): number {
  return looks.reduce((sum, look, index) => {
    const until = Math.min(pause.to, looks[index + 1]?.at ?? pause.to);
    const from = Math.max(pause.from, look.at);
    return saysAllIsWell(look) ? sum + Math.max(0, until - from) : sum;
  }, 0);
}

function saysAllIsWell({ isHealthy, states, problems }: PagesLook): boolean {
  return (
    isHealthy === true &&
    states !== undefined &&
    Object.keys(problems).length === 0 &&
    Object.values(states).every((state) => state === 'up')
  );
}

function statesOf(looks: readonly PagesLook[]): Readonly<Record<string, readonly string[]>> {
  const said: Record<string, string[]> = {};
  for (const { states = {} } of looks)
    for (const [region, state] of Object.entries(states)) {
      const before = said[region] ?? [];
      said[region] = before;
      if (before.at(-1) !== state) before.push(state);
    }
  return said;
}

function problemsOf(looks: readonly PagesLook[], begunAt: number): readonly string[] {
  const last = new Map<string, string>();
  return looks.flatMap(({ at, problems }) =>
    Object.entries(problems).flatMap(([region, problem]) => {
      if (last.get(region) === problem) return [];
      last.set(region, problem);
      return [`${((at - begunAt) / 1_000).toFixed(1)} s ${region}: ${problem}`];
    }),
  );
}

function countsOf(words: readonly string[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const word of words) counts[word] = (counts[word] ?? 0) + 1;
  return counts;
}
