import { describe, expect, test } from 'vitest';
import type { RegionConfig } from '../regions/config.ts';
import { configOf } from '../test/support/data/checked-in.ts';
import { alternatives, dropletOf, fargateSize } from './alternatives.ts';
import { breakEvens, curve, hoursUntil } from './break-even.ts';
import { cost } from './cost.ts';
import { resolveTraffic } from './traffic.ts';
import type { TrafficOptions } from './traffic-options.ts';

const oneOf = (instanceType: RegionConfig['instanceType']) =>
  configOf(['weur'], { weur: { jetstream: false, instanceType } });
const BASIC = oneOf('basic');

function trafficOf(options: TrafficOptions, config = BASIC) {
  const resolved = resolveTraffic(options, config);
  if (!resolved.ok) throw new Error(JSON.stringify(resolved.problems));
  return resolved.traffic;
}
const dollarsOf = (name: RegExp, options: TrafficOptions, config = BASIC) =>
  alternatives(config, trafficOf(options, config)).find((each) => name.test(each.name))?.dollars;

test.each([
  ['lite', { vcpu: 0.25, memoryGb: 0.5 }, 4],
  ['basic', { vcpu: 0.25, memoryGb: 1 }, 6],
  ['standard-1', { vcpu: 0.5, memoryGb: 4 }, 24],
  ['standard-2', { vcpu: 1, memoryGb: 6 }, 48],
  ['standard-4', { vcpu: 4, memoryGb: 12 }, 96],
] as const)('what is as large as %s, elsewhere', (type, task, droplet) => {
  expect(fargateSize(type)).toEqual(task);
  expect(dropletOf(type)?.dollars).toBe(droplet);
});

test('one server of 1 GB, without traffic: Fargate $14.28 with its address, a droplet $6, Synadia nothing', () => {
  expect(dollarsOf(/Fargate, 1 task$/, { clients: 5 })).toBeCloseTo(10.63 + 3.65, 2);
  expect(dollarsOf(/^one droplet/, { clients: 5 })).toBe(6);
  expect(dollarsOf(/Synadia Cloud Personal/, { clients: 5 })).toBe(0);
});

test('Synadia: the plan that has the connections, and beyond the last one a quote', () => {
  expect(dollarsOf(/Personal/, { clients: 10 })).toBe(0);
  expect(dollarsOf(/Starter/, { clients: 11 })).toBe(49);
  expect(dollarsOf(/Pro/, { clients: 1_000 })).toBe(199);
  expect(dollarsOf(/^Synadia Cloud$/, { clients: 1_001 })).toBe(null);
});

test('Synadia: the plan that takes messages as large as they are', () => {
  const mib = 1_024 * 1_024;
  const nameFor = (size: number) =>
    alternatives(BASIC, trafficOf({ clients: 5, messages: 1e-6, size })).at(-1)?.name;
  expect([mib, mib + 1, 2 * mib, 2 * mib + 1].map(nameFor)).toEqual([
    'Synadia Cloud Personal',
    'Synadia Cloud Pro',
    'Synadia Cloud Pro',
    'Synadia Cloud',
  ]);
});

describe('streams of three replicas, which Synadia calls HA', () => {
  const config = configOf(['wnam', 'enam', 'weur']);
  test.each([
    ['Starter', 49, { streams: 2, storedGb: 1 }],
    ['Pro', 199, { streams: 3 }],
    ['Pro', 199, { streams: 2, storedGb: 2 }],
    ['Pro', 199, { streams: 10, storedGb: 10 }],
    ['', null, { streams: 11 }],
    ['', null, { streams: 100, storedGb: 8 }],
    ['', null, { streams: 1, storedGb: 11 }],
    // The free plan has none.
    ['Starter', 49, { storedShare: 0.1 }],
  ] as const)('%s for %o: %o', (plan, dollars, load) => {
    const found = alternatives(config, trafficOf({ clients: 5, ...load }, config)).at(-1);
    expect(found).toMatchObject({ name: `Synadia Cloud ${plan}`.trim(), dollars });
  });
});

