import { expect, test } from 'vitest';
import type { Written } from '../../test/support/data/sample-file.ts';
import { summaryOfSamples } from '../../test/support/data/summary.ts';
import { failureSentences } from './failure-text.ts';
import { textReport } from './text-report.ts';
import { isGreen, verdictOf } from './verdict.ts';

const connected = (at: number): Written => ({
  metric: 'nats_connect',
  at,
  value: 3,
  tags: { region: 'weur' },
});
const failed = (at: number, kind: string, region = ''): Written => ({
  metric: 'nats_errors',
  at,
  value: 1,
  tags: { kind, region },
});
const fine = (at: number): Written => ({ metric: 'nats_errors', at, value: 0, tags: { region: 'oc' } });

test('each kind of failure is told with its number, its regions and its time', async () => {
  const summary = await summaryOfSamples([
    ...[connected(0), fine(100), failed(2_000, 'unavailable'), failed(2_400, 'unavailable')],
    ...[failed(3_000, 'request', 'oc'), failed(3_000, 'request', 'weur'), failed(3_900, 'own kind')],
  ]);
  const told = [
    '2 attempts failed from 2.0 s to 2.4 s: the edge answered with 503 (unavailable)',
    '2 attempts failed in weur and oc at 3.0 s: no reply in time (request)',
    '1 attempt failed at 3.9 s: own kind',
  ];
  expect(failureSentences(summary)).toEqual(told);
  for (const sentence of told) expect(textReport(summary)).toContain(sentence);
});

test('without a failure nothing is told, also of a report that knows none', async () => {
  const { failures, ...rest } = await summaryOfSamples([connected(0), fine(100)]);
  expect(failures).toEqual([]);
  expect(failureSentences(rest)).toEqual([]);
});

test('credentials that expire in the middle of a run are in its first line, and it is not green', async () => {
  const samples = [connected(0), fine(100), failed(4_000, 'authorization'), failed(9_000, 'authorization')];
  const summary = await summaryOfSamples(samples, { thresholds: [] });
  expect(isGreen(summary)).toBe(false);
  expect(verdictOf(summary)).toMatch(
    /^Not green: from 4\.0 s on clients were refused for their credentials, which had been taken until then: they have expired, or were changed\./,
  );
});

test('credentials that never were taken have not expired', async () => {
  const verdict = verdictOf(await summaryOfSamples([failed(0, 'authorization')], { thresholds: [] }));
  expect(verdict).toContain('from 0.0 s on clients were refused for their credentials.');
});

test('credentials that are taken again were refused for a time', async () => {
  const refused = [failed(4_000, 'authorization'), failed(5_500, 'authorization')];
  const verdict = async (...served: number[]) =>
    verdictOf(await summaryOfSamples([...served.map(connected), ...refused], { thresholds: [] }));
  expect(await verdict(0, 7_000)).toContain(
    'from 4.0 s to 5.5 s clients were refused for their credentials, which were taken before and after it.',
  );
  expect(await verdict(7_000)).toContain('which were taken after it.');
});
