import { expect, test } from 'vitest';
import type { Written } from '../../test/support/data/sample-file.ts';
import { FINISHED, summaryOfSamples } from '../../test/support/data/summary.ts';
import { answerOf } from './answer.ts';
import { standingOf } from './thresholds.ts';

const TAGS = { size: '128', rate: '1000', region: 'weur' };
const CUT = { ...FINISHED, kind: 'cut-off' as const, interruptedIterations: null };
const THRESHOLD = { metric: 'nats_missing', expression: 'count==0', value: null, passed: true };

/** A second of a rate, of which a part arrives; what is missing was never counted. */
function stalled(arrived: number): readonly Written[] {
  return Array.from({ length: 101 }, (_, index) => index * 10).flatMap((at) => [
    { metric: 'nats_due', at, value: 10, tags: { ...TAGS, kind: 'message' } },
    { metric: 'nats_published', at, value: 10, tags: TAGS },
    { metric: 'nats_delivered', at, value: 10 * arrived, tags: TAGS },
    { metric: 'nats_delivery', at, value: 3, tags: TAGS },
  ]);
}

test('a step whose messages never arrived is not sustained, though k6 was ended before it counted them', async () => {
  const summary = await summaryOfSamples(stalled(0.4), { script: 'throughput', ending: CUT });
  expect(summary.steps.map(({ sustained }) => sustained)).toEqual([false]);
  expect(summary.ending.underWay).toBe(606);
  expect(answerOf(summary)).toContain('606 were under way when k6 was ended');
});

test('where all arrived, nothing was under way', async () => {
  const { ending, steps } = await summaryOfSamples(stalled(1), { script: 'throughput', ending: CUT });
  expect(ending).toEqual(CUT);
  expect(steps.map(({ sustained }) => sustained)).toEqual([true]);
});

test('of samples that could not be written nobody knows what was under way', async () => {
  const ending = { ...FINISHED, lostSamples: 7 };
  const summary = await summaryOfSamples(stalled(0.4), { script: 'latency', ending });
  expect(summary.ending).toEqual(ending);
});

test('that nothing is missing is judged only where it was counted', async () => {
  const of = async (ending: typeof FINISHED | typeof CUT) => {
    const facts = { script: 'latency', ending, thresholds: [THRESHOLD] };
    const summary = await summaryOfSamples(stalled(1), facts);
    return summary.thresholds.map((threshold) => standingOf(threshold, summary));
  };
  expect(await of(FINISHED)).toEqual(['held']);
  expect(await of(CUT)).toEqual(['not judged']);
  expect(await of({ ...FINISHED, interruptedIterations: 2 })).toEqual(['not judged']);
});
