import { expect, test } from 'vitest';
import type { Written } from '../../test/support/data/sample-file.ts';
import { FINISHED, summaryOfSamples } from '../../test/support/data/summary.ts';
import { junitReport } from './junit.ts';
import type { Summary } from './summary.ts';
import { textReport } from './text-report.ts';
import { standingOf, unjudged } from './thresholds.ts';
import { isGreen } from './verdict.ts';

const TIMES = Array.from({ length: 101 }, (_, n) => n);

/** Over ten seconds. */
const SAMPLES: readonly Written[] = [
  ...TIMES.map((n) => ({ metric: 'nats_ping', at: n * 100, value: n, tags: { region: 'weur' } })),
  { metric: 'nats_ping', at: 500, value: 900, tags: { region: 'oc' } },
  { metric: 'nats_published', at: 100, value: 30, tags: { region: 'weur' } },
  { metric: 'nats_published', at: 9_000, value: 20, tags: { region: 'oc' } },
  { metric: 'nats_errors', at: 100, value: 1 },
  { metric: 'nats_errors', at: 200, value: 0 },
  { metric: 'nats_clients', at: 300, value: 12 },
  { metric: 'nats_clients', at: 400, value: 7 },
];

/** Of a k6 that was killed before it could judge. */
function killed(metric: string, ...expressions: readonly string[]): Promise<Summary> {
  return summaryOfSamples(SAMPLES, {
    thresholds: expressions.map((expression) => unjudged({ metric, expression })),
    ending: { ...FINISHED, kind: 'cut-off', plannedMs: 10_000, ranMs: 30_100 },
    k6ExitCode: 137,
  });
}

test.each<[metric: string, expression: string, value: number | null, passed: boolean | null]>([
  ['nats_ping{region:weur}', 'p(95)<96', 95, true],
  ['nats_ping{region:weur}', 'p(95)<95', 95, false],
  ['nats_ping{region:weur}', 'p(95) <= 95', 95, true],
  ['nats_ping{region:weur}', 'p(99.9)>99', 99.9, true],
  ['nats_ping{region:weur}', 'med==50', 50, true],
  ['nats_ping{region:weur}', 'avg>=50', 50, true],
  ['nats_ping{region:weur}', 'min>0', 0, false],
  ['nats_ping{region:weur}', 'max<100', 100, false],
  ['nats_ping', 'max<900', 900, false],
  ['nats_ping', 'count>101', 102, true],
  ['nats_published', 'count==50', 50, true],
  ['nats_published{region:oc}', 'count!=20', 20, false],
  ['nats_published', 'rate>=5', 5, true],
  ['nats_errors', 'rate<0.01', 0.5, false],
  ['nats_clients', 'value<8', 7, true],
  // None that k6 has of such a metric, and no expression of the usual form.
  ['nats_clients', 'avg<8', null, null],
  ['nats_ping', 'p(95)<96 && max<1000', null, null],
])('%s with %s is judged by the samples', async (metric, expression, value, passed) => {
  const [threshold] = (await killed(metric, expression)).thresholds;
  expect(threshold).toMatchObject({ value, passed, samples: 'some' });
});

test('a run that was killed has all of its thresholds, and did not fail with the code of the signal', async () => {
  const summary = await killed('nats_ping', 'p(95)<96', 'max<900', 'max<900 || min<3');
  expect(summary.thresholds.map((each) => standingOf(each, summary))).toEqual([
    'held',
    'crossed',
    'not judged',
  ]);
  const text = textReport(summary);
  expect(text.split('\n')[0]).toContain(
    'Not green: k6 was still busy after 30.1 s, and was ended by this command. 1 of 3 thresholds held, 1 was not judged; crossed: nats_ping max<900 (900 ms).',
  );
  expect(text).not.toMatch(/137|no thresholds|k6 failed/);
  expect(text).toMatch(/^✗ {2}nats_ping +max<900 \|\| min<3 +not judged$/m);
  expect(isGreen(summary)).toBe(false);
  expect(junitReport(summary)).toMatch(/tests="4" failures="3"/);
});

test('one that is not judged is not green, though all else is well', async () => {
  const odd = unjudged({ metric: 'nats_ping', expression: 'max<900 || min<3' });
  const summary = await summaryOfSamples(SAMPLES, { thresholds: [odd] });
  expect(isGreen(summary)).toBe(false);
});

test('what has no samples is not held by that', async () => {
  const summary = await killed('nats_request', 'p(95)<50');
  expect(summary.thresholds.map((each) => standingOf(each, summary))).toEqual(['no samples']);
});
