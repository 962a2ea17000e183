// How many servers a region needs: a pure function of what is seen, what is remembered and the time, with a record of why.
//
// Up: at once, by free places. While a server starts clients go on coming; as many are expected as came during the last
// time of that length. Down: when the most that was needed in a whole window is less than there is, one server in each
// window, only by a drain, never the region's own. A server that does not answer is neither empty nor full: the last that
// is known of it counts, and nothing is taken out of service.

import type {
  Hold,
  RememberedLook,
  ScalingAction,
  ScalingDecision,
  ScalingInput,
  ScalingMemory,
  ScalingSettings,
  SeenServer,
} from './decision.ts';

export interface Decided {
  readonly decision: ScalingDecision;
  /** For the next decision; the action counts as carried out. */
  readonly memory: ScalingMemory;
}

/** The region's own server: the others are linked to it, and it is the one with JetStream. */
const OWN = 1;

/** @param now in ms since the epoch, later than what is remembered */
export function decideMembers(
  memory: ScalingMemory,
  { servers, startMs, stay }: ScalingInput,
  settings: ScalingSettings,
  now: number,
): Decided {
  const { capacity, freeConnections, windowMs } = settings;
  const clients = servers.reduce((sum, each) => sum + (each.clients ?? 0), 0);
  const unanswered = servers.filter(({ isHeard }) => !isHeard).map(({ number }) => number);
  const growth = growthIn(memory.looks, clients, now - startMs);
  const wanted = Math.ceil((clients + growth + freeConnections) / capacity);
  const needed = within(wanted, settings);
  const look: RememberedLook = { at: now, clients, needed, isWhole: unanswered.length === 0 };
  const looks = [...memory.looks, look].filter(
    ({ at }) => at >= now - Math.max(windowMs, startMs) - SPARE_MS,
  );
  const inWindow = looks.filter(({ at }) => at >= now - windowMs);
  const peak = within(Math.max(...inWindow.map((each) => each.needed)), settings);
  const serving = servers.filter(isServing).length;
  const holds = downHolds({ memory, looks, inWindow, servers, unanswered, stay, settings, now });
  const action = actionOf({ servers, serving, needed, peak, holds, settings });
  const heldBack = heldBackOf({ wanted, needed, peak, serving, settings, holds, action });
  const decision: ScalingDecision = {
    at: now,
    clients,
    unanswered,
    growth,
    startMs,
    free: serving * capacity - clients,
    serving,
    needed,
    peak,
    action,
    heldBack,
    reason: reasonOf({ clients, growth, needed, peak, serving, action, heldBack, settings }),
  };
  const changedAt = action.kind === 'none' ? memory.changedAt : now;
  return { decision, memory: { looks, ...(changedAt !== undefined && { changedAt }) } };
}

/** The look before the window shows that the whole window is known: it is kept for as long as looks may be apart. */
const SPARE_MS = 60_000;

function within(servers: number, { min, max }: ScalingSettings): number {
  return Math.min(max, Math.max(min, servers, OWN));
}

function isServing({ state }: SeenServer): boolean {
  return state === 'up' || state === 'starting';
}

/** How many more there are than at the fewest since then. */
function growthIn(looks: readonly RememberedLook[], clients: number, since: number): number {
  const last = looks.findLast(({ at }) => at <= since);
  const before = [...(last === undefined ? [] : [last]), ...looks.filter(({ at }) => at > since)];
  const counts = before.filter(({ isWhole }) => isWhole).map((each) => each.clients);
  return counts.length === 0 ? 0 : Math.max(0, clients - Math.min(...counts));
}

interface Seen {
  readonly memory: ScalingMemory;
  readonly looks: readonly RememberedLook[];
  readonly inWindow: readonly RememberedLook[];
  readonly servers: readonly SeenServer[];
  readonly unanswered: readonly number[];
  readonly stay: string | undefined;
  readonly settings: ScalingSettings;
  readonly now: number;
}

