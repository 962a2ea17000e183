// The round trips that a data center has measured to a region, and what they say together. Pure: time comes in.
//
// Most samples of a path are typical of it; some are far too long (a lost packet, a busy machine), none is too short. So the
// samples themselves are kept, not a running mean: what lies far from their middle is left out, and may turn out to be right
// later, when more agree with it.

import type { Measurement } from './observation.ts';

/** The last round trips to one region, oldest first. Plain data: it is stored as JSON. */
export interface RoundTrips {
  /** Each above 0, to a tenth of a millisecond. At least one. */
  readonly ms: readonly number[];
  /** When the last one was measured; milliseconds since the epoch. */
  readonly at: number;
  /** They are of a path that took another time before, and are not yet so many that this is sure to last. */
  readonly hasChanged?: true;
}

/** How many are kept: at one every 30 s, those of 18 minutes. More flip fewer choices, and follow a change later. */
export const KEPT_SAMPLES = 36;

/** Without news, half of what is known is forgotten in this time: paths on the Internet change within days. */
export const HALF_LIFE_MS = 6 * 3_600_000;

/** No path on Earth takes this long; whatever did says nothing about the path. */
export const LONGEST_SAMPLE_MS = 5_000;

/** Standard deviation of a sample, as a share of the round trip, where the samples themselves do not show a larger one. */
export const NOISE_SHARE = 0.2;

/** Samples within this many standard deviations of the middle count; of n samples (1 + FEW / n) times as many. */
const INLIER_DEVIATIONS = 2.5;

/** The middle of two or three samples is itself uncertain: what is near the true one may be far from theirs. */
const FEW = 2;

/** Of the samples that are not near the middle so many, each of them, take away one that is. */
const MOST_CONTRADICTIONS = 2;

/** From the middle of the deviations to a standard deviation, for a normal distribution. */
const DEVIATION_OF_MIDDLE = 1.4826;

/** So many in a row that disagree with all before are a path that has changed. */
const CHANGED_AFTER = 5;

/** A sample that says something about a path. A clock that stood still gives 0; a wrong one may give less. */
function isPlausible(ms: number): boolean {
  return ms > 0 && ms <= LONGEST_SAMPLE_MS;
}

/** Whether a value, such as one that another version has stored, is what this one would have made. */
export function isRoundTrips(value: unknown): value is RoundTrips {
  if (typeof value !== 'object' || value === null || !('ms' in value) || !('at' in value)) return false;
  const { ms, at } = value;
  if ('hasChanged' in value && value.hasChanged !== true) return false;
  if (!Array.isArray(ms) || ms.length === 0 || ms.length > KEPT_SAMPLES) return false;
  return Number.isFinite(at) && ms.every((each) => typeof each === 'number' && isPlausible(each));
}

/** The clocks of machines differ by less than this. What was measured later than now and this was not measured. */
export const CLOCKS_WITHIN_MS = 60_000;

/** The same, of a value that another machine made. @param now milliseconds since the epoch, by this one's clock */
export function isRoundTripsBy(value: unknown, now: number): value is RoundTrips {
  return isRoundTrips(value) && value.at >= 0 && value.at <= now + CLOCKS_WITHIN_MS;
}

/**
 * Adds a sample; one that cannot be a round trip changes nothing.
 *
 * @param now milliseconds since the epoch; a clock that went back counts as one that stood still
 */
export function addSample(
  before: RoundTrips | undefined,
  rttMs: number,
  now: number,
): RoundTrips | undefined {
  if (!isPlausible(rttMs)) return before;
  const known = before === undefined ? [] : rememberedOf(before, now);
  const all = [...known, Math.max(0.1, Math.round(rttMs * 10) / 10)];
  const ofThisPath = withoutOldPath(all);
  const changed = ofThisPath.length < all.length || before?.hasChanged === true;
  return {
    ms: ofThisPath.slice(-KEPT_SAMPLES),
    at: Math.max(now, before?.at ?? 0),
    ...(changed && ofThisPath.length < KEPT_SAMPLES && { hasChanged: true }),
  };
}

/**
 * What the samples say together, by now. Of two that contradict each other nobody knows which one is right, so they are
 * worth none; among many, two that are far off are chance.
 */
export function measurementOf(trips: RoundTrips, now: number): Measurement {
  const { inliers, meanMs } = middleOf(trips.ms);
  const contradictions = Math.min(MOST_CONTRADICTIONS, trips.ms.length - inliers);
  return { ms: meanMs, samples: Math.max(0, inliers - contradictions) * shareLeft(trips, now) };
}

/** The newest of them: fewer the longer nothing was measured, but one at least. */
function rememberedOf(trips: RoundTrips, now: number): readonly number[] {
  const left = Math.ceil(trips.ms.length * shareLeft(trips, now));
  return trips.ms.slice(-Math.max(1, left));
}

function shareLeft({ at }: RoundTrips, now: number): number {
  return 2 ** (-Math.max(0, now - at) / HALF_LIFE_MS);
}

/** If the last few agree with each other and not with all before, only they are left. */
function withoutOldPath(ms: readonly number[]): readonly number[] {
  const [before, last] = [ms.slice(0, -CHANGED_AFTER), ms.slice(-CHANGED_AFTER)];
  if (before.length === 0) return ms;
  const { lowMs, highMs } = middleOf(before);
  const changed = last.every((each) => each > highMs) || last.every((each) => each < lowMs);
  return changed ? last : ms;
}

/** The mean of the samples near their middle, how many these are, and from where to where they count as near. */
function middleOf(ms: readonly number[]): {
  readonly meanMs: number;
  readonly inliers: number;
  readonly lowMs: number;
  readonly highMs: number;
} {
  const middle = lowerMedian(ms);
  const spread = DEVIATION_OF_MIDDLE * lowerMedian(ms.map((each) => Math.abs(each - middle)));
  const deviations = INLIER_DEVIATIONS * (1 + FEW / ms.length);
  const reach = deviations * Math.max(spread, NOISE_SHARE * middle);
  const [lowMs, highMs] = [middle - reach, middle + reach];
  const near = ms.filter((each) => each >= lowMs && each <= highMs);
  return {
    meanMs: near.reduce((sum, each) => sum + each, 0) / near.length,
    inliers: near.length,
    lowMs,
    highMs,
  };
}

/** The median; of an even number the lower of the two in the middle, since what is wrong is too long. */
function lowerMedian(values: readonly number[]): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[(sorted.length - 1) >> 1] ?? 0;
}
