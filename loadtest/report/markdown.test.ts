import { expect, test } from 'vitest';
import { madeRun } from '../../test/support/data/made-run.ts';
import { FINISHED, summaryOfSamples } from '../../test/support/data/summary.ts';
import { markdownReport } from './markdown.ts';

test('the summary for CI has verdict, answer, figures, crossed thresholds and gaps', async () => {
  const samples = madeRun({
    pairs: [
      ['weur', 'oc'],
      ['oc', 'weur'],
    ],
    seconds: 20,
    everyMs: 20,
    cuts: [{ fromMs: 5_000, toMs: 12_400, from: 'weur', to: 'oc' }],
  });
  const text = markdownReport(
    await summaryOfSamples(samples, {
      script: 'latency',
      ending: { ...FINISHED, plannedMs: 20_000, ranMs: 20_500 },
      thresholds: [
        { metric: 'nats_delivery', expression: 'p(95)<1000', value: 44, passed: true },
        { metric: 'nats_delivery{region:oc}', expression: 'p(95)<10', value: 44, passed: false },
      ],
      k6ExitCode: 99,
      notes: ['a | b'],
    }),
  );
  expect(text.split('\n\n').slice(0, 3)).toEqual([
    '### ❌ latency, smoke',
    '**Not green: 1 of 2 thresholds held; crossed: nats\\_delivery{region:oc} p(95)\\<10 (44.0 ms).**',
    'Publish to delivery took 24.5 ms at p50 and 42.0 ms at p95.',
  ]);
  expect(text).toContain('| delivery | 1,630 | 24.5 ms | 42.0 ms |');
  expect(text).toContain('Messages and connections: due 2,000, published 2,000, delivered 1,630.');
  expect(text).toContain('| nats\\_delivery{region:oc} | p(95)\\<10 | 44.0 ms |');
  expect(text).not.toContain('p(95)\\<1000');
  expect(text).toContain('- weur to oc: nothing from 5.0 s to 12.4 s');
  expect(text).toContain('- note: a \\| b');
});

test('a green run has no thresholds to tell, and a mark that says so', async () => {
  const samples = madeRun({ pairs: [['weur', 'oc']], seconds: 5, everyMs: 20 });
  const text = markdownReport(await summaryOfSamples(samples, { site: null }));
  expect(text).toMatch(/^### ✅ routing, smoke\n/);
  expect(text).not.toContain('should be');
});
