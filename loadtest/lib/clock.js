// A clock that counts fractions of a millisecond: `Date.now()` does not, and k6 has no `performance`.

import exec from 'k6/execution';

/**
 * `exec.instance` builds a new object at every access, which takes ten times as long as reading the clock.
 *
 * @type {typeof exec.instance | undefined}
 */
let instance;

/** Milliseconds since k6 began, `setup()` included; the same for all virtual users of this k6. */
export function nowMs() {
  try {
    instance ??= exec.instance;
    return instance.currentTestRunDuration;
  } catch {
    // In teardown() k6 2.2 no longer has such a clock. Only timeouts need it there.
    return Date.now();
  }
}

let startMs = Number.NEGATIVE_INFINITY;

/**
 * When `nowMs()` was 0, in milliseconds since 1970 by the clock of this machine: so the times of several k6 can be held
 * against each other. That clock counts whole milliseconds, so the more often it is asked, the closer it gets.
 */
export function clockStartMs() {
  startMs = Math.max(startMs, Date.now() - nowMs());
  return startMs;
}

/** Milliseconds since the scenario of this virtual user began: the time base of a script's schedule. */
export function scenarioMs() {
  return Date.now() - exec.scenario.startTime;
}

/** The same moment by `nowMs()`, to a millisecond or two. */
export function scenarioStartMs() {
  return nowMs() - scenarioMs();
}