test('traffic between droplets of one region is free, and on AWS costs what leaves a zone and enters one', () => {
  const load = { clients: 1_000, messages: 1_000, size: 940, fanOut: 1_000 };
  const two = { ...BASIC.regions[0], members: { min: 2, max: 2, freeConnections: 0, windowSeconds: 60 } };
  const config = { ...BASIC, regions: [two] } as unknown as typeof BASIC;
  // 2,628 TB for clients; each message once to the other server.
  const [clientGb, meshGb] = [2_628_000, 2_628];
  expect(dollarsOf(/^droplets/, load, config)).toBeCloseTo(
    12 + ((clientGb * 1e9) / 1_024 ** 3 - 2_000) * 0.01,
    2,
  );
  const egress = 921.6 + 3_481.6 + 7_168 + (clientGb - 153_700) * 0.05;
  expect(dollarsOf(/Fargate, 2/, load, config)).toBeCloseTo(2 * 14.28 + egress + meshGb * 0.02, 0);
});

test('traffic is charged beyond what each includes', () => {
  // 2.628 TB in a month.
  const load = { clients: 5, messages: 1_000, size: 940 };
  const gb = (1_000 * 730 * 3_600 * 1_000) / 1e9;
  const gib = (gb * 1e9) / 1_024 ** 3;
  expect(dollarsOf(/Fargate/, load)).toBeCloseTo(10.63 + 3.65 + (gb - 100) * 0.09, 1);
  expect(dollarsOf(/^one droplet/, load)).toBeCloseTo(6 + (gib - 1_000) * 0.01, 6);
  expect(dollarsOf(/Synadia/, load)).toBeCloseTo(Math.min(199 + (gib - 1_024) * 0.09, (gib - 10) * 0.09), 6);
});

describe('break-even', () => {
  test('a basic server that runs 12.5 hours a day costs what a droplet does', () => {
    const hours = hoursUntil(6, 'basic');
    const perMonth = (7.96 - 0.05 * 0.25 * 2_628_000 * 0.000_02 + 336_384 * 12.5e-6) * (hours / 24);
    expect(perMonth).toBeCloseTo(6, 1);
    expect(hours).toBeCloseTo(12.5, 1);
    expect(hoursUntil(1_000, 'basic')).toBe(24);
  });

  test('at the rate where the cheaper one changes both cost the same', () => {
    const traffic = trafficOf({ clients: 500, size: 1_000 });
    const found = breakEvens(BASIC, traffic).filter(({ messages }) => messages !== null);
    expect(found.length).toBeGreaterThan(0);
    for (const { name, messages, cheaper } of found) {
      const load = { ...traffic, messages: messages ?? 0 };
      const other = alternatives(BASIC, load).find((each) => each.name === name)?.dollars ?? 0;
      const here = cost(BASIC, load).total.mid;
      expect(Math.abs(here - other) / other, name).toBeLessThan(0.01);
      const later = { ...traffic, messages: (messages ?? 0) * 1.5 };
      const dearer = alternatives(BASIC, later).find((each) => each.name === name)?.dollars ?? 0;
      expect(cost(BASIC, later).total.mid < dearer, name).toBe(cheaper === 'other');
    }
  });

  test('where there is no price there is none', () => {
    const synadia = breakEvens(BASIC, trafficOf({ clients: 5_000 })).at(-1);
    expect(synadia).toEqual({ name: 'Synadia Cloud', cheaper: 'unknown', messages: null });
  });

  test('without clients nobody publishes: there is no rate to speak of, and a curve has one point', () => {
    for (const traffic of [trafficOf({}), trafficOf({ clients: 100, hours: 0 })]) {
      expect(breakEvens(BASIC, traffic)).toEqual([]);
      expect(curve(BASIC, traffic).map(({ messages }) => messages)).toEqual([0]);
    }
  });

  test('a point of the curve says whether there is CPU for it', () => {
    const points = curve(BASIC, trafficOf({ clients: 100 }));
    // A quarter of a vCPU, less what links take, and 6.1 microseconds for a message that comes and goes.
    const most = (0.25 - 0.01) / (2 * 4 * (0.6e-6 + 128 * 1.3e-9));
    expect(most).toBeGreaterThan(10_000);
    expect(points.map(({ messages, isServed }) => isServed === messages <= most)).toEqual(
      points.map(() => true),
    );
    expect(points.at(-1)?.isServed).toBe(false);
  });

  test('the curve never falls', () => {
    const dollars = curve(BASIC, trafficOf({ clients: 100 })).map(({ meridian }) => meridian);
    expect(dollars).toEqual(dollars.toSorted((a, b) => a - b));
  });
});
