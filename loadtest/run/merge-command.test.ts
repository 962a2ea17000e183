import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type Cut, madeRun } from '../../test/support/data/made-run.ts';
import { START, type Written, writeSamples } from '../../test/support/data/sample-file.ts';
import { FINISHED, summaryOfSamples } from '../../test/support/data/summary.ts';
import type { RunFacts } from '../report/build-summary.ts';
import { readSummary, writeReport } from '../report/report-files.ts';
import type { Summary } from '../report/summary.ts';
import { isGreen, verdictOf } from '../report/verdict.ts';
import { exitCodeOfRun } from './exit-code.ts';
import { EXIT } from './loadtest-error.ts';
import { mergeRuns } from './merge-command.ts';

let root = '';

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'meridian-test-'));
  vi.spyOn(console, 'log').mockImplementation(() => {});
});

afterEach(async () => {
  vi.restoreAllMocks();
  await rm(root, { recursive: true });
});

const PAIRS = [
  ['weur', 'oc'],
  ['oc', 'weur'],
] as const;

/** Writes a run's folder as the command leaves it. */
async function runFolder(
  name: string,
  samples: readonly Written[],
  facts: Partial<RunFacts> = {},
): Promise<string> {
  const folder = join(root, name);
  await mkdir(folder);
  await writeSamples(join(folder, 'samples.json.gz'), samples);
  const ending = { ...FINISHED, plannedMs: 20_000, ranMs: 20_500 };
  await writeReport(folder, await summaryOfSamples(samples, { script: 'latency', ending, ...facts }));
  return folder;
}

async function merged(folders: readonly string[]): Promise<Summary> {
  const report = join(root, 'merged');
  const exitCode = await mergeRuns(folders, report);
  const summary = await readSummary(report);
  expect(exitCode).toBe(exitCodeOfRun(summary));
  return summary;
}

/** Three segments of one test, and the test in one. */
function segmentsOf(cuts: readonly Cut[] = []): { all: readonly Written[]; parts: readonly Written[][] } {
  const made = { pairs: PAIRS, seconds: 20, everyMs: 10, cuts };
  const parts = [0, 1, 2].map((index) => [...madeRun({ ...made, segment: [index, 3] })]);
  return { all: parts.flat().toSorted((a, b) => a.at - b.at), parts };
}

test('counts, percentiles and slices of the segments of a test are those of all samples together', async () => {
  const { all, parts } = segmentsOf();
  const folders = await Promise.all(parts.map((samples, index) => runFolder(`runner-${index + 1}`, samples)));
  const whole = await summaryOfSamples(all);
  const { metrics, timeSeries, durationMs, startedAt } = await merged(folders);
  expect(durationMs).toBe(whole.durationMs);
  expect(startedAt).toBe(whole.startedAt);
  expect(metrics.nats_delivered?.all?.value).toBe(4_000);
  for (const [name, metric] of Object.entries(whole.metrics)) {
    expect(metrics[name]?.all, name).toEqual(metric.all);
    expect(metrics[name]?.by.region, name).toEqual(metric.by.region);
    expect(metrics[name]?.by.pair, name).toEqual(metric.by.pair);
  }
  expect(timeSeries).toEqual(whole.timeSeries);
  expect(Object.keys(metrics.nats_delivery?.by.site ?? {})).toEqual(['runner-1', 'runner-2', 'runner-3']);
});

test('a gap that all segments saw is one, and is where it was', async () => {
  const { parts } = segmentsOf([{ fromMs: 6_000, toMs: 11_000, from: 'weur', to: 'oc' }]);
  const folders = await Promise.all(parts.map((samples, index) => runFolder(`runner-${index + 1}`, samples)));
  expect((await merged(folders)).gaps).toEqual([{ from: 'weur', to: 'oc', fromMs: 6_000, toMs: 11_000 }]);
});

test('runs of the same time are laid over each other by the clock', async () => {
  const later = madeRun({ pairs: PAIRS, seconds: 20, everyMs: 100 }).map((each) => ({
    ...each,
    at: each.at + 3_000,
  }));
  const folders = [
    await runFolder('frankfurt', madeRun({ pairs: PAIRS, seconds: 20, everyMs: 100 })),
    await runFolder('tokyo', later),
  ];
  const { durationMs, notes, startedAt } = await merged(folders);
  expect(durationMs).toBeGreaterThan(22_900);
  expect(startedAt).toBe(new Date(START).toISOString());
  expect(notes).toEqual(['the runs were at the same time, and are overlaid by the clock']);
});

test('runs one after the other are laid over each other from the start of each', async () => {
  const hourLater = madeRun({ pairs: PAIRS, seconds: 20, everyMs: 100 }).map((each) => ({
    ...each,
    at: each.at + 3_600_000,
  }));
  const folders = [
    await runFolder('frankfurt', madeRun({ pairs: PAIRS, seconds: 20, everyMs: 100 })),
    await runFolder('tokyo', hourLater),
  ];
  const { durationMs, notes } = await merged(folders);
  expect(durationMs).toBeLessThan(20_100);
  expect(notes).toEqual(['the runs were at different times: each begins with its own first sample']);
});

