import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { planOf } from '../test/support/data/checked-in.ts';
import { networkOf } from './client-network.ts';
import { NOTHING_OBSERVED } from './observation.ts';
import { getOptimalRegion } from './optimal-region.ts';

test.each([
  ['203.0.113.7', '203.0.113.7'],
  ['::ffff:203.0.113.7', '203.0.113.7'],
  ['::FFFF:203.0.113.7', '203.0.113.7'],
  ['0:0:0:0:0:ffff:203.0.113.7', '203.0.113.7'],
  ['::ffff:cb00:7107', '203.0.113.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:DB8:0001:0002::1', '2001:db8:1:2::/64'],
  ['2001:db8:1:2:3:4:203.0.113.7', '2001:db8:1:2::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['2001:db8::', '2001:db8:0:0::/64'],
  ['2001:db8:0000:0:1::', '2001:db8:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['::', '0:0:0:0::/64'],
  ['1:2:3:4:5:6:7::', '1:2:3:4::/64'],
  ['::2:3:4:5:6:7:8', '0:2:3:4::/64'],
])('%s counts as %s', (address, network) => {
  expect(networkOf(address)).toBe(network);
});

test.each([
  '',
  'unknown',
  'alice',
  ':',
  ':::',
  '1:2',
  '1::2::3',
  ':1:2:3:4:5:6:7',
  '1:2:3:4:5:6:7:',
  '1:2:3:4:5:6:7:8:9',
  '1:2:3:4:5:6:7::8',
  '12345::',
  'g::1',
  '2001:db8::1%eth0',
  '::ffff:203.0.113.256',
  '::ffff:203.0.113',
  '203.0.113.7:443',
  'é::1',
])('%j is no address, and counts as itself', (text) => {
  expect(networkOf(text)).toBe(text);
});

const group = fc.integer({ min: 0, max: 0xffff });
const groups = (count: number) => fc.array(group, { minLength: count, maxLength: count });

/** One address, written in one of the ways that RFC 4291 allows. */
const written = (all: readonly number[]) =>
  fc
    .record({
      isUpper: fc.boolean(),
      width: fc.integer({ min: 1, max: 4 }),
      gap: fc.integer({ min: 0, max: all.length - 1 }),
      isDotted: fc.boolean(),
    })
    .map(({ isUpper, width, gap, isDotted }) => {
      const parts = all.map((each) => each.toString(16).padStart(width, '0'));
      const tail = all.slice(-2).flatMap((each) => [each >> 8, each & 0xff]);
      if (isDotted) parts.splice(-2, 2, tail.join('.'));
      const end = parts.findIndex((_, index) => index >= gap && !/^0+$/.test(parts[index] ?? ''));
      const hasGap = end > gap;
      const text = hasGap
        ? `${parts.slice(0, gap).join(':')}::${parts.slice(end).join(':')}`
        : parts.join(':');
      return isUpper ? text.toUpperCase() : text;
    });

describe('however it is written', () => {
  test('an address counts as one client', () => {
    const zeros = fc.array(fc.oneof(fc.constant(0), group), { minLength: 8, maxLength: 8 });
    fc.assert(
      fc.property(
        zeros.chain((all) => fc.tuple(written(all), written(all))),
        ([one, other]) => {
          expect(networkOf(one)).toBe(networkOf(other));
          expect(networkOf(one)).not.toBe(one);
        },
      ),
      { numRuns: 1000 },
    );
  });

  test('an IPv4 address in IPv6 form counts as itself', () => {
    fc.assert(
      fc.property(fc.ipV4(), fc.constantFrom('::ffff:', '::FFFF:', '0:0:0:0:0:ffff:'), (address, prefix) => {
        expect(networkOf(prefix + address)).toBe(address);
      }),
    );
  });
});

test('all addresses of a /64 count as one, and those of another /64 do not', () => {
  const anyNetwork = groups(4).filter((network) => network.some((each) => each !== 0));
  const inHex = (all: readonly number[]) => all.map((each) => each.toString(16)).join(':');
  fc.assert(
    fc.property(anyNetwork, anyNetwork, groups(4), groups(4), (network, other, one, two) => {
      const counted = networkOf(inHex([...network, ...one]));
      expect(networkOf(inHex([...network, ...two]))).toBe(counted);
      expect(networkOf(inHex([...other, ...one])) === counted).toBe(inHex(network) === inHex(other));
    }),
  );
});

test('no text makes it throw, and what it counts as counts as itself', () => {
  const scraps = fc.array(fc.constantFrom(':', '::', '.', '0', 'ffff', '1', 'g', '255', '/64'), {
    maxLength: 12,
  });
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        scraps.map((parts) => parts.join('')),
        fc.ipV6(),
      ),
      (text) => {
        const network = networkOf(text);
        expect(networkOf(network)).toBe(network);
      },
    ),
    { numRuns: 2000 },
  );
});

test('a dial and a weight treat all addresses of one client alike', () => {
  const plan = planOf((config) => ({
    ...config,
    routing: { ...config.routing, bandMs: 100 },
    regions: config.regions.map((region) => ({ ...region, dial: 50 })),
  }));
  const winnerFor = (client: string) =>
    getOptimalRegion({ cf: { colo: 'LHR' }, client }, { plan, observations: NOTHING_OBSERVED, now: 0 })
      .winner;
  fc.assert(
    fc.property(fc.ipV4(), groups(4), group, group, (address, network, one, other) => {
      expect(winnerFor(`::ffff:${address}`)).toBe(winnerFor(address));
      const prefix = network.map((each) => (each || 1).toString(16)).join(':');
      expect(winnerFor(`${prefix}::${one.toString(16)}`)).toBe(
        winnerFor(`${prefix}::${other.toString(16)}`.toUpperCase()),
      );
    }),
  );
});
