// Whether clients are taken by the region that should take them: by another one, or by none, is a failure of the region. It is
// held against the other regions, as the same data centers see them: what fails there too is not the rollout's doing. Pure.

import type { RolloutCheck } from '../../../api/rollouts.ts';
import { type Came, merged } from '../visit-window.ts';
import { chanceOfAtLeast } from './chance.ts';
import { refusedByRouting } from './refused.ts';
import { type Evidence, fail, NO_COLLECTOR, pass, percent, type Verdict, waiting } from './verdict.ts';

/** More failures than are allowed may be chance: they count once that is less probable than this. */
const LEAST_CHANCE = 0.05;

type Check = Extract<RolloutCheck, { check: 'connects' }>;

export function connects(
  { regions, minSuccess, margin }: Check,
  evidence: Pick<Evidence, 'came' | 'changed' | 'minSamples' | 'refusedBefore'>,
): Verdict {
  const { came, changed, minSamples } = evidence;
  if (came === undefined) return NO_COLLECTOR;
  // Whom no region should get, none of those that are watched should.
  const refused = refusedByRouting({ minSuccess, margin }, came, evidence);
  if (refused !== undefined) return refused;
  const watched = new Set(regions ?? changed);
  const ours = came.lately.filter(({ wanted }) => watched.has(wanted));
  if (sum(ours) < minSamples) return waiting(`${sum(ours)} of ${minSamples} clients that it needs`);
  const judged = (some: readonly Came[], name: string): Verdict => {
    const total = sum(some);
    const failed = sum(some.filter(hasFailed));
    const allowed = Math.max(1 - minSuccess, elsewhere(came.lately, some, watched, minSamples) + margin);
    const words = `${failed} of ${total} clients were not taken by ${name} (${percent(failed / total)}, allowed ${percent(allowed)})`;
    const isNew = came.now.some(
      (each) => hasFailed(each) && some.some(({ wanted }) => wanted === each.wanted),
    );
    if (!isNew || failed / total <= allowed) return pass(words);
    if (chanceOfAtLeast(failed, total, allowed) > LEAST_CHANCE) return pass(`${words}, which may be chance`);
    return fail(`${words}${worstOf(some)}`);
  };
  // A region that few clients should get is not to hide among those that many get.
  const each = [...Map.groupBy(ours, ({ wanted }) => wanted)].filter(([, some]) => sum(some) >= minSamples);
  const failing = each
    .map(([region, some]) => judged(some, region))
    .find(({ outcome }) => outcome === 'fail');
  return failing ?? judged(ours, 'the region that should');
}

function hasFailed({ wanted, region }: Came): boolean {
  return region !== wanted;
}

/** The share that fails at the other regions, each data center with its weight among ours; 0 if few came. */
function elsewhere(
  all: readonly Came[],
  ours: readonly Came[],
  watched: ReadonlySet<string>,
  minSamples: number,
): number {
  const weights = new Map<string, number>();
  for (const { colo, count } of ours) weights.set(colo, (weights.get(colo) ?? 0) + count);
  const others = all.filter(({ wanted, colo }) => !watched.has(wanted) && wanted !== '' && weights.has(colo));
  if (sum(others) < minSamples) return 0;
  const byColo = Map.groupBy(others, ({ colo }) => colo);
  let weight = 0;
  let share = 0;
  for (const [colo, each] of byColo) {
    const own = weights.get(colo) ?? 0;
    weight += own;
    share += (own * sum(each.filter(hasFailed))) / sum(each);
  }
  return share / weight;
}

/** Where most of the failures were. */
function worstOf(ours: readonly Came[]): string {
  const failures = merged(ours.filter(hasFailed)).toSorted((a, b) => b.count - a.count);
  const [worst] = failures;
  if (worst === undefined || worst.colo === '') return '';
  return `; most of them came to ${worst.wanted} from ${worst.colo}`;
}

function sum(all: readonly Came[]): number {
  return all.reduce((total, { count }) => total + count, 0);
}
