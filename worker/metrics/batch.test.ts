import { expect, test } from 'vitest';
import { AT, snapshotOf, up } from '../../test/support/data/sample-snapshot.ts';
import { batchOf } from './batch.ts';
import type { Sample } from './exposition.ts';
import { snappyBlock, varint } from './snappy.ts';

const ORIGIN = snapshotOf(up([]));
const family = (name: string, type: Sample['family']['type']) => ({ name, type, help: `About ${name}` });
const CLIENTS = family('meridian_clients', 'gauge');
const SAMPLES: readonly Sample[] = [
  { family: CLIENTS, labels: { region: 'weur', Zone: 'ä "b"\n', empty: '' }, value: 3 },
  { family: CLIENTS, labels: { region: 'weur', Zone: 'ä "b"\n' }, value: 99 },
  { family: family('meridian_bytes_total', 'counter'), labels: {}, value: 2 ** 40 },
];
const DURATION = family('meridian_duration_seconds', 'histogram');
const HISTOGRAM: readonly Sample[] = [
  ...[
    ['0.1', 2],
    ['0.5', 5],
    ['+Inf', 6],
  ].map(([le, value]) => ({
    family: DURATION,
    suffix: '_bucket',
    labels: { region: 'weur', le: String(le) },
    value: Number(value),
  })),
  { family: DURATION, suffix: '_sum', labels: { region: 'weur' }, value: 1.5 },
  { family: DURATION, suffix: '_count', labels: { region: 'weur' }, value: 6 },
];

const textOf = (body: Uint8Array) => JSON.parse(new TextDecoder().decode(body));

test('as plain JSON each sample is one object; of two with the same labels it is the first', () => {
  const { body, samples, headers } = batchOf('json', SAMPLES, ORIGIN);
  expect(samples).toBe(2);
  expect(headers).toEqual({ 'content-type': 'application/json' });
  expect(textOf(body)).toEqual({
    at: AT,
    cluster: 'meridian',
    version: 7,
    metrics: [
      {
        name: 'meridian_clients',
        type: 'gauge',
        labels: { region: 'weur', Zone: 'ä "b"\n' },
        value: 3,
      },
      { name: 'meridian_bytes_total', type: 'counter', labels: {}, value: 2 ** 40 },
    ],
  });
});

test('in OTLP a counter is a cumulative sum, and a histogram counts between its bounds', () => {
  const { body } = batchOf('otlp', [...SAMPLES, ...HISTOGRAM], ORIGIN);
  const [{ resource, scopeMetrics }] = textOf(body).resourceMetrics;
  const attribute = (key: string, stringValue: string) => ({ key, value: { stringValue } });
  expect(resource.attributes).toEqual([
    attribute('service.name', 'meridian'),
    attribute('service.instance.id', 'meridian'),
  ]);
  const timeUnixNano = `${AT}000000`;
  expect(scopeMetrics[0].metrics).toEqual([
    {
      name: 'meridian_clients',
      description: 'About meridian_clients',
      gauge: {
        dataPoints: [
          {
            attributes: [attribute('region', 'weur'), attribute('Zone', 'ä "b"\n')],
            timeUnixNano,
            asDouble: 3,
          },
        ],
      },
    },
    {
      name: 'meridian_bytes_total',
      description: 'About meridian_bytes_total',
      sum: {
        aggregationTemporality: 2,
        isMonotonic: true,
        dataPoints: [{ attributes: [], timeUnixNano, asDouble: 2 ** 40 }],
      },
    },
    {
      name: 'meridian_duration_seconds',
      description: 'About meridian_duration_seconds',
      histogram: {
        aggregationTemporality: 2,
        dataPoints: [
          {
            attributes: [attribute('region', 'weur')],
            timeUnixNano,
            count: '6',
            sum: 1.5,
            explicitBounds: [0.1, 0.5],
            bucketCounts: ['2', '3', '1'],
          },
        ],
      },
    },
  ]);
});

test('a snappy block says its length, and has its bytes in literals', () => {
  expect([...snappyBlock(new Uint8Array([7, 8]))]).toEqual([2, 0xf4, 1, 0, 7, 8]);
  expect([...snappyBlock(new Uint8Array())]).toEqual([0]);
  const long = snappyBlock(new Uint8Array(65_537).fill(9));
  expect([...long.subarray(0, 7)]).toEqual([0x81, 0x80, 4, 0xf4, 0xff, 0xff, 9]);
  expect([...long.subarray(-4)]).toEqual([0xf4, 0, 0, 9]);
  expect(long.length).toBe(3 + 65_537 + 6);
});

test('varints are right beyond 32 bits', () => {
  expect(varint(0)).toEqual([0]);
  expect(varint(300)).toEqual([0xac, 2]);
  expect(varint(2 ** 35 + 1)).toEqual([0x81, 0x80, 0x80, 0x80, 0x80, 1]);
});
