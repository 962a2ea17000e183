import { expect, test } from 'vitest';
import { madeRun } from '../../test/support/data/made-run.ts';
import type { Written } from '../../test/support/data/sample-file.ts';
import { FINISHED, summaryOfSamples } from '../../test/support/data/summary.ts';
import { answerOf } from './answer.ts';
import { interruptionSentences } from './interruption-text.ts';
import { Interruptions } from './interruptions.ts';
import { textReport } from './text-report.ts';

const FIRST: Written = { metric: 'vus', at: 0, value: 1 };

function disconnect(at: number, region: string): Written {
  return { metric: 'nats_disconnects', at, value: 1, tags: { region, code: '1006', phase: 'idle' } };
}

function outage(toMs: number, ms: number, tags: Record<string, string>): Written {
  return { metric: 'nats_outage', at: toMs, value: ms, tags };
}

test('a gap is told from where to where, and from when to when', async () => {
  const summary = await summaryOfSamples(
    madeRun({
      pairs: [
        ['weur', 'oc'],
        ['oc', 'weur'],
      ],
      seconds: 60,
      everyMs: 50,
      cuts: [{ fromMs: 12_000, toMs: 32_400, from: 'weur', to: 'oc' }],
    }),
  );
  expect(summary.gaps).toEqual([{ from: 'weur', to: 'oc', fromMs: 12_000, toMs: 32_400 }]);
  expect(interruptionSentences(summary)).toEqual(['weur to oc: nothing from 12.0 s to 32.4 s']);
  expect(textReport(summary)).toContain('\nweur to oc: nothing from 12.0 s to 32.4 s\n');
});

test('gaps of a pair that several clients saw are one, those of different pairs and times are not', async () => {
  const gap = (toMs: number, ms: number, region: string): Written => ({
    metric: 'nats_gap',
    at: toMs,
    value: ms,
    tags: { region, peer: 'weur' },
  });
  const { gaps } = await summaryOfSamples([
    FIRST,
    gap(15_000, 5_000, 'oc'),
    gap(16_000, 5_000, 'oc'),
    gap(16_000, 5_000, 'apac'),
    gap(30_000, 2_000, 'oc'),
  ]);
  expect(gaps).toEqual([
    { from: 'weur', to: 'oc', fromMs: 10_000, toMs: 16_000 },
    { from: 'weur', to: 'apac', fromMs: 11_000, toMs: 16_000 },
    { from: 'weur', to: 'oc', fromMs: 28_000, toMs: 30_000 },
  ]);
});

test('an outage of a region is from the first client that lost it to the last that was served again', async () => {
  const summary = await summaryOfSamples([
    FIRST,
    disconnect(8_000, 'enam'),
    disconnect(8_100, 'enam'),
    outage(8_500, 500, { region: 'enam', peer: 'wnam' }),
    outage(9_100, 1_000, { region: 'enam', peer: 'weur' }),
  ]);
  expect(summary.outages).toEqual([
    {
      region: 'enam',
      fromMs: 8_000,
      toMs: 9_100,
      disconnects: 2,
      returned: 2,
      gone: 0,
      longestMs: 1_000,
      goneMs: 0,
    },
  ]);
  expect(interruptionSentences(summary)).toEqual([
    'enam: clients without service from 8.0 s to 9.1 s, 2 connections lost, 2 back after 1.0 s at most',
  ]);
});

test('outages of a region that are apart by a second are one, those further apart are not', async () => {
  const at = (fromMs: number) => outage(fromMs + 200, 200, { region: 'apac', peer: 'oc' });
  const { outages } = await summaryOfSamples([FIRST, at(5_000), at(6_200), at(7_401)]);
  expect(outages.map(({ fromMs, toMs, returned }) => [fromMs, toMs, returned])).toEqual([
    [5_000, 6_400, 2],
    [7_401, 7_601, 1],
  ]);
});

test('clients that never came back are told', async () => {
  const summary = await summaryOfSamples([
    FIRST,
    disconnect(8_000, 'enam'),
    outage(60_000, 52_000, { region: 'enam', kind: 'gone' }),
  ]);
  expect(summary.outages).toMatchObject([{ returned: 0, gone: 1, fromMs: 8_000, toMs: 60_000 }]);
  expect(interruptionSentences(summary)).toEqual([
    'enam: clients without service from 8.0 s to 60.0 s, 1 connection lost, 1 never served again, for at least 52.0 s',
  ]);
});

