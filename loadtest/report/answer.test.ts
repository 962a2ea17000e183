import { expect, test } from 'vitest';
import type { Written } from '../../test/support/data/sample-file.ts';
import { FINISHED, summaryOfSamples } from '../../test/support/data/summary.ts';
import { answerOf, hasMeaningfulMemory } from './answer.ts';
import { drawCharts } from './charts.ts';
import { htmlReport } from './html-report.ts';
import { textReport } from './text-report.ts';

function connections(clients: number, bytes: number): readonly Written[] {
  return [
    { metric: 'nats_connect', at: 0, value: 12, tags: { region: 'weur' } },
    { metric: 'nats_clients', at: 1_000, value: clients },
    { metric: 'clients_memory', at: 2_000, value: bytes },
  ];
}

test('the memory of a client is told where there are enough of them, and it is more than nothing', async () => {
  const told = await summaryOfSamples(connections(500, 46_080), { script: 'connections' });
  expect(answerOf(told)).toBe(
    '500 clients were open at once; connecting took 12.0 ms at p50 and 12.0 ms at p95; an idle client takes 45.0 KiB of memory.',
  );
  expect(textReport(told)).toContain('clients_memory');
  for (const samples of [connections(499, 46_080), connections(500, -2_000)]) {
    const summary = await summaryOfSamples(samples, { script: 'connections' });
    expect(hasMeaningfulMemory(summary)).toBe(false);
    expect(answerOf(summary)).not.toContain('memory');
    expect(textReport(summary)).not.toContain('clients_memory');
    expect(htmlReport(summary, [])).not.toContain('of memory for an idle client');
  }
});

test('a script that is not known is answered by the times that it has', async () => {
  const summary = await summaryOfSamples([{ metric: 'nats_request', at: 0, value: 8 }], { script: 'mine' });
  expect(answerOf(summary)).toBe('Request to reply took 8.00 ms at p50 and 8.00 ms at p95.');
});

test('a run that measured nothing has no answer', async () => {
  expect(answerOf(await summaryOfSamples([]))).toBeUndefined();
});

test('the page begins with its answer; with its verdict if that is bad', async () => {
  const samples: readonly Written[] = [{ metric: 'nats_ping', at: 0, value: 8, tags: { region: 'weur' } }];
  const order = async (facts: Parameters<typeof summaryOfSamples>[1]) => {
    const page = htmlReport(await summaryOfSamples(samples, facts), []);
    return page.indexOf('class="answer"') < page.indexOf('class="verdict');
  };
  expect(await order({})).toBe(true);
  expect(await order({ ending: { ...FINISHED, interruptedIterations: 3 } })).toBe(false);
});

test('control policies are named as such, beside Meridian, and are in no other chart', async () => {
  const ping = (value: number, policy: string): Written => ({
    metric: 'nats_ping',
    at: 1_000,
    value,
    tags: { region: 'weur', policy },
  });
  const later: Written = { metric: 'vus', at: 3_000, value: 1 };
  const charts = drawCharts(await summaryOfSamples([ping(10, 'meridian'), ping(900, 'random'), later]));
  const policies = charts.find(({ name }) => name === 'policies')?.svg ?? '';
  expect(policies).toContain('>Meridian<');
  expect(policies).toContain('>control: random<');
  for (const { name, svg } of charts.filter((chart) => chart.name !== 'policies'))
    expect(svg, name).not.toMatch(/random|900 ms/);
});

test('a threshold that takes control policies in says so', async () => {
  const samples: readonly Written[] = ['meridian', 'random'].map((policy) => ({
    metric: 'nats_ping',
    at: 0,
    value: 10,
    tags: { policy },
  }));
  const threshold = { expression: 'p(95)<50', value: 10, passed: true };
  const text = textReport(
    await summaryOfSamples(samples, {
      thresholds: [
        { ...threshold, metric: 'nats_ping' },
        { ...threshold, metric: 'nats_ping{policy:meridian}' },
      ],
    }),
  );
  expect(text).toMatch(/^✓ {2}nats_ping, all policies /m);
  expect(text).toMatch(/^✓ {2}nats_ping\{policy:meridian\} /m);
});

test('messages that are missing, or lost, are named by every script, also where it asks for other things', async () => {
  const counter = (metric: string, value: number): Written => ({ metric, at: 0, value });
  for (const script of ['soak', 'routing', 'throughput', 'failover', 'latency', 'mine']) {
    const missing = await summaryOfSamples([counter('nats_missing', 4)], { script });
    expect(answerOf(missing), script).toMatch(/\b4 messages are missing\b/i);
    const lost = await summaryOfSamples([counter('nats_lost', 1)], { script });
    expect(answerOf(lost), script).toMatch(/\b1 message is lost that JetStream had acknowledged\b/i);
  }
  expect(answerOf(await summaryOfSamples([counter('nats_missing', 0)], { script: 'soak' }))).toBeUndefined();
});
