import { expect, test } from 'vitest';
import { madeRun } from '../../test/support/data/made-run.ts';
import type { Written } from '../../test/support/data/sample-file.ts';
import { FINISHED, summaryOfSamples } from '../../test/support/data/summary.ts';
import type { RunFacts } from './build-summary.ts';
import type { Ending } from './ending.ts';
import { lateGeneratorSentence } from './late-generator.ts';
import { worstEnding } from './merge-endings.ts';
import type { Summary } from './summary.ts';
import { textReport } from './text-report.ts';
import { isGreen, outcomeOf, verdictOf } from './verdict.ts';

const ENDING: Ending = { ...FINISHED, plannedMs: 20_000, ranMs: 20_400 };
const HELD = { metric: 'nats_delivery', expression: 'p(95)<1000', value: 44, passed: true };

interface Made {
  readonly facts?: Partial<RunFacts>;
  /** The edge is gone from then on. */
  readonly goneAtMs?: number;
  readonly ending?: Partial<Ending>;
}

function run({ facts = {}, goneAtMs = 20_000, ending = {} }: Made = {}): Promise<Summary> {
  const cuts = goneAtMs === 20_000 ? [] : [{ fromMs: goneAtMs, toMs: 20_000 }];
  const samples = madeRun({ pairs: [['weur', 'oc']], seconds: 20, everyMs: 20, cuts });
  return summaryOfSamples(samples, {
    script: 'latency',
    thresholds: [HELD],
    ...facts,
    ending: { ...ENDING, ...ending },
  });
}

test('a run that was measured throughout, finished and held its thresholds is green', async () => {
  const summary = await run();
  expect(isGreen(summary)).toBe(true);
  expect(verdictOf(summary)).toBe('Green: the threshold held.');
  expect(textReport(summary).split('\n')[0]).toBe(
    'latency, profile smoke. Green: the threshold held. Publish to delivery took 24.5 ms at p50 and 42.0 ms at p95.',
  );
});

test('an edge that goes away is in the first line, although every threshold held', async () => {
  const summary = await run({ goneAtMs: 4_000, ending: { interruptedIterations: 4 } });
  expect(outcomeOf(summary)).toBe('not measured');
  expect(textReport(summary)).toMatch(
    /^latency, profile smoke\. Not green: from 4\.0 s to 20\.0 s nothing was measured\. 4 iterations were interrupted\. The threshold held\. /,
  );
});

test('two seconds without a measurement are not too much, as they may come from one pause', async () => {
  expect(isGreen(await run({ goneAtMs: 19_200 }))).toBe(true);
  expect(isGreen(await run({ goneAtMs: 17_800 }))).toBe(false);
});

test.each<[string, Partial<Ending>, RegExp]>([
  [
    'one iteration',
    { interruptedIterations: 1 },
    /^Not green: 1 iteration was interrupted\. The threshold held\.$/,
  ],
  [
    'cut off',
    { kind: 'cut-off', ranMs: 35_000 },
    /^Not green: k6 was still busy after 35\.0 s, and was ended by this command\./,
  ],
  [
    'users that ended early',
    { ranMs: 9_000 },
    /^Not green: its users ended early, after 9\.0 s of 20\.0 s\./,
  ],
  [
    'interrupted',
    { kind: 'interrupted' },
    /^Not green: it was interrupted, and figures are of what was measured/,
  ],
  ['failed', { kind: 'failed' }, /^Not green: k6 failed with exit code 0/],
])('%s is not green', async (_what, ending, verdict) => {
  const summary = await run({ ending });
  expect(isGreen(summary)).toBe(false);
  expect(verdictOf(summary)).toMatch(verdict);
});

test("that k6's summary does not say what it interrupted is no shortcoming", async () => {
  expect(isGreen(await run({ ending: { interruptedIterations: null } }))).toBe(true);
});

test('a threshold without samples fails', async () => {
  const summary = await run({
    facts: {
      thresholds: [HELD, { metric: 'nats_request', expression: 'p(95)<1500', value: 0, passed: true }],
    },
  });
  expect(outcomeOf(summary)).toBe('crossed');
  expect(verdictOf(summary)).toBe('Not green: 1 of 2 thresholds held, 1 had no samples.');
  expect(textReport(summary)).toMatch(/^✗ {2}nats_request +p\(95\)<1500 +no samples$/m);
});

