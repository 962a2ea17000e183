import { expect, test } from 'vitest';
import { type Cut, madeRun } from '../../../test/support/data/made-run.ts';
import type { Written } from '../../../test/support/data/sample-file.ts';
import { FINISHED, summaryOfSamples } from '../../../test/support/data/summary.ts';
import type { Summary } from '../summary.ts';
import { compareSummaries } from './compare.ts';
import { comparisonPage } from './compare-page.ts';
import { comparisonText } from './compare-text.ts';

/** In a cut nothing goes out. */
function sentBetween(cuts: readonly Cut[]): readonly Written[] {
  const isCut = (at: number) => cuts.some(({ fromMs, toMs }) => at >= fromMs && at < toMs);
  return madeRun({ pairs: [['weur', 'oc']], seconds: 30, everyMs: 20, cuts }).filter(
    ({ metric, at }) => metric !== 'nats_published' || !isCut(at),
  );
}

/** Thirty seconds; what was not delivered was never sent. */
function run(cuts: readonly Cut[] = []): Promise<Summary> {
  const unsent = cuts.map(
    ({ fromMs, toMs }): Written => ({
      metric: 'nats_unsent',
      at: toMs,
      value: (toMs - fromMs) / 20,
      tags: { region: 'weur', kind: 'message' },
    }),
  );
  const all = [...sentBetween(cuts), ...unsent].toSorted((a, b) => a.at - b.at);
  return summaryOfSamples(all, {
    script: 'latency',
    ending: { ...FINISHED, plannedMs: 30_000, ranMs: 30_500 },
  });
}

const OUTAGE = [{ fromMs: 10_000, toMs: 20_000 }];

test('an outage is worse by itself, and not chance', async () => {
  const comparison = compareSummaries(await run(), await run(OUTAGE));
  expect(comparison.outright).toEqual([
    { verdict: 'worse', text: 'the second run is worse: it is not green, and the first is' },
    { verdict: 'worse', text: 'the share of messages never sent is worse: 0.0%, then 33.3%' },
    { verdict: 'worse', text: 'the time in which nothing was measured is worse: 0.0 s, then 10.0 s' },
    {
      verdict: 'worse',
      text: 'the time in which nothing came from one region to another is worse: 0.0 s, then 10.0 s',
    },
  ]);
  const text = comparisonText(comparison);
  expect(text).toContain('the second run is worse');
  expect(text).not.toContain('no significant difference');
});

test('what was under way when k6 was ended is missing', async () => {
  const before = await run();
  const after = { ...before, ending: { ...before.ending, underWay: 1_500 } };
  expect(compareSummaries(before, after).outright).toEqual([
    { verdict: 'worse', text: 'the share of messages missing is worse: 0.0%, then 50.0%' },
  ]);
});

test('the other way round it is better', async () => {
  const { outright } = compareSummaries(await run(OUTAGE), await run());
  expect(outright.map(({ verdict }) => verdict)).toEqual(['better', 'better', 'better', 'better']);
});

test('seconds in which nothing came are 0 each', async () => {
  const [before, after] = [await run(), await run(OUTAGE)];
  const { differences } = compareSummaries(before, after);
  const delivered = differences.find(({ metric, series }) => metric === 'nats_delivered' && series === 'all');
  expect(delivered?.before).toBeCloseTo(50, 0);
  expect(delivered?.after).toBeCloseTo(33.3, 0);
});

test('two runs that are alike have nothing outright', async () => {
  const [before, after] = [await run(), await run()];
  const comparison = compareSummaries(before, after);
  expect(comparison.outright).toEqual([]);
  expect(comparisonPage(comparison, before, after)).toContain('class="good"');
  expect(comparisonPage(compareSummaries(before, await run(OUTAGE)), before, after)).toContain(
    '<span class="bad">the second run is worse',
  );
  expect(comparisonPage(comparison, before, after)).not.toContain('interrupted');
  const page = comparisonPage(compareSummaries(before, await run(OUTAGE)), before, await run(OUTAGE));
  expect(page).toContain('>interrupted after<');
  expect(page).not.toContain('>interrupted before<');
});

test('of two runs that are not green, the one that was interrupted for longer is worse', async () => {
  const paused = (toMs: number): Promise<Summary> =>
    summaryOfSamples(sentBetween([{ fromMs: 10_000, toMs }]), {
      script: 'latency',
      ending: { ...FINISHED, plannedMs: 30_000, ranMs: 30_500 },
    });
  const verdicts = async (before: number, after: number) =>
    compareSummaries(await paused(before), await paused(after)).outright.map(({ text }) => text);
  expect(await verdicts(13_000, 20_000)).toEqual([
    'the time in which nothing was measured is worse: 3.0 s, then 10.0 s',
    'the time in which nothing came from one region to another is worse: 3.0 s, then 10.0 s',
  ]);
  expect(await verdicts(13_000, 14_500)).toEqual([]);
  expect(await verdicts(18_000, 20_500)).toEqual([]);
});

test('more attempts that failed, and clients without service for longer, are worse by themselves', async () => {
  const of = (failed: number, outageMs: number) =>
    summaryOfSamples([
      { metric: 'nats_errors', at: 0, value: 0, tags: { region: 'weur' } },
      ...Array.from({ length: 49 }, (_, n) => ({
        metric: 'nats_errors',
        at: 100 + n,
        value: n < failed ? 1 : 0,
        tags: { region: 'weur' },
      })),
      { metric: 'nats_outage', at: 9_000, value: outageMs, tags: { region: 'weur', peer: 'oc' } },
    ]);
  const { outright } = compareSummaries(await of(0, 500), await of(5, 6_000));
  expect(outright).toEqual([
    { verdict: 'worse', text: 'the share of attempts that failed is worse: 0.0%, then 10.0%' },
    { verdict: 'worse', text: 'the time in which some client had no service is worse: 0.5 s, then 6.0 s' },
  ]);
});
