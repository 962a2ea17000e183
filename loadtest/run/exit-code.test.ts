import { expect, test } from 'vitest';
import { FINISHED, summaryOfSamples } from '../../test/support/data/summary.ts';
import type { Ending } from '../report/ending.ts';
import type { Summary } from '../report/summary.ts';
import { exitCodeOfRun } from './exit-code.ts';

function ended(ending: Partial<Ending>, k6ExitCode = 0): Promise<Summary> {
  const samples = [0, 500, 1_000].map((at) => ({
    metric: 'nats_ping',
    at,
    value: 1,
    tags: { region: 'weur' },
  }));
  return summaryOfSamples(samples, { ending: { ...FINISHED, ...ending }, k6ExitCode });
}

test.each<[Partial<Ending>, number, number]>([
  [{}, 0, 0],
  [{ interruptedIterations: null }, 0, 0],
  [{}, 99, 99],
  [{ interruptedIterations: 4 }, 0, 99],
  [{ lostSamples: 3 }, 0, 99],
  [{ kind: 'cut-off' }, 137, 99],
  [{ kind: 'cut-off' }, 0, 99],
  [{ kind: 'interrupted', interruptedIterations: 4 }, 105, 130],
  [{ kind: 'failed' }, 107, 107],
])('%j of k6 with %d ends with %d', async (ending, k6ExitCode, expected) => {
  expect(exitCodeOfRun(await ended(ending, k6ExitCode))).toBe(expected);
});
