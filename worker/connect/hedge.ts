// The order in which regions are dialled for one client: what to dial next, when, and what to give up. Pure: events and
// the time go in, commands come out as data. hand-off.ts feeds in the events and carries out the commands.
//
// The best region is dialled first. If it refuses, the next is dialled at once; if it does not answer in time, it is
// slow, and the next is dialled in parallel. Attempts are limited by time, not by count: every candidate is dialled
// within the deadline, and those that refused for a temporary reason are dialled again.

/** One deadline over all attempts. NATS clients give up on a connection after 20 s (nats.js) or 2 s (nats.go). */
export const DEADLINE_MS = 10_000;

/**
 * A region is slow if it has not answered after twice its round trip plus a fixed time, or after twice what it took
 * recently, within these bounds.
 */
export const HEDGE_MIN_MS = 300;
export const HEDGE_MAX_MS = 1_000;
const HEDGE_FIXED_MS = 200;

/** A region that meanwhile takes other clients is busy, not silent: it is waited for longer, but at most this long. */
export const BUSY_MAX_MS = 3_000;

/** A step that comes later than this says that the isolate is busy. */
export const LATE_MS = 50;

/** Once one region was slow, the others get less time: the last is dialled by then, however many hang. */
export const LAST_DIAL_MS = 900;
export const HEDGE_LEAST_MS = 75;

/** Concurrent attempts. The platform lets six connections wait for a response; asking for status needs some. */
export const PENDING_MAX = 4;

/** How long to wait for one woken region before waking a second: most are up by then. */
export const WAKE_PATIENCE_MS = 3_000;

/** Regions that refused for a temporary reason are dialled again after this, then twice as long, and so on. */
export const RETRY_MS = 500;

/** When no other attempt is pending, those are dialled again for this long. */
export const RETRY_FOR_MS = 2_000;

/** A region that may take the client. */
export interface Contender {
  readonly region: string;
  /** Expected round trip. */
  readonly estimateMs: number;
  /** How long it has recently needed to accept clients, if that was long: when many come at once, all wait. */
  readonly tookMs?: number | undefined;
}

/**
 * - `idle`: will be dialled when its turn comes
 * - `asleep`, `starting`: it cannot take a client at once, so it is dialled only when no other can. The first choice
 *   is woken at once: the decision has taken the cost of a start into account
 * - `pending`: dialled a moment ago
 * - `slow`: dialled, and the next is dialled in parallel
 * - `refused`: to be dialled again at `retryAt`
 * - `out`: it refused for a reason that will not end in time
 */
type Stage = 'idle' | 'asleep' | 'starting' | 'pending' | 'slow' | 'refused' | 'out';

export interface Attempt {
  readonly region: string;
  /** How long it may be silent before it counts as slow. */
  readonly hedgeMs: number;
  readonly stage: Stage;
  /** When it was dialled last. */
  readonly dialledAt: number;
  /** When it counts as slow (pending), or is dialled again (refused). */
  readonly dueAt: number;
  readonly dials: number;
  /** Whether it was dialled with permission to start for this client. */
  readonly wakes: boolean;
}

export interface Hedge {
  readonly startedAt: number;
  /** In the order of the decision. */
  readonly attempts: readonly Attempt[];
}

/** Why a region did not take the client, as far as that matters for the next step. */
export type Outcome = 'asleep' | 'starting' | 'passing' | 'lasting';

export type HedgeCommand =
  /** Dial a region; it may start for this client only if `wakes`. */
  | { readonly kind: 'dial'; readonly index: number; readonly wakes: boolean }
  /** It has not answered in time. It may still do so. */
  | { readonly kind: 'note-slow'; readonly index: number }
  /** Its answer is no longer awaited. */
  | { readonly kind: 'give-up'; readonly index: number };

export interface HedgeStep {
  readonly hedge: Hedge;
  readonly commands: readonly HedgeCommand[];
  /** When to continue if no region has answered by then; undefined once no region will take the client. */
  readonly nextAt: number | undefined;
}

/**
 * @param firstSleeps whether the first choice is known to be asleep, so that it need not be asked first
 */
