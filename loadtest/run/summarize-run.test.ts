import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { FINISHED } from '../../test/support/data/summary.ts';
import { K6_SUMMARY_FILE } from './k6-arguments.ts';
import { endingOf, readThresholds } from './summarize-run.ts';

let folder = '';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'meridian-test-'));
});

afterEach(() => rm(folder, { recursive: true }));

const ASKED = [{ metric: 'nats_ping', expression: 'p(95)<50' }];

test('a k6 that was killed leaves no verdicts: its thresholds are known all the same, and no path is told', async () => {
  const { thresholds, notes } = await readThresholds(folder, ASKED);
  expect(thresholds).toEqual([{ ...ASKED[0], value: null, passed: null }]);
  expect(notes).toEqual([
    'k6 ended before it had judged its thresholds: they are judged by the samples that it had written',
  ]);
});

test('so does one that could not write them to their end', async () => {
  await writeFile(join(folder, K6_SUMMARY_FILE), '');
  const { thresholds, notes } = await readThresholds(folder, ASKED);
  expect(thresholds).toHaveLength(1);
  expect(notes[0]).toContain(`(${K6_SUMMARY_FILE}: `);
});

test('verdicts that k6 left are taken', async () => {
  const metrics = { nats_ping: { 'p(95)': 7, thresholds: { 'p(95)<50': false } } };
  await writeFile(join(folder, K6_SUMMARY_FILE), JSON.stringify({ metrics }));
  expect(await readThresholds(folder, ASKED)).toEqual({
    thresholds: [{ ...ASKED[0], value: 7, passed: true }],
    notes: [],
  });
});

test('samples that are not there have vanished, if users had begun; else k6 never made them', () => {
  expect(endingOf(FINISHED, true)).toEqual({ ...FINISHED, samplesVanished: true });
  expect(endingOf(FINISHED, false)).toBe(FINISHED);
  const neverBegan = { ...FINISHED, interruptedIterations: null };
  expect(endingOf(neverBegan, true)).toBe(neverBegan);
});
