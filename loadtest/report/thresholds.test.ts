import { expect, test } from 'vitest';
import type { Written } from '../../test/support/data/sample-file.ts';
import { summaryOfSamples } from '../../test/support/data/summary.ts';
import { type Standing, standingOf, thresholdsOf } from './thresholds.ts';

test('k6 exports true for a threshold that was crossed', () => {
  expect(
    thresholdsOf({
      metrics: {
        nats_ping: { avg: 12, 'p(95)': 80, thresholds: { 'p(95)<50': true, 'avg<50': false } },
        'nats_ping{region:weur}': { 'p(95)': 7, thresholds: { 'p(95)<50': false } },
        nats_errors: { passes: 1, fails: 3, value: 0.25, thresholds: { 'rate<0.01': true } },
        nats_lost: { count: 0, rate: 0, thresholds: { 'count<1': false, 'p(99.9)<1': false } },
        vus: { value: 1 },
      },
    }),
  ).toEqual([
    { metric: 'nats_errors', expression: 'rate<0.01', value: 0.25, passed: false },
    { metric: 'nats_lost', expression: 'count<1', value: 0, passed: true },
    { metric: 'nats_lost', expression: 'p(99.9)<1', value: null, passed: true },
    { metric: 'nats_ping', expression: 'p(95)<50', value: 80, passed: false },
    { metric: 'nats_ping', expression: 'avg<50', value: 12, passed: true },
    { metric: 'nats_ping{region:weur}', expression: 'p(95)<50', value: 7, passed: true },
  ]);
});

const SOME: readonly Written[] = [
  { metric: 'nats_published', at: 0, value: 3, tags: { region: 'weur' } },
  { metric: 'nats_ping', at: 0, value: 12, tags: { region: 'weur' } },
  { metric: 'nats_errors', at: 0, value: 0, tags: { region: 'weur' } },
  { metric: 'nats_missing', at: 0, value: 0, tags: { group: '::setup' } },
  { metric: 'nats_policy_gain', at: 0, value: -1, tags: { policy: 'random' } },
];

async function standing(metric: string, expression: string, samples = SOME): Promise<Standing> {
  const verdict = { metric, expression, value: 0, passed: true };
  const summary = await summaryOfSamples(samples, { thresholds: [verdict] });
  const [threshold] = summary.thresholds;
  if (threshold === undefined) throw new Error('no threshold');
  return standingOf(threshold, summary);
}

test.each<[string, string, Standing]>([
  ['nats_ping', 'p(95)<50', 'held'],
  ['nats_ping{region:weur}', 'p(95)<50', 'held'],
  ['nats_ping{region:oc}', 'p(95)<50', 'no samples'],
  ['nats_request', 'p(95)<50', 'no samples'],
  ['nats_published', 'count>0', 'held'],
  ['nats_published', 'count>=0', 'cannot fail'],
  ['nats_published', 'count>=1', 'held'],
  ['nats_published', 'count > -1', 'cannot fail'],
  ['nats_ping{region:weur}', 'med>=0', 'cannot fail'],
  ['nats_policy_gain{policy:random}', 'med>=0', 'held'],
  ['nats_errors', 'rate<=1', 'cannot fail'],
  ['nats_errors', 'rate<0.01', 'held'],
  ['nats_errors{kind:gone}', 'rate==0', 'held'],
  ['nats_errors{kind:gone}', 'rate<0.01', 'no samples'],
  ['nats_misrouted', 'rate==0', 'no samples'],
  ['nats_missing', 'count==0', 'held'],
  ['nats_lost', 'count==0', 'held'],
  ['nats_missing{rate:500}', 'count<=50', 'held'],
  ['nats_missing{rate:500}', 'count<1', 'held'],
  ['nats_missing{rate:500}', 'count!=0', 'no samples'],
  ['nats_delivered', 'count>0', 'no samples'],
])('%s with %s: %s', async (metric, expression, expected) => {
  expect(await standing(metric, expression)).toBe(expected);
});

test('what has no average did not cross it, and a count of nothing may', async () => {
  const crossed = async (metric: string, expression: string) => {
    const verdict = { metric, expression, value: 0, passed: false };
    const summary = await summaryOfSamples(SOME, { thresholds: [verdict] });
    return summary.thresholds.map((threshold) => standingOf(threshold, summary));
  };
  expect(await crossed('nats_delivered_share{rate:160000}', 'avg>=0.999')).toEqual(['no samples']);
  expect(await crossed('nats_ping', 'avg>=0.999')).toEqual(['crossed']);
  expect(await crossed('nats_delivered', 'count>0')).toEqual(['crossed']);
});

test('thresholds of rates are in the order of their numbers', () => {
  const metrics = Object.fromEntries(
    [10_000, 5_000, 120_000].map((rate) => [
      `nats_delivery{rate:${rate}}`,
      { thresholds: { 'p(95)<750': false } },
    ]),
  );
  expect(thresholdsOf({ metrics }).map(({ metric }) => metric)).toEqual([
    'nats_delivery{rate:5000}',
    'nats_delivery{rate:10000}',
    'nats_delivery{rate:120000}',
  ]);
});

test('that nothing is missing says nothing where nothing was sent', async () => {
  const nothing: readonly Written[] = [
    { metric: 'nats_missing', at: 0, value: 0, tags: { group: '::setup' } },
    { metric: 'nats_published', at: 0, value: 0, tags: {} },
  ];
  expect(await standing('nats_missing', 'count==0', nothing)).toBe('no samples');
});

test('a threshold of a metric that is in no figure is judged by its samples too', async () => {
  const http: Written = { metric: 'http_req_failed', at: 1, value: 0, tags: { name: 'route' } };
  expect(await standing('http_req_failed{name:route}', 'rate<0.01', [...SOME, http])).toBe('held');
  expect(await standing('http_req_failed{name:other}', 'rate<0.01', [...SOME, http])).toBe('no samples');
});
