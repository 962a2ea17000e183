import { expect, test } from 'vitest';
import type { Requirements } from './requirements.ts';
import { runK6 } from './run-k6.ts';

const REQUIREMENTS: Requirements = {
  plannedMs: 60_000,
  endsByMs: 60_000,
  setupMs: 60_000,
  users: 1,
  work: [],
  thresholds: [],
};

/** Stands for k6: it goes on for a minute unless it is told to end. */
const LASTING = {
  path: process.execPath,
  args: ['--eval', 'setTimeout(() => {}, 60_000)'],
  env: process.env,
};

test.each([
  ['one Ctrl-C', [true, false]],
  ['two', [true, true]],
])('%s before k6 has started ends it all the same', async (_what, [stopped, hurried]) => {
  const aborted = (is: boolean | undefined) => (is ? AbortSignal.abort() : new AbortController().signal);
  const { ending } = await runK6(LASTING, {
    requirements: REQUIREMENTS,
    interrupts: { stop: aborted(stopped), now: aborted(hurried) },
    disconnect: () => {},
    progress: () => {},
    heard: () => {},
  });
  expect(ending.kind).toBe('interrupted');
  expect(ending.ranMs).toBeLessThan(30_000);
});
