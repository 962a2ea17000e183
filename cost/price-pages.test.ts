// The examples of the price pages themselves, recomputed with the prices and the rounding that the model uses: to the cent.

import { describe, expect, test } from 'vitest';
import { instanceLimits } from '../regions/instance-limits.ts';
import { INSTANCE_TYPES } from '../regions/instance-types.ts';
import { charge } from './charge.ts';
import { dollarsOf, dollarsPerMonth } from './container-cost.ts';
import { SECONDS_PER_MONTH } from './month.ts';
import { AWS } from './other-prices.ts';
import { OBJECT_GB, PRICES, type Price, type PriceId, WEBSOCKET_MESSAGES_PER_REQUEST } from './prices.ts';

const cents = (dollars: number) => dollars.toFixed(2);

const MONTH_OF_30_DAYS = 30 * 24 * 3_600;

test.each<[string, number, number, string, string, string]>([
  ['1: 15 million requests of 7 ms', 15e6, 7, '1.50', '1.50', '8.00'],
  ['2: 3 million that are not of static assets', 3e6, 7, '0.00', '0.00', '5.00'],
  ['3: a cron of three minutes each hour', 720, 180_000, '0.00', '1.99', '6.99'],
  ['4: 100 million requests of 7 ms', 100e6, 7, '27.00', '13.40', '45.40'],
])("Workers' example %s", (_what, requests, ms, ofRequests, ofCpu, total) => {
  const request = charge(PRICES.workerRequests, requests);
  const cpu = charge(PRICES.workerCpu, requests * ms);
  expect([cents(request), cents(cpu)]).toEqual([ofRequests, ofCpu]);
  expect(cents(PRICES.plan.dollars + request + cpu)).toBe(total);
});

test.each<[string, number, number, string, string, string]>([
  ['1: an object that is called 1.5 million times', 1.5e6, 1e6, '0.15', '0.00', '5.15'],
  [
    '2: 100 objects with 50 WebSockets, eight hours a day',
    150_000 + (50 * 100 * 60 * 8 * 30) / WEBSOCKET_MESSAGES_PER_REQUEST,
    100 * 3_600 * 8 * 30,
    '0.45',
    '137.50',
    '142.95',
  ],
  [
    '3: 100 objects with a WebSocket that brings a message each second',
    100 + (100 * MONTH_OF_30_DAYS) / WEBSOCKET_MESSAGES_PER_REQUEST,
    100 * MONTH_OF_30_DAYS,
    '1.80',
    '412.50',
    '419.30',
  ],
  [
    '4: 10,000 WebSockets that hibernate',
    10_000 + (100 * 100 * 60 * 24 * 30) / WEBSOCKET_MESSAGES_PER_REQUEST,
    100 * 60 * 24 * 30,
    '3.15',
    '12.50',
    '20.65',
  ],
])("Durable Objects' example %s", (_what, requests, seconds, ofRequests, ofDuration, total) => {
  const request = charge(PRICES.objectRequests, requests);
  const duration = charge(PRICES.objectDuration, seconds * OBJECT_GB);
  expect([cents(request), cents(duration)]).toEqual([ofRequests, ofDuration]);
  expect(cents(PRICES.plan.dollars + request + duration)).toBe(total);
});

test.each<[string, number, number, number, string]>([
  ['of standard storage', 1_000, 1_000, 1e6, '14.85'],
  ['of asset hosting', 10, 100_000, 10e6 * 30, '104.40'],
])("R2's example %s", (_what, gb, writes, reads, total) => {
  const dollars =
    charge(PRICES.r2Storage, gb) + charge(PRICES.r2ClassA, writes) + charge(PRICES.r2ClassB, reads);
  expect(cents(dollars)).toBe(total);
});

test("R2's rule of rounding: 1.1 GB-months are billed as two, one million and one operations as two million", () => {
  const beyond = (price: Price, quantity: number) => charge(price, price.included + quantity);
  expect(beyond(PRICES.r2Storage, 1.1)).toBeCloseTo(2 * 0.015, 10);
  expect(beyond(PRICES.r2ClassA, 1e6 + 1)).toBeCloseTo(2 * 4.5, 10);
});

describe('a container that always runs, before what is included', () => {
  // CPU at 5, 25, 50 and 100% of what the type has.
  test.each([
    ['lite', '2.17', '2.83', '3.65', '5.30'],
    ['basic', '7.96', '10.59', '13.88', '20.45'],
    ['standard-1', '29.07', '34.32', '40.89', '54.03'],
  ] as const)('%s', (type, ...expected) => {
    const { vcpu } = instanceLimits(type);
    const nothing = { memoryByteSeconds: 0, diskByteSeconds: 0, sentBytes: 0 };
    const at = (share: number) =>
      dollarsPerMonth(type) + dollarsOf({ ...nothing, cpuSeconds: share * vcpu * SECONDS_PER_MONTH });
    expect([0.05, 0.25, 0.5, 1].map(at).map(cents)).toEqual(expected);
  });

  test('the types are those of which the page has the sizes', () => {
    expect(INSTANCE_TYPES.map((type) => instanceLimits(type).memoryMib / 1024)).toEqual([
      0.25, 1, 4, 6, 8, 12,
    ]);
  });
});

test('what the plan includes of containers is 25 GiB-hours, 375 vCPU-minutes and 200 GB-hours: 73 cents', () => {
  const included = (id: PriceId) => (PRICES[id].included / PRICES[id].per) * PRICES[id].dollars;
  expect(cents(included('memory') + included('cpu') + included('disk'))).toBe('0.73');
  expect(charge(PRICES.memory, 25 * 3_600)).toBe(0);
  expect(charge(PRICES.memory, 25 * 3_600 + 1)).toBeCloseTo(0.000_002_5, 12);
});

test('a terabyte in Europe is included, half of one elsewhere', () => {
  expect(charge(PRICES.egressNorthAmericaAndEurope, 1_001)).toBeCloseTo(0.025, 10);
  expect(charge(PRICES.egressOceaniaKoreaTaiwan, 501)).toBeCloseTo(0.05, 10);
  expect(charge(PRICES.egressElsewhere, 501)).toBeCloseTo(0.04, 10);
});

test('an object that is always in memory: 336,384 GB-s a month, of which the plan includes 400,000', () => {
  expect(SECONDS_PER_MONTH * OBJECT_GB).toBe(336_384);
  expect(charge(PRICES.objectDuration, SECONDS_PER_MONTH * OBJECT_GB)).toBe(0);
  expect(charge(PRICES.objectDuration, 2 * SECONDS_PER_MONTH * OBJECT_GB)).toBe(12.5);
});

test('a Fargate task of 0.25 vCPU and 1 GB costs $10.63 a month, its address $3.65', () => {
  expect(cents(730 * (0.25 * AWS.vcpu.dollars + AWS.memory.dollars))).toBe('10.63');
  expect(cents(730 * AWS.ipv4.dollars)).toBe('3.65');
});