test('one that nothing can cross does not count', async () => {
  const vain = { metric: 'nats_published', expression: 'count>=0', value: 1000, passed: true };
  expect(verdictOf(await run({ facts: { thresholds: [HELD, vain] } }))).toBe(
    'Green: the threshold held, and 1 that nothing can cross is not counted.',
  );
  expect(verdictOf(await run({ facts: { thresholds: [vain] } }))).toBe(
    'Green: the script has no thresholds that can be crossed.',
  );
});

test('a crossed threshold is not green', async () => {
  const crossed = { ...HELD, expression: 'p(95)<10', passed: false };
  const summary = await run({ facts: { thresholds: [HELD, crossed], k6ExitCode: 99 } });
  expect(verdictOf(summary)).toBe(
    'Not green: 1 of 2 thresholds held; crossed: nats_delivery p(95)<10 (44.0 ms).',
  );
});

test('that k6 was at its limit is told, and does not make a run bad', async () => {
  const summary = await run({ ending: { generatorCpuShare: 0.97 } });
  expect(isGreen(summary)).toBe(true);
  expect(verdictOf(summary)).toContain('k6 itself was at its limit, with 97.0% of the CPU');
  expect(verdictOf(await run({ ending: { generatorCpuShare: 0.6 } }))).not.toContain('limit');
});

/** Of each of a hundred parts of a schedule, how late k6 was; `lateMs` of as many. */
function lateSamples(late: number, lateMs: number): Parameters<typeof summaryOfSamples>[0] {
  return Array.from({ length: 100 }, (_, n) => ({
    metric: 'nats_schedule_late',
    at: n * 100,
    value: n < late ? lateMs - n : 1.5,
    tags: n < late ? { kind: 'late' } : {},
  }));
}

test('a k6 that got late to more than a twentieth of its schedule was the limit, and the run is not green', async () => {
  const summary = await summaryOfSamples(lateSamples(6, 7_300), { thresholds: [] });
  expect(isGreen(summary)).toBe(false);
  expect(verdictOf(summary)).toMatch(
    /^Not green: k6 got to what was due up to 7\.3 s late: it is this machine that was measured\./,
  );
  expect(verdictOf(await summaryOfSamples(lateSamples(5, 7_300)))).not.toContain('late');
});

test('one k6 of several that was late makes the merged run so', () => {
  const late = { ...ENDING, generatorLateMs: 7_300 };
  const ending = worstEnding([ENDING, late, ENDING]);
  expect(ending.generatorLateMs).toBe(7_300);
  expect(lateGeneratorSentence({ ending, merged: [] })[0]).toContain('up to 7.3 s late');
  expect(worstEnding([ENDING, ENDING])).not.toHaveProperty('generatorLateMs');
});

test('clients that waited for an edge at the beginning are told, and the run is not green', async () => {
  const waited = (value: number) => ({ metric: 'nats_waited', at: 1_000, value, tags: { region: 'weur' } });
  const summary = await summaryOfSamples([waited(3_900), waited(4_300)], { thresholds: [] });
  expect(isGreen(summary)).toBe(false);
  expect(verdictOf(summary)).toContain('2 clients waited up to 4.3 s for the edge');
  expect(verdictOf(await summaryOfSamples([waited(4_300)], { thresholds: [] }))).toContain(
    '1 client waited 4.3 s for the edge',
  );
});

test('one that was refused has waited, however short that was, and is told why', async () => {
  const refused = { metric: 'nats_waited', at: 1_000, value: 400, tags: { kind: 'unavailable' } };
  const slow = { metric: 'nats_waited', at: 1_000, value: 2_400, tags: { kind: 'slow' } };
  const verdict = async (...samples: Written[]) =>
    verdictOf(await summaryOfSamples(samples, { thresholds: [] }));
  expect(await verdict(refused)).toContain('1 client waited 0.4 s for the edge (unavailable)');
  expect(await verdict(refused, slow)).toContain('2 clients waited up to 2.4 s for the edge (unavailable)');
  expect(await verdict(slow)).toContain('1 client waited 2.4 s for the edge.');
});

test('a message that took less than nothing was timed by clocks that do not agree', async () => {
  const took = (value: number) => ({ metric: 'nats_delivery', at: 100, value, tags: { region: 'oc' } });
  const apart = await summaryOfSamples([took(-350.7), took(4)], { thresholds: [] });
  expect(isGreen(apart)).toBe(false);
  expect(verdictOf(apart)).toContain(
    'the clocks of its machines do not agree, so that a message took -351 ms',
  );
  expect(isGreen(await summaryOfSamples([took(-1.2), took(4)], { thresholds: [] }))).toBe(true);
});

