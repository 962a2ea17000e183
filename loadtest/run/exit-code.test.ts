import { expect, test } from 'vitest';
import type { Ending } from '../report/ending.ts';
import { exitCodeOfRun, whyNotWhole } from './exit-code.ts';

const FINISHED: Ending = {
  kind: 'finished',
  plannedMs: 6_000,
  ranMs: 6_100,
  interruptedIterations: 0,
  generatorCpuShare: 0.2,
};

function outcome(
  ending: Partial<Ending>,
  k6ExitCode = 0,
  lostSamples = 0,
): Parameters<typeof exitCodeOfRun>[0] {
  return { ending: { ...FINISHED, ...ending }, k6ExitCode, lostSamples };
}

test.each([
  [outcome({}), 0],
  [outcome({ interruptedIterations: null }), 0],
  [outcome({}, 99), 99],
  [outcome({ interruptedIterations: 4 }), 99],
  [outcome({}, 0, 3), 99],
  [outcome({ kind: 'cut-off' }, 137), 99],
  [outcome({ kind: 'interrupted', interruptedIterations: 4 }, 105), 130],
  [outcome({ kind: 'failed' }, 107), 107],
])('%j ends with %d', (given, code) => {
  expect(exitCodeOfRun(given)).toBe(code);
});

test('why not all was measured is said, each cause once', () => {
  expect(whyNotWhole(outcome({}))).toEqual([]);
  expect(whyNotWhole(outcome({ kind: 'cut-off', interruptedIterations: 4 }, 137, 3))).toEqual([
    'k6 was still busy long after its time, and was ended',
    '4 iterations were interrupted',
    '3 samples could not be written',
  ]);
});
