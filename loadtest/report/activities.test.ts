import { expect, test } from 'vitest';
import type { Written } from '../../test/support/data/sample-file.ts';
import { summaryOfSamples } from '../../test/support/data/summary.ts';
import { ackRateText } from './ack-rates.ts';
import { activityTable, activityText } from './activities.ts';
import { htmlReport } from './html-report.ts';
import { textReport } from './text-report.ts';

const KV = { activity: 'kv', region: 'weur' };
const IDLE = { activity: 'idle', region: 'oc' };

const DAY: readonly Written[] = [
  { metric: 'nats_connect', at: 0, value: 3, tags: KV },
  { metric: 'nats_connect', at: 0, value: 3, tags: IDLE },
  { metric: 'nats_due', at: 10, value: 2, tags: { ...KV, kind: 'request' } },
  { metric: 'nats_due', at: 10, value: 1, tags: { ...KV, kind: 'message' } },
  { metric: 'nats_due', at: 10, value: 1, tags: { ...IDLE, kind: 'ping' } },
  { metric: 'nats_request', at: 12, value: 2, tags: KV },
  { metric: 'nats_ack', at: 14, value: 4, tags: { ...KV, peer: 'weur' } },
  { metric: 'nats_errors', at: 14, value: 0, tags: KV },
  { metric: 'nats_errors', at: 15, value: 1, tags: { ...KV, kind: 'request' } },
  { metric: 'nats_disconnects', at: 20, value: 1, tags: IDLE },
  { metric: 'nats_outage', at: 2_020, value: 2_000, tags: { ...IDLE, peer: 'weur' } },
];

test('each activity has what was due, a row for each of its times, and its troubles once', async () => {
  const text = activityText(await summaryOfSamples(DAY, { script: 'mixed' })) ?? '';
  const rows = text.split('\n').map((line) => line.trim().split(/ {2,}/));
  expect(rows.slice(1)).toEqual([
    ['idle', '1', '1', 'nothing', '0', '1', '2000 ms'],
    ['kv', '1', '3', 'request to reply', '1', '2.00 ms', '2.00 ms', '2.00 ms', '0', '1', '0'],
    ['publish to acknowledgement', '1', '4.00 ms', '4.00 ms', '4.00 ms'],
  ]);
});

test('the terminal and the page have them, those of other scripts not', async () => {
  const mixed = await summaryOfSamples(DAY, { script: 'mixed' });
  expect(textReport(mixed)).toContain('without service, at most');
  expect(htmlReport(mixed, [])).toContain('What clients did');
  const other = await summaryOfSamples([{ metric: 'nats_request', at: 0, value: 8, tags: { region: 'oc' } }]);
  expect(activityTable(other)).toBeUndefined();
  expect(htmlReport(other, [])).not.toContain('What clients did');
});

test('acknowledgements are told by the regions of publisher and leader', async () => {
  const samples = ['weur', 'oc'].map((region) => ({
    metric: 'nats_ack',
    at: 5,
    value: 7,
    tags: { region, peer: 'weur', rate: '240' },
  }));
  const summary = await summaryOfSamples(samples, { script: 'jetstream' });
  expect(Object.keys(summary.metrics.nats_ack?.by.pair ?? {})).toEqual(['oc < weur', 'weur < weur']);
  const page = htmlReport(summary, []);
  expect(ackRateText(summary)).toMatch(/^240 +2 +7\.00 ms/m);
  expect(page).toContain('Publish to acknowledgement took 7.00 ms at p50 and 7.00 ms at p95.');
  expect(page).toContain("publisher's, stream leader's");
});
