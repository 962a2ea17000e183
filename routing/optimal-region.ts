// The decision: which region serves a request, and why. Pure: no I/O, no clock, no randomness; the same request
// and state always give the same decision, and no input makes it throw.

import { hashText } from './client-hash.ts';
import type { Candidate, Considered, Decision, Entry, Refusal } from './decision.ts';
import type { Effect } from './effect.ts';
import { entryOf } from './entry.ts';
import { estimate } from './estimate.ts';
import { failoverOf, type SetBack, setBackOf } from './failover.ts';
import type { Contender, FilterContext } from './filter.ts';
import { looksHealthy } from './filters/health.ts';
import type { Observations } from './observation.ts';
import { pinNotes } from './pin-notes.ts';
import type { RoutingPlan } from './plan.ts';
import { priorsOf } from './priors.ts';
import { byRank, isPreferred, rankOf } from './rank.ts';

/** What the decision reads of a request. A Workers `Request` is one, with its `cf`. */
export interface RoutingRequest {
  /** `request.cf`, taken as it comes. */
  readonly cf?: unknown;
  /** Whatever tells this client from others, such as its address. Absent: its entry. */
  readonly client?: string | undefined;
  /** Ids of regions to prefer, best first. */
  readonly preferred?: readonly string[];
  /** Id of the only region to take. */
  readonly forced?: string | undefined;
  /** Id of the region where the client was before. */
  readonly previous?: string | undefined;
  /** What of it was ignored before it came here, in words. */
  readonly notes?: readonly string[];
}

/** Everything else that the decision reads: a snapshot. */
export interface RoutingState {
  readonly plan: RoutingPlan;
  /** What the data center of the request has seen of the regions. */
  readonly observations: Observations;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** Ranks the regions for a request. */
export function getOptimalRegion(request: RoutingRequest, state: RoutingState): Decision {
  const { plan, observations, now } = state;
  const { entry, country, inEu, notes } = entryOf(request.cf, plan);
  const contenders = contendersOf(entry, plan, observations);
  const context: FilterContext = {
    plan,
    country,
    inEu,
    clientHash: hashText(request.client ?? entry.value),
    preferred: request.preferred ?? [],
    forced: request.forced,
    previous: request.previous,
    incumbent: observations.incumbent,
    now,
    panic: isPanic(contenders, plan, now),
  };
  const field: Field = { candidates: [], rejected: [], setBack: [] };
  for (const contender of contenders) consider(contender, context, field);
  const { candidates, rejected, setBack } = field;
  candidates.sort(byRank);
  const [first] = candidates;
  const wake = sleepingBest(candidates);
  const failover = first && failoverOf(first, setBack);
  const moreNotes = pinNotes(context, request.notes);
  return {
    version: plan.version,
    entry,
    ...(first !== undefined && { winner: first.region }),
    ...(failover !== undefined && { failover }),
    candidates,
    rejected,
    ...(candidates.length === 0 && { refusal: refusalOf(rejected) }),
    pinned: first !== undefined && isPreferred(first),
    panic: context.panic,
    ...(wake !== undefined && { wake }),
    notes: moreNotes.length === 0 ? notes : [...notes, ...moreNotes],
  };
}

function contendersOf(entry: Entry, plan: RoutingPlan, { regions }: Observations): readonly Contender[] {
  const priors = priorsOf(entry, plan);
  return plan.regions.map((region, index) => {
    const observation = regions.get(region.id);
    return { region, observation, estimate: estimate(priors[index] ?? 0, observation?.measurement) };
  });
}

/** Most regions pass without a word: they share this. */
const NO_EFFECTS: readonly Effect[] = [];

/** Where the regions are filed. */
interface Field {
  readonly candidates: Candidate[];
  readonly rejected: Considered[];
  readonly setBack: SetBack[];
}

/** Runs the filters over one region and files it. */
function consider(contender: Contender, context: FilterContext, field: Field): void {
  const { estimate: estimated } = contender;
  const { id: region, filters } = contender.region;
  let effects = NO_EFFECTS;
  for (const filter of filters) {
    const effect = filter.apply(contender, context);
    if (effect === undefined) continue;
    effects = [...effects, effect];
    if (effect.effect !== 'drop') continue;
    field.rejected.push({ region, estimate: estimated, effects });
    if (effect.filter !== 'capacity') return;
    // How a full region would rank if it had room, the filters say as well that are not shown it.
    const others = filters.slice(filters.indexOf(filter) + 1);
    const more = others.flatMap((each) => each.apply(contender, context) ?? []);
    noteSetBack(contender, [...effects, ...more], field);
    return;
  }
  const { tier, scoreMs } = rankOf(estimated, effects);
  field.candidates.push({ region, tier, scoreMs, estimate: estimated, effects });
  if (effects !== NO_EFFECTS) noteSetBack(contender, effects, field);
}

function noteSetBack(
  { region, estimate: estimated }: Contender,
  effects: readonly Effect[],
  field: Field,
): void {
  const setBack = setBackOf(region.id, estimated, effects);
  if (setBack !== undefined) field.setBack.push(setBack);
}

/** Whether fewer of the enabled regions look healthy than `panicShare`. */
function isPanic(contenders: readonly Contender[], plan: RoutingPlan, now: number): boolean {
  let enabledCount = 0;
  let healthyCount = 0;
  for (const contender of contenders) {
    if (!contender.region.config.enabled) continue;
    enabledCount += 1;
    if (looksHealthy(contender, now)) healthyCount += 1;
  }
  return healthyCount < enabledCount * plan.config.routing.panicShare;
}

/** The sleeping region that would be first if it were awake, where it isn't. */
function sleepingBest(candidates: readonly Candidate[]): string | undefined {
  const first = candidates[0];
  if (first === undefined) return undefined;
  let best: string | undefined;
  let least = first.scoreMs;
  for (const candidate of candidates) {
    if (candidate.tier !== first.tier) break;
    const cost = warmthCost(candidate);
    const awakeMs = candidate.scoreMs - cost;
    if (cost === 0 || awakeMs >= least) continue;
    least = awakeMs;
    best = candidate.region;
  }
  return best === first.region ? undefined : best;
}

function warmthCost({ effects }: Candidate): number {
  for (const effect of effects) {
    if (effect.effect === 'cost' && effect.filter === 'warmth') return effect.ms;
  }
  return 0;
}

/** Residency only when it is what stood between the client and a region that could have served it. */
function refusalOf(rejected: readonly Considered[]): Refusal {
  const lastFilters = rejected.map(({ effects }) => effects.at(-1)?.filter);
  if (lastFilters.includes('residency')) return 'residency';
  return lastFilters.includes('pin') ? 'forced' : 'nowhere';
}