/** Why no server may be taken out of service now. */
function downHolds({ memory, looks, inWindow, servers, unanswered, stay, settings, now }: Seen): Hold[] {
  const { windowMs, max } = settings;
  const seconds = Math.round(windowMs / 1000);
  const underWay = servers.filter(({ state }) => state === 'starting' || state === 'draining');
  // What is more than there may be is not held by the past.
  const isOver = servers.filter(isServing).length > max;
  const { changedAt } = memory;
  const holds: (Hold | undefined)[] = [
    stay === undefined ? undefined : { kind: 'stay', text: stay },
    underWay.length === 0
      ? undefined
      : { kind: 'under-way', text: `server ${numbersOf(underWay)} is not done yet` },
    unanswered.length > 0
      ? { kind: 'unanswered', text: `server ${unanswered.join(' and ')} does not answer` }
      : !isOver && inWindow.some(({ isWhole }) => !isWhole)
        ? { kind: 'unanswered', text: `a server did not answer within the last ${seconds} s` }
        : undefined,
    !isOver && !looks.some(({ at }) => at <= now - windowMs)
      ? { kind: 'unknown', text: `less than the last ${seconds} s is known` }
      : undefined,
    !isOver && changedAt !== undefined && now - changedAt < windowMs
      ? { kind: 'changed', text: `the last change was ${Math.round((now - changedAt) / 1000)} s ago` }
      : undefined,
  ];
  return holds.filter((hold) => hold !== undefined);
}

interface Wish {
  readonly servers: readonly SeenServer[];
  readonly serving: number;
  readonly needed: number;
  readonly peak: number;
  readonly holds: readonly Hold[];
  readonly settings: ScalingSettings;
}

function actionOf({ servers, serving, needed, peak, holds, settings }: Wish): ScalingAction {
  if (needed > serving) {
    const numbers = toStart(servers, needed - serving, settings.max);
    return numbers.length === 0 ? { kind: 'none' } : { kind: 'start', servers: numbers };
  }
  if (peak >= serving || holds.length > 0) return { kind: 'none' };
  const [first] = servers
    .filter(({ number, state }) => number !== OWN && state === 'up')
    .toSorted((a, b) => (a.clients ?? 0) - (b.clients ?? 0) || b.number - a.number);
  return first === undefined ? { kind: 'none' } : { kind: 'drain', server: first.number };
}

/** First those that are on their way out, the fullest before the others: their clients need not move. */
function toStart(servers: readonly SeenServer[], count: number, max: number): readonly number[] {
  const leaving = servers
    .filter(({ state }) => state === 'draining')
    .toSorted((a, b) => (b.clients ?? 0) - (a.clients ?? 0))
    .map(({ number }) => number);
  const taken = new Set(servers.filter(({ state }) => state !== 'stopped').map(({ number }) => number));
  const fresh = Array.from({ length: max }, (_, index) => index + 1).filter((number) => !taken.has(number));
  return [...leaving, ...fresh].filter((number) => number !== OWN).slice(0, count);
}

interface Outcome extends Omit<Wish, 'servers'> {
  readonly wanted: number;
  readonly action: ScalingAction;
}

function heldBackOf({ wanted, needed, peak, serving, settings, holds, action }: Outcome): readonly Hold[] {
  const { min, max, windowMs } = settings;
  const held: Hold[] = [];
  if (wanted > max) held.push({ kind: 'most', text: `${wanted} are needed, and there may be ${max}` });
  if (action.kind === 'none' && serving > min && needed < serving) {
    if (peak >= serving) {
      const text = `${peak} were needed within the last ${Math.round(windowMs / 1000)} s`;
      held.push({ kind: 'window', text });
    } else held.push(...holds);
  }
  if (wanted < min && serving <= min)
    held.push({ kind: 'least', text: `there may not be fewer than ${min}` });
  return held;
}

interface Told extends Omit<Wish, 'servers' | 'holds'> {
  readonly clients: number;
  readonly growth: number;
  readonly action: ScalingAction;
  readonly heldBack: readonly Hold[];
}

function reasonOf({ clients, growth, needed, serving, action, heldBack, settings }: Told): string {
  const { capacity, freeConnections } = settings;
  const why = `${clients} clients, ${growth} more expected and ${freeConnections} to be free need ${needed} of ${capacity} each`;
  const held = heldBack.length === 0 ? '' : `; ${heldBack.map(({ text }) => text).join('; ')}`;
  switch (action.kind) {
    case 'start':
      return `${why}, and ${serving} serve: server ${action.servers.join(' and ')} is started${held}`;
    case 'drain':
      return `${why}, and in a whole window no more were: server ${action.server} is taken out of service`;
    case 'none':
      return `${why}, and ${serving} serve${held}`;
  }
}

function numbersOf(servers: readonly SeenServer[]): string {
  return servers.map(({ number }) => number).join(' and ');
}