test('those that never came back are in no percentile, and are told until nothing more was due', async () => {
  const due = [0, 21_700].map((at) => ({
    metric: 'nats_due',
    at,
    value: 1,
    tags: { region: 'enam', kind: 'ping' },
  }));
  const summary = await summaryOfSamples(
    [
      ...due,
      outage(9_000, 1_000, { region: 'enam', peer: 'weur' }),
      outage(23_700, 12_000, { region: 'enam', kind: 'gone' }),
      outage(23_700, 13_000, { region: 'enam', kind: 'gone' }),
      { metric: 'nats_gap', at: 23_700, value: 4_000, tags: { region: 'oc', peer: 'weur' } },
      { metric: 'nats_gap', at: 23_700, value: 1_500, tags: { region: 'enam', peer: 'weur' } },
    ],
    { script: 'failover', ending: { ...FINISHED, plannedMs: 20_000 } },
  );
  expect(summary.metrics.nats_outage?.all).toMatchObject({ count: 1, max: 1_000 });
  expect(summary.timeSeries.metrics.nats_outage?.all?.filter((slice) => slice !== null)).toHaveLength(1);
  expect(answerOf(summary)).toBe(
    'Clients that lost their connection and came back were without service for 1000 ms at p50, 1000 ms at p99 and 1000 ms at most; 2 clients had no service until the end, for at least 10.0 s.',
  );
  expect(interruptionSentences(summary)).toEqual([
    'weur to oc: nothing from 19.7 s to 21.7 s',
    'enam: clients without service from 8.0 s to 9.0 s, 1 back after 1.0 s at most',
    'enam: clients without service from 10.7 s to 21.7 s, 2 never served again, for at least 10.0 s',
  ]);
});

test('a connection that was lost in a script that does not time it has a moment', async () => {
  const summary = await summaryOfSamples([
    FIRST,
    disconnect(8_000, 'enam'),
    { ...disconnect(9_000, 'oc'), value: 0 },
  ]);
  expect(summary.outages).toMatchObject([{ region: 'enam', fromMs: 8_000, toMs: 8_000, disconnects: 1 }]);
  expect(interruptionSentences(summary)).toEqual(['enam: 1 connection lost at 8.0 s']);
});

test('gaps of many pairs at the same time are told together', () => {
  const at = (from: string, to: string, fromMs = 20_000) => ({ from, to, fromMs, toMs: 23_000 });
  const four = [at('weur', 'oc'), at('oc', 'weur', 20_300), at('enam', 'wnam'), at('oc', 'enam')];
  expect(
    interruptionSentences({ gaps: [...four, at('wnam', 'oc', 6_000)], outages: [], regions: [] }),
  ).toEqual([
    'wnam to oc: nothing from 6.0 s to 23.0 s',
    '4 pairs (enam to wnam, oc to enam, oc to weur and 1 more): nothing from 20.0 s to 23.0 s',
  ]);
  expect(interruptionSentences({ gaps: four.slice(1), outages: [], regions: [] })).toHaveLength(3);
  const ofOneRegion = [at('weur', 'oc'), at('oc', 'weur'), at('enam', 'oc'), at('oc', 'oc')];
  const from = ['weur', 'oc', 'enam', 'apac'].map((to) => at('apac', to));
  const told = interruptionSentences({ gaps: from, outages: [], regions: [] });
  expect(told).toEqual(['4 pairs, all from apac: nothing from 20.0 s to 23.0 s']);
  const to = from.map((gap) => ({ ...gap, from: gap.to, to: 'apac' }));
  expect(interruptionSentences({ gaps: to, outages: [], regions: [] })).toEqual([
    '4 pairs, all to apac: nothing from 20.0 s to 23.0 s',
  ]);
  expect(interruptionSentences({ gaps: ofOneRegion, outages: [], regions: [] })).toEqual([
    '4 pairs, all from or to oc: nothing from 20.0 s to 23.0 s',
  ]);
});

