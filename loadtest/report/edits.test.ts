import { expect, test } from 'vitest';
import type { Written } from '../../test/support/data/sample-file.ts';
import { summaryOfSamples } from '../../test/support/data/summary.ts';
import { drawCharts } from './charts.ts';
import { htmlReport } from './html-report.ts';
import { textReport } from './text-report.ts';

function edit(at: number, kind: string, region: string): Written {
  return { metric: 'nats_edit', at, value: 40, tags: { kind, region } };
}

function said(metric: string, at: number, value: number, kind: string, region: string): Written {
  return { metric, at, value, tags: { kind, region } };
}

function failed(at: number, kind: string): Written {
  return { metric: 'nats_errors', at, value: 1, tags: { kind } };
}

const SAMPLES: readonly Written[] = [
  { metric: 'nats_ping', at: 0, value: 3, tags: { region: 'weur' } },
  failed(900, 'timeout'),
  edit(1_000, 'dial', 'weur'),
  said('nats_edit_strays', 1_100, 1, 'dial', 'weur'),
  said('nats_edit_followed', 1_200, 200, 'dial', 'weur'),
  said('nats_edit_strays', 1_200, 0, 'dial', 'weur'),
  said('nats_edit_followed', 1_700, 700, 'dial', 'weur'),
  edit(2_000, 'drain', 'oc'),
  said('nats_edit_followed', 2_030, 30, 'drain', 'oc'),
  { metric: 'nats_disconnects', at: 13_000, value: 1, tags: { region: 'oc', kind: 'drain' } },
  failed(13_000, 'closed'),
  failed(13_001, 'closed'),
  failed(13_002, 'no_responders'),
  failed(13_003, 'unmoved'),
  said('nats_edit_moved', 13_020, 11_020, 'drain', 'oc'),
  said('nats_edit_moved', 14_000, 12_000, 'drain', 'oc'),
  edit(15_000, 'rollback', 'oc'),
  { metric: 'nats_errors', at: 15_500, value: 0, tags: {} },
  { metric: 'nats_ping', at: 16_000, value: 3, tags: { region: 'weur' } },
];

const NOTHING = { followedMs: null, strays: 0, moved: 0, movedMs: null, disconnects: 0, failures: {} };

test('each edit has the longest times of those that followed it, and what failed until the next one', async () => {
  const { edits } = await summaryOfSamples(SAMPLES);
  expect(edits).toEqual([
    { ...NOTHING, atMs: 1_000, tookMs: 40, kind: 'dial', region: 'weur', followedMs: 700, strays: 1 },
    {
      ...{ atMs: 2_000, tookMs: 40, kind: 'drain', region: 'oc', followedMs: 30, strays: 0 },
      ...{ moved: 2, movedMs: 12_000, disconnects: 1, failures: { closed: 2, no_responders: 1 } },
    },
    { ...NOTHING, atMs: 15_000, tookMs: 40, kind: 'rollback', region: 'oc' },
  ]);
});

test('an edit of the same kind and region takes what comes after it', async () => {
  const { edits } = await summaryOfSamples([
    edit(1_000, 'dial', 'weur'),
    said('nats_edit_followed', 1_100, 100, 'dial', 'weur'),
    edit(5_000, 'dial', 'weur'),
    said('nats_edit_followed', 5_050, 50, 'dial', 'weur'),
  ]);
  expect(edits.map(({ followedMs }) => followedMs)).toEqual([100, 50]);
});

test('page, terminal and charts say what was edited, and that new clients did not follow', async () => {
  const summary = await summaryOfSamples(SAMPLES, { script: 'edits' });
  const page = htmlReport(summary, []);
  const text = textReport(summary);
  expect(text).toMatch(
    /^oc drained +2\.0 s +40\.0 ms +30\.0 ms +0 +2 +12\.0 s +1 +2 closed, 1 no responders$/m,
  );
  expect(text).toMatch(/^oc back +15\.0 s +40\.0 ms +they did not /m);
  for (const words of ['Live edits', 'weur dialled to 0', 'they did not', '2 closed, 1 no responders'])
    expect(page).toContain(words);
  const chart = drawCharts(summary).find(({ name }) => name === 'ping-over-time');
  for (const words of ['weur dialled to 0', 'oc drained', 'oc back']) expect(chart?.svg).toContain(words);
});

test('a run without edits has neither table nor marks', async () => {
  const summary = await summaryOfSamples([
    { metric: 'nats_ping', at: 0, value: 3, tags: { region: 'weur' } },
    { metric: 'nats_ping', at: 3_000, value: 3, tags: { region: 'weur' } },
  ]);
  expect(summary.edits).toEqual([]);
  expect(htmlReport(summary, [])).not.toContain('Live edits');
  for (const { svg } of drawCharts(summary)) expect(svg).not.toContain('>edits<');
});