export function beginHedge(contenders: readonly Contender[], firstSleeps: boolean, now: number): Hedge {
  const attempts = contenders.map((contender, index) => {
    const { region } = contender;
    const stage: Stage = firstSleeps && index === 0 ? 'asleep' : 'idle';
    return { region, hedgeMs: hedgeMsOf(contender), stage, dialledAt: 0, dueAt: 0, dials: 0, wakes: false };
  });
  return { startedAt: now, attempts };
}

function hedgeMsOf({ estimateMs, tookMs = 0 }: Contender): number {
  return clamp(Math.max(2 * estimateMs + HEDGE_FIXED_MS, 2 * tookMs), HEDGE_MIN_MS, HEDGE_MAX_MS);
}

/**
 * When the first step is followed by another, ms after it: it always dials the first choice, whatever the others are, and
 * nearly always that takes the client.
 */
export function firstStepMs(first: Contender, sleeps: boolean): number {
  return sleeps ? HEDGE_MAX_MS : hedgeMsOf(first);
}

/** A region refused the client, or its connection was lost. */
export function afterRefusal(hedge: Hedge, index: number, outcome: Outcome, now: number): Hedge {
  const attempt = hedge.attempts[index];
  if (attempt === undefined || !isWaitedFor(attempt)) return hedge;
  return changed(hedge, index, stageAfter(attempt, outcome, now));
}

function stageAfter(attempt: Attempt, outcome: Outcome, now: number): Partial<Attempt> {
  if (outcome === 'lasting') return { stage: 'out' };
  // A region that should have started but did not is dialled again like any other.
  if (outcome === 'passing' || attempt.wakes) return retryOf(attempt, now);
  return { stage: outcome };
}

function retryOf({ dials }: Attempt, now: number): Partial<Attempt> {
  return { stage: 'refused', dueAt: now + RETRY_MS * 2 ** (dials - 1) };
}

/**
 * The next step: called at the beginning, after each refusal, and at `nextAt`.
 * @param tookAt when a region last took a client, whichever it was; undefined if it never did
 */
export function advance(
  before: Hedge,
  now: number,
  tookAt: (region: string) => number | undefined = () => undefined,
): HedgeStep {
  const { startedAt, attempts } = before;
  if (now >= startedAt + DEADLINE_MS) return end(before);
  const commands: HedgeCommand[] = [];
  let hedge = before;
  for (const [index, attempt] of attempts.entries()) {
    if (attempt.stage !== 'pending' || attempt.dueAt > now) continue;
    const dueAt = busyUntil(attempt, now, tookAt(attempt.region));
    if (dueAt > now) {
      hedge = changed(hedge, index, { dueAt });
    } else {
      hedge = changed(hedge, index, { stage: 'slow' });
      commands.push({ kind: 'note-slow', index });
    }
  }
  const next = nextToDial(hedge, now);
  if (next === undefined) return { hedge, commands, nextAt: nextTime(hedge, now) };
  const victim = toGiveUp(hedge);
  if (victim !== undefined) {
    const roomAt = victim.dialledAt + HEDGE_MIN_MS;
    // Otherwise one that is well would be given up before it can have answered.
    if (roomAt > now) return { hedge, commands, nextAt: Math.min(roomAt, nextTime(hedge, now) ?? roomAt) };
    hedge = changed(hedge, victim.index, retryOf(victim, now));
    commands.push({ kind: 'give-up', index: victim.index });
  }
  hedge = dialled(hedge, next, now);
  commands.push({ kind: 'dial', index: next, wakes: hedge.attempts[next]?.wakes ?? false });
  return { hedge, commands, nextAt: nextTime(hedge, now) };
}

/**
 * When a region that is due counts as slow after all: later if it took another client meanwhile, and later if this step
 * comes late, since then this isolate is busy, and the answer may already wait here.
 */
function busyUntil({ dueAt, dialledAt, hedgeMs }: Attempt, now: number, tookAt = 0): number {
  const lateMs = now - dueAt;
  const heardBy = lateMs < LATE_MS ? dueAt : now + Math.min(lateMs, hedgeMs);
  return Math.min(Math.max(heardBy, tookAt + hedgeMs), dialledAt + BUSY_MAX_MS);
}