test('hundreds of thousands of clients that lose their connections one by one are counted', async () => {
  const interruptions = new Interruptions();
  const clients = 200_000;
  for (let n = 0; n < clients; n += 1) {
    const tags = { region: 'enam', peer: 'wnam' };
    interruptions.note('nats_disconnects', { value: 1, tags }, n * 10);
    interruptions.note('nats_outage', { value: 5, tags }, n * 10 + 5);
  }
  const outages = interruptions.outages();
  expect(outages).toMatchObject([{ region: 'enam', disconnects: clients, returned: clients, longestMs: 5 }]);
});

test('of very many the longest are told, and how many there are beside', async () => {
  const gaps = Array.from({ length: 20 }, (_, n) => ({
    from: 'weur',
    to: 'oc',
    fromMs: n * 9_000,
    toMs: n * 9_000 + 1_000 + n,
  }));
  const told = interruptionSentences({ gaps, outages: [], regions: [] });
  expect(told).toHaveLength(13);
  expect(told[0]).toContain('from 72.0 s');
  expect(told.at(-1)).toBe('and 8 shorter gaps');
});

test('what one client did not get while others of its pair did was not nothing', async () => {
  const pairs = [['weur', 'oc']] as const;
  const gap = (at: number, value: number): Written => ({
    metric: 'nats_gap',
    at,
    value,
    tags: { region: 'oc', peer: 'weur' },
  });
  const busy = madeRun({ pairs, seconds: 30, everyMs: 50, cuts: [{ fromMs: 20_000, toMs: 23_000 }] });
  const samples = [...busy, gap(19_000, 9_000), gap(26_000, 8_000)].toSorted((a, b) => a.at - b.at);
  const summary = await summaryOfSamples(samples);
  const sentences = interruptionSentences(summary);
  expect(sentences).toEqual([
    'weur to oc: some clients got nothing for a time, from 10.0 s to 26.0 s',
    'weur to oc: nothing from 20.0 s to 23.0 s',
  ]);
});

test('what names no region has no names', () => {
  const gap = { from: '', to: '', fromMs: 13_100, toMs: 18_100 };
  expect(interruptionSentences({ gaps: [gap], outages: [], regions: [] })).toEqual([
    'nothing arrived from 13.1 s to 18.1 s',
  ]);
});

test('what begins at the same moment is in the order of regions', async () => {
  const regions = ['wnam', 'weur', 'oc'].map((id) => ({ id, name: id, latitude: 0, longitude: 0 }));
  const lost = [disconnect(8_000, 'oc'), disconnect(8_100, 'weur'), disconnect(8_300, 'wnam')];
  const summary = await summaryOfSamples([FIRST, ...lost, disconnect(3_000, 'oc')], { regions });
  expect(interruptionSentences(summary).map((sentence) => sentence.split(':')[0])).toEqual([
    'oc',
    'wnam',
    'weur',
    'oc',
  ]);
});

test('clients that are without service in turn are not so for all of the time', async () => {
  const at = (fromMs: number) => outage(fromMs + 156, 156, { region: 'apac', peer: 'oc' });
  const summary = await summaryOfSamples([FIRST, ...[24_200, 25_000, 25_900, 26_800].map(at)]);
  expect(interruptionSentences(summary)).toEqual([
    'apac: clients without service, one after the other, from 24.2 s to 27.0 s, 4 back after 156 ms at most',
  ]);
});

test('what four regions lost and never had again is one outage, with the sums of all', async () => {
  const ids = ['wnam', 'enam', 'weur', 'oc'];
  const regions = ids.map((id) => ({ id, name: id, latitude: 0, longitude: 0 }));
  const cut = ids.flatMap((region, n) => [
    disconnect(8_000 + n * 20, region),
    outage(20_000 + n, 12_000 - n * 19, { region, kind: 'gone' }),
  ]);
  const samples = [FIRST, ...cut].toSorted((a, b) => a.at - b.at);
  expect(interruptionSentences(await summaryOfSamples(samples, { regions }))).toEqual([
    '4 regions (wnam, enam, weur, oc): clients without service from 8.0 s to 20.0 s, 4 connections lost, 4 never served again, for at least 11.9 s',
  ]);
  // One whose clients came back is not of them.
  const back = [
    FIRST,
    ...cut.slice(2),
    disconnect(8_000, 'wnam'),
    outage(20_000, 12_000, { region: 'wnam', peer: 'oc' }),
  ];
  const told = interruptionSentences(
    await summaryOfSamples(
      back.toSorted((a, b) => a.at - b.at),
      { regions },
    ),
  );
  expect(told).toHaveLength(4);
});
