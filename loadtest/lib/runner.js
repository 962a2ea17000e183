// Which part of a run this k6 is: a run may be shared by several k6, each with a segment of the users and iterations.
// k6's own numbers hold over all of them; __VU does not, it begins at 1 in each.

import exec from 'k6/execution';

/** @typedef {{ number: number, of: number }} Runner the number begins with 1 */

/** A whole run, by one k6. */
const ALONE = { number: 1, of: 1 };

/**
 * Which k6 of how many this is, from the segments that it was started with. Not for the init context: k6 does not tell
 * there.
 *
 * @returns {Runner}
 */
export function runner() {
  const { executionSegment, executionSegmentSequence } = exec.test.options;
  return runnerOf(executionSegment ?? '', executionSegmentSequence ?? '');
}

/**
 * @param {string} segment such as `1/3:2/3`
 * @param {string} sequence such as `0,1/3,2/3,1`
 * @returns {Runner}
 */
export function runnerOf(segment, sequence) {
  const bounds = sequence.split(',');
  const index = bounds.indexOf(segment.split(':')[0] ?? '');
  return index < 0 || bounds.length < 3 ? ALONE : { number: index + 1, of: bounds.length - 1 };
}

/** Whether this k6 does what is done once in a run: disturb the target, make a stream, delete it. */
export function isFirstRunner() {
  return runner().number === 1;
}

/**
 * The number of this user among those of its scenario, over all runners, from 0 and without gaps: for scenarios in which
 * each user runs once. (The numbers of `userId` have gaps where there are several scenarios or runners.)
 */
export function userNumber() {
  return exec.scenario.iterationInTest;
}

/** A number that no other user has, whatever the scenario and the runner: for subjects and names. From 1. */
export function userId() {
  return exec.vu.idInTest;
}
