import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Written } from '../../test/support/data/sample-file.ts';
import { FINISHED, summaryOfSamples } from '../../test/support/data/summary.ts';
import { readSummary, SummaryError, writeReport } from './report-files.ts';
import { textReport } from './text-report.ts';

let folder = '';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'meridian-test-'));
});

afterEach(() => rm(folder, { recursive: true }));

const SAMPLES: readonly Written[] = [0, 700, 1_400].flatMap((at) => [
  { metric: 'nats_ping', at, value: 12, tags: { region: 'weur', city: 'Paris' } },
  { metric: 'nats_ping', at, value: 150, tags: { region: 'oc', city: 'Sydney' } },
]);

test('what was written is read back the same', async () => {
  const summary = await summaryOfSamples(SAMPLES);
  await writeReport(folder, summary);
  expect(await readSummary(folder)).toEqual(summary);
});

test('the page is one file that fetches nothing, and has verdict, charts, map and figures', async () => {
  const summary = await summaryOfSamples(SAMPLES, {
    thresholds: [{ metric: 'nats_ping', expression: 'p(95)<50', value: 150, passed: false }],
    k6ExitCode: 99,
  });
  const page = await readFile(await writeReport(folder, summary), 'utf8');
  expect(page).not.toMatch(/(?:src|href)="?https?:|@import|<script/);
  expect(page).toContain('0 of 1 thresholds held');
  expect(page).toContain('Does everybody land where they should?');
  expect(page).toContain('Paris: weur, p50 12.0 ms');
  expect(page).not.toMatch(/NaN|undefined|Infinity/);
  expect((await readdir(folder)).toSorted()).toEqual([
    'answers.svg',
    'cities.svg',
    'junit.xml',
    'ping-by-region.svg',
    'ping-over-time.svg',
    'report.html',
    'summary.json',
    'summary.md',
  ]);
});

test('a run that measured nothing still has a page, and says so', async () => {
  const summary = await summaryOfSamples([], { k6ExitCode: 107 });
  expect(summary.notes).toContain('k6 has measured nothing');
  const page = await readFile(await writeReport(folder, summary), 'utf8');
  expect(page).toContain('k6 failed with exit code 107');
  expect(page).not.toMatch(/NaN|undefined|Infinity/);
});

test('names from outside cannot become markup', async () => {
  const summary = await summaryOfSamples(SAMPLES, { site: '<img src=x>', question: 'a<b>&' });
  const page = await readFile(await writeReport(folder, summary), 'utf8');
  expect(page).not.toContain('<img');
  expect(page).toContain('a&lt;b&gt;&amp;');
});

test('an interrupted run says so in the terminal as on the page', async () => {
  const summary = await summaryOfSamples(SAMPLES, {
    ending: { ...FINISHED, kind: 'interrupted' },
    k6ExitCode: 105,
  });
  expect(textReport(summary)).toMatch(/^routing, profile smoke\. Not green: it was interrupted/);
  expect(await readFile(await writeReport(folder, summary), 'utf8')).toContain(
    'Not green: it was interrupted, and figures are of what was measured until then',
  );
});

test.each([
  ['{}', /is of format unknown/],
  ['{"format":1}', /is of format 1, and this version reads 3/],
  ['nothing', /is not JSON/],
  ['3', /is not the summary of a run/],
])('a summary %s is refused', async (text, message) => {
  await writeFile(join(folder, 'summary.json'), text);
  await expect(readSummary(folder)).rejects.toThrow(message);
});

test('a folder without a report is named', async () => {
  await expect(readSummary(join(folder, 'none'))).rejects.toThrow(SummaryError);
});

test('a report that cannot be written to its end leaves nothing that says green', async () => {
  // A folder where the page should be: the last of the files.
  await mkdir(join(folder, 'report.html'));
  await expect(writeReport(folder, await summaryOfSamples(SAMPLES))).rejects.toThrow('EISDIR');
  expect(await readdir(folder)).toEqual(['report.html']);
});

test.each<readonly [what: string, change: (summary: Record<string, unknown>) => void, message: string]>([
  [
    'nothing else',
    (found) => {
      for (const key of Object.keys(found).filter((each) => each !== 'format')) delete found[key];
    },
    'script is absent',
  ],
  ['no time series', (found) => Object.assign(found, { timeSeries: {} }), 'timeSeries.sliceMs is absent'],
  [
    'metrics that are none',
    (found) => Object.assign(found, { metrics: { nats_ping: 5 } }),
    'metrics.nats_ping should be an object',
  ],
  ['gaps that are none', (found) => Object.assign(found, { gaps: [null] }), 'gaps.0 should be an object'],
  [
    'a list for an object',
    (found) => Object.assign(found, { thresholds: {} }),
    'thresholds should be a list',
  ],
  [
    'another ending',
    (found) => Object.assign(found, { ending: { kind: 'odd' } }),
    'ending.kind should be how a run ends',
  ],
])('a summary with %s is refused, and where it is wrong is told', async (_what, change, message) => {
  const found = { ...(await summaryOfSamples(SAMPLES)) } as Record<string, unknown>;
  change(found);
  await writeFile(join(folder, 'summary.json'), JSON.stringify(found));
  await expect(readSummary(folder)).rejects.toThrow(SummaryError);
  await expect(readSummary(folder)).rejects.toThrow(`is not whole: ${message}.`);
});

test('a format that only looks like it is another one', async () => {
  await writeFile(join(folder, 'summary.json'), '{"format":"3"}');
  await expect(readSummary(folder)).rejects.toThrow('is of format "3", and this version reads 3');
});
