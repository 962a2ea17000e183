import { describe, expect, test } from 'vitest';
import type { RegionConfig } from '../regions/config.ts';
import { configOf } from '../test/support/data/checked-in.ts';
import { alternatives, dropletOf, fargateSize } from './alternatives.ts';
import { breakEvens, curve, hoursUntil } from './break-even.ts';
import { cost } from './cost.ts';
import { resolveTraffic, type TrafficOptions } from './traffic.ts';

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
  expect(dollarsOf(/Pro/, { clients: 1, storedGb: 50 })).toBe(199);
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

  test('the curve never falls', () => {
    const dollars = curve(BASIC, trafficOf({ clients: 100 })).map(({ meridian }) => meridian);
    expect(dollars).toEqual(dollars.toSorted((a, b) => a - b));
  });
});