/** Time is up. */
function end(hedge: Hedge): HedgeStep {
  const commands = hedge.attempts.flatMap((attempt, index) =>
    isWaitedFor(attempt) ? [{ kind: 'give-up', index } as const] : [],
  );
  return { hedge, commands, nextAt: undefined };
}

/** While the last region dialled may still answer in time, no other is dialled. */
function nextToDial({ attempts }: Hedge, now: number): number | undefined {
  if (attempts.some(({ stage }) => stage === 'pending')) return undefined;
  const first = (test: (attempt: Attempt) => boolean) => {
    const index = attempts.findIndex(test);
    return index < 0 ? undefined : index;
  };
  if (attempts[0]?.stage === 'asleep') return 0;
  const awake = first(({ stage }) => stage === 'idle');
  if (awake !== undefined) return awake;
  const due = first(({ stage, dueAt }) => stage === 'refused' && dueAt <= now);
  if (due !== undefined) return due;
  if (wakingUntil(attempts, now) !== undefined) return undefined;
  // A region that is already starting costs nothing more.
  return first(({ stage }) => stage === 'starting') ?? first(({ stage }) => stage === 'asleep');
}

/** Until when no other region is woken, since one already woken may be up at any moment. */
function wakingUntil(attempts: readonly Attempt[], now: number): number | undefined {
  const last = Math.max(
    ...attempts.filter((each) => each.wakes && isWaitedFor(each)).map(({ dialledAt }) => dialledAt),
  );
  const until = last + WAKE_PATIENCE_MS;
  return until > now ? until : undefined;
}

/** If there are too many, the one slow for longest; starting ones, slow for a good reason, come last. */
function toGiveUp({ attempts }: Hedge): (Attempt & { readonly index: number }) | undefined {
  const waited = attempts.flatMap((attempt, index) => (isWaitedFor(attempt) ? [{ ...attempt, index }] : []));
  if (waited.length < PENDING_MAX) return undefined;
  return waited.toSorted((a, b) => Number(a.wakes) - Number(b.wakes) || a.dialledAt - b.dialledAt)[0];
}

function dialled(hedge: Hedge, index: number, now: number): Hedge {
  const attempt = hedge.attempts[index];
  if (attempt === undefined) return hedge;
  const wakes = attempt.wakes || attempt.stage === 'asleep' || attempt.stage === 'starting';
  const dueAt = now + (wakes ? HEDGE_MAX_MS : hedgeOf(attempt, hedge, now));
  return changed(hedge, index, { stage: 'pending', dialledAt: now, dueAt, wakes, dials: attempt.dials + 1 });
}

/** Its own time; once another was slow, at most an equal share of the time left for those still to be dialled. */
function hedgeOf({ hedgeMs }: Attempt, { attempts, startedAt }: Hedge, now: number): number {
  if (!attempts.some(({ stage }) => stage === 'slow')) return hedgeMs;
  const after = attempts.filter(({ stage }) => stage === 'idle').length - 1;
  const share = (startedAt + LAST_DIAL_MS - now) / Math.max(1, after);
  return clamp(share, HEDGE_LEAST_MS, hedgeMs);
}

function nextTime({ attempts, startedAt }: Hedge, now: number): number | undefined {
  const end = startedAt + DEADLINE_MS;
  const fresh = attempts.find(({ stage }) => stage === 'pending');
  if (fresh !== undefined) return Math.min(end, fresh.dueAt);
  const times = attempts.flatMap(({ stage, dueAt }) => (stage === 'refused' ? [dueAt] : []));
  if (!attempts.some(isWaitedFor)) {
    const next = Math.min(...times);
    return next <= startedAt + RETRY_FOR_MS ? next : undefined;
  }
  return Math.min(end, wakingUntil(attempts, now) ?? end, ...times);
}

/** Whether it was dialled and has not answered yet. */
function isWaitedFor({ stage }: Attempt): boolean {
  return stage === 'pending' || stage === 'slow';
}

function changed(hedge: Hedge, index: number, change: Partial<Attempt>): Hedge {
  const attempts = hedge.attempts.map((each, at) => (at === index ? { ...each, ...change } : each));
  return { ...hedge, attempts };
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value));
}
