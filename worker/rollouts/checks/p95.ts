// Whether connects take longer at a region than at the others, as the same data centers see them: no more than five of a hundred
// may take longer than twice what 95 of 100 take there. Pure.

import type { RolloutCheck } from '../../../api/rollouts.ts';
import { BUCKETS } from '../../metrics/visits.ts';
import type { Came } from '../visit-window.ts';
import { chanceOfAtLeast } from './chance.ts';
import { type Evidence, fail, NO_COLLECTOR, pass, percent, type Verdict, waiting } from './verdict.ts';

const QUANTILE = 0.95;
const MAY_BE_SLOW = 1 - QUANTILE;

/** More that are slow may be chance: they count once that is less probable than this. */
const LEAST_CHANCE = 0.05;

/** Regions at different distances differ by so much, whatever is wrong. */
const SLACK_MS = 100;

type Check = Extract<RolloutCheck, { check: 'p95' }>;

export function p95(
  check: Check,
  { came, changed, minSamples }: Pick<Evidence, 'came' | 'changed' | 'minSamples'>,
): Verdict {
  if (came === undefined) return NO_COLLECTOR;
  const watched = check.regions ?? changed;
  const total = countOf(came.lately.filter(({ region }) => watched.includes(region)));
  if (total < minSamples) return waiting(`${total} of ${minSamples} clients that it needs`);
  const judged = watched.flatMap((region) => judgedRegion(region, check, { came, minSamples }) ?? []);
  const failing = judged.find(({ outcome }) => outcome === 'fail');
  return (
    failing ??
    judged[0] ??
    pass(
      'there is nothing to hold it against: no other region took clients of these places, and no maxMs is set',
    )
  );
}

/** Undefined if too few came that could be held against something. */
function judgedRegion(
  region: string,
  { maxMs, ratio }: Check,
  { came, minSamples }: { readonly came: NonNullable<Evidence['came']>; readonly minSamples: number },
): Verdict | undefined {
  const limits = new Map<string, number>();
  const colos = Map.groupBy(came.lately, ({ colo }) => colo);
  for (const [colo, each] of colos) {
    const others = each.filter((other) => other.region !== '' && other.region !== region);
    const limit = countOf(others) < minSamples ? undefined : quantileMs(others) * ratio + SLACK_MS;
    const most = Math.min(limit ?? Number.POSITIVE_INFINITY, maxMs ?? Number.POSITIVE_INFINITY);
    if (Number.isFinite(most)) limits.set(colo, most);
  }
  const isHeld = (each: Came) => each.region === region && limits.has(each.colo);
  const slowOf = (all: readonly Came[]) =>
    all.filter(isHeld).reduce((sum, each) => sum + slowerThan(each, limits.get(each.colo) ?? 0), 0);
  const held = countOf(came.lately.filter(isHeld));
  if (held < minSamples) return undefined;
  const slow = Math.round(slowOf(came.lately));
  const words = `${slow} of ${held} clients waited for ${region} for longer than at other regions (${percent(slow / held)}, allowed ${percent(MAY_BE_SLOW)} beyond ${limitsText([...limits.values()])})`;
  if (slow / held <= MAY_BE_SLOW || slowOf(came.now) === 0) return pass(words);
  return chanceOfAtLeast(slow, held, MAY_BE_SLOW) > LEAST_CHANCE
    ? pass(`${words}, which may be chance`)
    : fail(words);
}

/** How many took longer. Within a bucket they are taken to be spread evenly; of those beyond the last only that is known. */
function slowerThan({ count, within }: Came, limitMs: number): number {
  let below = 0;
  let from = 0;
  for (const [n, to] of BUCKETS.entries()) {
    const until = within[n] ?? 0;
    const [fromMs, toMs] = [from * 1_000, to * 1_000];
    if (limitMs < toMs) {
      const part = Math.max(0, (limitMs - fromMs) / (toMs - fromMs));
      return count - (below + (until - below) * part);
    }
    below = until;
    from = to;
  }
  return count - below;
}

function quantileMs(came: readonly Came[]): number {
  const rank = countOf(came) * QUANTILE;
  let below = 0;
  let from = 0;
  for (const [n, to] of BUCKETS.entries()) {
    const until = came.reduce((all, { within }) => all + (within[n] ?? 0), 0);
    if (until >= rank) return (from + ((to - from) * (rank - below)) / Math.max(1, until - below)) * 1_000;
    below = until;
    from = to;
  }
  return Number.POSITIVE_INFINITY;
}

function countOf(came: readonly Came[]): number {
  return came.reduce((all, { count }) => all + count, 0);
}

function limitsText(limits: readonly number[]): string {
  const [least, most] = [Math.round(Math.min(...limits)), Math.round(Math.max(...limits))];
  return least === most ? `${least} ms` : `${least} to ${most} ms`;
}