test('it ended as the worst did, and what one did not measure was not measured', async () => {
  const { parts } = segmentsOf();
  const [first = [], second = []] = parts;
  const folders = [
    await runFolder('runner-1', first),
    await runFolder(
      'runner-2',
      second.filter(({ at }) => at < 8_000),
      {
        ending: {
          kind: 'cut-off',
          plannedMs: 20_000,
          ranMs: 35_000,
          interruptedIterations: 2,
          generatorCpuShare: 0.95,
        },
      },
    ),
  ];
  const summary = await merged(folders);
  const { underWay, ...ending } = summary.ending;
  expect(ending).toEqual({
    kind: 'cut-off',
    plannedMs: 20_000,
    ranMs: 35_000,
    interruptedIterations: 2,
    generatorCpuShare: 0.95,
  });
  // Of what the second had published last, as its samples end there.
  expect(underWay).toBeGreaterThan(0);
  expect(
    summary.unmeasured.map(({ fromMs, toMs }) => [Math.round(fromMs / 1000), Math.round(toMs / 1000)]),
  ).toEqual([[8, 20]]);
  expect(isGreen(summary)).toBe(false);
});

test('thresholds stay those of each run, as k6 judged them', async () => {
  const threshold = { metric: 'nats_request', expression: 'p(95)<1500', value: 0, passed: true };
  const { parts } = segmentsOf();
  const folders = await Promise.all(
    parts.map((samples, index) => runFolder(`runner-${index + 1}`, samples, { thresholds: [threshold] })),
  );
  expect((await merged(folders)).thresholds).toEqual(
    [1, 2, 3].map((n) => ({
      ...threshold,
      metric: `nats_request from runner-${n}`,
      samples: 'none',
      canFail: true,
    })),
  );
});

test('a folder that holds a report is not overwritten, of a run or a merged one', async () => {
  const { parts } = segmentsOf();
  const folders = await Promise.all(parts.map((samples, index) => runFolder(`runner-${index + 1}`, samples)));
  await merged(folders);
  const before = (await readdir(join(root, 'merged'))).toSorted();
  await expect(mergeRuns(folders, join(root, 'merged'))).rejects.toThrow(/holds a report already/);
  await expect(mergeRuns(folders, folders[0])).rejects.toThrow(/holds a report already/);
  expect((await readdir(join(root, 'merged'))).toSorted()).toEqual(before);
});

test('an empty folder, and one with other files, are written to', async () => {
  const { parts } = segmentsOf();
  const folders = await Promise.all(parts.map((samples, index) => runFolder(`runner-${index + 1}`, samples)));
  await mkdir(join(root, 'merged'));
  await writeFile(join(root, 'merged', 'notes.txt'), 'mine');
  expect((await merged(folders)).merged).toHaveLength(3);
});

test('the same run twice is refused', async () => {
  const folder = await runFolder('runner-1', madeRun({ pairs: PAIRS, seconds: 5, everyMs: 100 }));
  await expect(mergeRuns([folder, `${folder}/`], join(root, 'merged'))).rejects.toThrow(/is named twice/);
});

test('a merged run that is not green does not end with 0', async () => {
  const { parts } = segmentsOf();
  const good = await runFolder('good', parts[0] ?? []);
  const ending = { ...FINISHED, kind: 'interrupted' as const, plannedMs: 20_000 };
  const bad = await runFolder('bad', parts[1] ?? [], { ending });
  expect(await mergeRuns([good, bad], join(root, 'merged'))).toBe(EXIT.interrupted);
  const other = await runFolder('other', parts[2] ?? []);
  expect(await mergeRuns([good, other], join(root, 'both'))).toBe(EXIT.ok);
});

test('that one of those that shared the run is not there is told, and is not green', async () => {
  const { parts } = segmentsOf();
  const folders = await Promise.all(
    parts.map((samples, index) =>
      runFolder(`runner-${index + 1}`, samples, { runner: { number: index + 1, of: 3 } }),
    ),
  );
  const summary = await merged([folders[0] ?? '', folders[2] ?? '']);
  expect(verdictOf(summary)).toMatch(/^Not green: runner 2 of those that shared the run is not among these/);
  expect(await mergeRuns(folders, join(root, 'all'))).toBe(EXIT.ok);
});

test('a copy of a run does not count twice', async () => {
  const { parts } = segmentsOf();
  const folder = await runFolder('runner-1', parts[0] ?? []);
  const copy = await runFolder('copy', parts[0] ?? []);
  await expect(mergeRuns([folder, copy], join(root, 'merged'))).rejects.toThrow(
    /copy holds the same run as .*runner-1/,
  );
});
