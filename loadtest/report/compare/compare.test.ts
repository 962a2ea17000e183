import { expect, test } from 'vitest';
import { randomFrom } from '../../../test/support/data/noise.ts';
import type { Written } from '../../../test/support/data/sample-file.ts';
import { summaryOfSamples } from '../../../test/support/data/summary.ts';
import type { Summary } from '../summary.ts';
import { compareSummaries } from './compare.ts';
import { comparisonPage } from './compare-page.ts';
import { comparisonText } from './compare-text.ts';

interface Made {
  readonly seed: number;
  /** How much slower Oceania is. */
  readonly oceania?: number;
  readonly seconds?: number;
}

/** Thirty pings per second and region, in a growing load, with noise that is correlated from second to second. */
function run({ seed, oceania = 1, seconds = 30 }: Made): Promise<Summary> {
  const random = randomFrom(seed);
  const drift = { weur: 0, oc: 0 };
  const samples: Written[] = [];
  for (let second = 0; second < seconds; second += 1) {
    for (const region of ['weur', 'oc'] as const) {
      drift[region] = 0.6 * drift[region] + 0.04 * (random() - 0.5);
      const level =
        20 * (1 + 0.5 * Math.sin(second / 8)) * (1 + drift[region]) * (region === 'oc' ? oceania : 1);
      for (let n = 0; n < 30; n += 1)
        samples.push({
          metric: 'nats_ping',
          at: second * 1_000 + n * 33,
          value: level * (1 + 0.3 * random()),
          tags: { region },
        });
    }
  }
  return summaryOfSamples(samples);
}

test('two runs of the same have no significant difference', async () => {
  for (let seed = 1; seed <= 10; seed += 1) {
    const comparison = compareSummaries(await run({ seed }), await run({ seed: seed + 100 }));
    expect(comparisonText(comparison)).toContain('no significant difference');
  }
});

test('a region that became slower is named, and the others are not', async () => {
  const comparison = compareSummaries(await run({ seed: 1 }), await run({ seed: 2, oceania: 1.3 }));
  const of = (series: string) =>
    comparison.differences.find((each) => each.series === series && each.figure === 'p50');
  expect(of('oc')).toMatchObject({ verdict: 'worse' });
  expect(of('oc')?.change).toBeCloseTo(0.3, 1);
  expect(of('weur')).toMatchObject({ verdict: 'same' });
  expect(comparisonText(comparison)).toContain('ping p50 in oc is worse');
});

test('the other way round it became better', async () => {
  const comparison = compareSummaries(await run({ seed: 1, oceania: 1.3 }), await run({ seed: 2 }));
  expect(comparisonText(comparison)).toContain('ping p50 in oc is better');
});

test('what is certain but a trifle is no difference', async () => {
  const [before, after] = [await run({ seed: 1 }), await run({ seed: 1, oceania: 1.03 })];
  const found = compareSummaries(before, after).differences.find(({ series }) => series === 'oc');
  expect(found?.p).toBeLessThan(0.001);
  expect(found?.verdict).toBe('same');
});

test('a run of three seconds is too little to tell anything by', async () => {
  const comparison = compareSummaries(
    await run({ seed: 1, seconds: 3 }),
    await run({ seed: 2, oceania: 3, seconds: 3 }),
  );
  expect(comparisonText(comparison)).toContain('too little data');
});

