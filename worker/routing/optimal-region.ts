// The decision: which region serves a request, and why. Pure: no I/O, no clock, no randomness; the same request
// and state always give the same decision, and no input makes it throw.

import { hashText } from './client-hash.ts';
import type { Candidate, Considered, Decision, Entry, Refusal } from './decision.ts';
import type { Effect } from './effect.ts';
import { entryOf } from './entry.ts';
import { estimate } from './estimate.ts';
import type { Contender, FilterContext } from './filter.ts';
import { looksHealthy } from './filters/health.ts';
import type { Observations } from './observation.ts';
import type { RoutingPlan } from './plan.ts';
import { priorsOf } from './priors.ts';
import { quote } from './quote.ts';

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
}

/** Everything else that the decision reads: a snapshot. */
export interface RoutingState {
  readonly plan: RoutingPlan;
  /** What the data center of the request has seen of the regions. */
  readonly observations: Observations;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** Tiers: preferred regions come before the usual ones, by their place; demoted ones after. */
const PREFERRED_TIER = -1000;
const USUAL_TIER = 0;
const DEMOTED_TIER = 1;

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
  const candidates: Candidate[] = [];
  const rejected: Considered[] = [];
  for (const contender of contenders) consider(contender, context, candidates, rejected);
  candidates.sort(byRank);
  const wake = sleepingBest(candidates);
  const pinNotes = unknownPins(context);
  return {
    version: plan.version,
    entry,
    candidates,
    rejected,
    ...(candidates.length === 0 && { refusal: refusalOf(rejected) }),
    pinned: (candidates[0]?.tier ?? USUAL_TIER) < USUAL_TIER,
    panic: context.panic,
    ...(wake !== undefined && { wake }),
    notes: pinNotes.length === 0 ? notes : [...notes, ...pinNotes],
  };
}

function contendersOf(entry: Entry, plan: RoutingPlan, { regions }: Observations): readonly Contender[] {
  const priors = priorsOf(entry, plan);
  return plan.regions.map((region, index) => {
    const observation = regions.get(region.id);
    return { region, observation, estimate: estimate(priors[index] ?? 0, observation?.measurement) };
  });
}

const NO_NOTES: readonly string[] = [];

/** Most regions pass without a word: they share this. */
const NO_EFFECTS: readonly Effect[] = [];

/** Runs the filters over one region and files it. */
function consider(
  contender: Contender,
  context: FilterContext,
  candidates: Candidate[],
  rejected: Considered[],
): void {
  const { estimate: estimated } = contender;
  const region = contender.region.id;
  let effects = NO_EFFECTS;
  let scoreMs = estimated.finalMs;
  let tier = USUAL_TIER;
  for (const filter of contender.region.filters) {
    const effect = filter.apply(contender, context);
    if (effect === undefined) continue;
    effects = [...effects, effect];
    if (effect.effect === 'drop') {
      rejected.push({ region, estimate: estimated, effects });
      return;
    }
    if (effect.effect === 'cost') scoreMs += effect.ms;
    else if (effect.effect === 'demote') tier = DEMOTED_TIER;
    else tier = PREFERRED_TIER + effect.place;
  }
  candidates.push({ region, tier, scoreMs, estimate: estimated, effects });
}

/** Ties go to the region whose id sorts first, whatever order the configuration has. */
function byRank(a: Candidate, b: Candidate): number {
  return a.tier - b.tier || a.scoreMs - b.scoreMs || (a.region < b.region ? -1 : 1);
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

function unknownPins({ plan, preferred, forced }: FilterContext): readonly string[] {
  if (preferred.length === 0 && forced === undefined) return NO_NOTES;
  const asked = forced === undefined ? preferred : [...preferred, forced];
  return asked
    .filter((id) => !plan.regions.some((region) => region.id === id))
    .map((id) => `there is no region ${quote(id)}, ignored`);
}