test('a run that was interrupted before anything was measured says no more', async () => {
  const facts = { thresholds: [HELD], ending: { ...ENDING, kind: 'interrupted' as const } };
  expect(verdictOf(await summaryOfSamples([], facts))).toBe(
    'Not green: it was interrupted before anything was measured.',
  );
});

test('what the script could not do makes no run green, and the first of it is told', async () => {
  const summary = await run({ ending: { undone: ['disturb: no token', 'journal: no stream'] } });
  expect(isGreen(summary)).toBe(false);
  expect(verdictOf(summary)).toContain('what the script was to do failed: disturb: no token, and 1 more.');
  expect(worstEnding([ENDING, summary.ending, summary.ending]).undone).toHaveLength(2);
});

test('a run that ends at its limit says so, and that k6 interrupted what was under way then is no news', async () => {
  const tags = { size: '128', rate: '500', region: 'oc' };
  const samples = [0, 500, 1_000].flatMap((at): readonly Written[] => [
    { metric: 'nats_published', at, value: 50, tags },
    { metric: 'nats_delivered', at, value: 50, tags },
    { metric: 'nats_delivery', at, value: 900, tags },
  ]);
  const crossed = { metric: 'nats_delivery', expression: 'p(95)<750', value: 900, passed: false };
  const facts = {
    script: 'throughput',
    thresholds: [crossed],
    ending: { ...ENDING, ranMs: 3_000, interruptedIterations: 4 },
  };
  const ended = await summaryOfSamples(samples, { ...facts, k6ExitCode: 99 });
  expect(verdictOf(ended)).toBe(
    'Not green: a step beyond the limit ended it. 0 of 1 thresholds held; crossed: nats_delivery p(95)<750 (900 ms).',
  );
  const interrupted = await summaryOfSamples(samples, {
    ...facts,
    thresholds: [{ ...crossed, passed: true }],
  });
  expect(verdictOf(interrupted)).toContain('4 iterations were interrupted');
});

test('a k6 that never began says why first, and nothing of what it did not count', async () => {
  const zero = { metric: 'nats_missing', at: 0, value: 0 };
  const because = 'http://127.0.0.1:1/health answers 503, and not as Meridian does';
  const ending: Ending = { ...ENDING, kind: 'failed', interruptedIterations: null, failedBecause: because };
  const facts = { script: 'latency', k6ExitCode: 255, ending, thresholds: [HELD] };
  const summary = await summaryOfSamples([zero], facts);
  const [first] = textReport(summary).split('\n');
  expect(first).toBe(`latency, profile smoke. Not green: k6 could not begin (exit code 255): ${because}.`);
});

test('an error of the script that ended k6 later stands beside its code', async () => {
  const summary = await run({ ending: { kind: 'failed', failedBecause: 'it is gone' } });
  expect(verdictOf(summary)).toMatch(/^Not green: k6 failed with exit code 0 \(it is gone\); what it had/);
});

test('a target that may still be edited makes no run green', async () => {
  const summary = await run({ ending: { leftEdits: ['eeur.drain=true'] } });
  expect(isGreen(summary)).toBe(false);
  expect(verdictOf(summary)).toMatch(
    /^Not green: the target may still be edited \(eeur\.drain=true\): the notes say what takes it back\./,
  );
});

test('samples that vanished are said, and not taken for a time without measurements', async () => {
  const ending: Ending = { ...ENDING, samplesVanished: true };
  const verdict = verdictOf(await summaryOfSamples([], { script: 'latency', thresholds: [HELD], ending }));
  expect(verdict).toMatch(/^Not green: its samples vanished, with all that it had measured\./);
  expect(verdict).not.toContain('nothing was measured');
});

test('of several runs, each left edit stays left, and what vanished once has vanished', () => {
  const endings: Ending[] = [
    ENDING,
    { ...ENDING, leftEdits: ['oc.dial=0'] },
    { ...ENDING, samplesVanished: true, leftEdits: ['eeur.drain=true'], failedBecause: 'no' },
  ];
  expect(worstEnding(endings)).toMatchObject({
    leftEdits: ['oc.dial=0', 'eeur.drain=true'],
    samplesVanished: true,
    failedBecause: 'no',
  });
});