test('what has too little data is one line, and what was compared says whether it is beyond chance', async () => {
  const samples = (seed: number) => run({ seed, oceania: seed === 2 ? 1.3 : 1 });
  const [before, after] = [await samples(1), await samples(2)];
  // Of connects there are too few in any slice.
  const few = (summary: Summary): Summary => ({
    ...summary,
    timeSeries: {
      ...summary.timeSeries,
      metrics: {
        ...summary.timeSeries.metrics,
        nats_connect: { all: [{ count: 1, value: 9, p50: 9, p95: 9 }], oc: [null] },
      },
    },
  });
  const comparison = compareSummaries(few(before), few(after));
  const lines = comparisonText(comparison).split('\n');
  expect(lines.at(-1)).toBe(
    'too little data for 6 figures: connect p50 and p95 in all, oc; ping p95 in weur, oc',
  );
  expect(lines.filter((line) => line.startsWith('connect'))).toEqual([]);
  expect(lines.find((line) => /^ping p50 +oc/.test(line))).toMatch(/worse, beyond chance$/);
  expect(comparisonText(compareSummaries(before, before))).toMatch(/^ping p50 +weur .*within chance$/m);
  const page = comparisonPage(comparison, before, after);
  expect(page).toContain(
    '<summary>too little data for 6 figures: connect p50 and p95 in all, oc; ping p95 in weur, oc</summary>',
  );
});

test('what only one of the runs has is told, and is unknown in the other', async () => {
  const [before, whole] = [await run({ seed: 1 }), await run({ seed: 2 })];
  const { oc: _gone, ...rest } = whole.timeSeries.metrics.nats_ping ?? {};
  const after = {
    ...whole,
    timeSeries: { ...whole.timeSeries, metrics: { ...whole.timeSeries.metrics, nats_ping: rest } },
  };
  const comparison = compareSummaries(before, after);
  const [found] = comparison.differences.filter(({ series }) => series === 'oc');
  expect(found).toMatchObject({ verdict: 'only before', before: null, after: null, p: null });
  expect(comparisonText(comparison)).toContain('only the first run has 2 figures: ping p50 and p95 in oc');
  expect(comparisonText(compareSummaries(after, before))).toContain('only the second run has 2 figures');
  expect(comparisonPage(comparison, before, after)).toContain('only the first run has 2 figures');
});

test('what is certain but a trifle is said to be beyond chance, and small', async () => {
  const [before, after] = [await run({ seed: 1 }), await run({ seed: 1, oceania: 1.03 })];
  expect(comparisonText(compareSummaries(before, after))).toMatch(
    /^ping p50 +oc .*beyond chance, but small$/m,
  );
});

test('a run that was not measured for all of its time is pointed out', async () => {
  const before = await run({ seed: 1, seconds: 10 });
  const after: Summary = {
    ...before,
    ending: { ...before.ending, kind: 'cut-off' },
    unmeasured: [{ fromMs: 2_000, toMs: 9_000 }],
  };
  expect(compareSummaries(before, after).warnings).toEqual([
    'the second run was cut off',
    'in the second run: from 2.0 s to 9.0 s nothing was measured',
    'in the second run: k6 was still busy after 10.0 s, and was ended by this command',
  ]);
});

test('a longer run, whose slices are longer, is compared over the time that both have', async () => {
  const [before, after] = [await run({ seed: 1 }), await run({ seed: 2, oceania: 1.3, seconds: 90 })];
  expect(after.timeSeries.sliceMs).toBeGreaterThan(before.timeSeries.sliceMs);
  expect(comparisonText(compareSummaries(before, after))).toContain('ping p50 in oc is worse');
});

test('runs of different scripts or profiles are refused, other circumstances are warned about', async () => {
  const before = await run({ seed: 1, seconds: 3 });
  expect(() => compareSummaries(before, { ...before, profile: 'soak' })).toThrow(
    /of profile smoke and the second of profile soak/,
  );
  const { warnings } = compareSummaries(before, { ...before, wan: true });
  expect(warnings).toEqual([expect.stringContaining('--wan')]);
});

test('the page has a chart for every series and every figure', async () => {
  const [before, after] = [await run({ seed: 1 }), await run({ seed: 2, oceania: 1.3 })];
  const page = comparisonPage(compareSummaries(before, after), before, after);
  expect(page.match(/<svg/g)).toHaveLength(3);
  expect(page).toContain('ping p50 in oc is worse');
  expect(page).not.toMatch(/NaN|undefined|Infinity/);
});
