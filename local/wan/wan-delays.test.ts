import { describe, expect, test } from 'vitest';
import checkedIn from '../../regions/regions.json' with { type: 'json' };
import { validateConfig } from '../../regions/validate.ts';
import { expectedRttMs } from '../../routing/latency/prior.ts';
import { wanDelays } from './wan-delays.ts';

const result = validateConfig(checkedIn);
if (!result.ok) throw new Error('the checked-in configuration is not valid');
const { config } = result;
const delays = wanDelays(config);

const SYDNEY = { latitude: -33.95, longitude: 151.18 };

function regionOf(id: string) {
  const region = config.regions.find((one) => one.id === id);
  if (region === undefined) throw new Error(`no region ${id}`);
  return region;
}

describe('a client', () => {
  const upgrade = (place: string) =>
    Buffer.from(`GET / HTTP/1.1\r\nHost: nats-server\r\n${place}Upgrade: websocket\r\n\r\n`);

  test('is half of its expected round trip away, one way', () => {
    const delay = delays('nats-weur', 8080)?.(upgrade('X-Meridian-Place: {"colo":"SYD","country":"AU"}\r\n'));
    expect(delay).toBeGreaterThan(100);
    expect(delay).toBeCloseTo(expectedRttMs(SYDNEY, regionOf('weur')) / 2, 0);
  });

  test('is nearer to a nearer region', () => {
    const fromSydney = upgrade('x-meridian-place: {"colo":"SYD"}\r\n');
    expect(delays('nats-oc', 8080)?.(fromSydney)).toBeLessThan(20);
  });

  test('of a session is as far as from the region near which the session is', () => {
    const fromSydney = upgrade('x-meridian-place: {"colo":"SYD"}\r\n');
    const ofRegion = delays('nats-weur', 8080)?.(fromSydney);
    expect(delays('session-pr-1', 8080, 'weur')?.(fromSydney)).toBe(ofRegion);
    expect(delays('session-pr-1', 8080, 'gone')).toBeUndefined();
    // Its leaf link, and what its object asks it, stay where it is.
    for (const port of [7422, 8222, 6222]) expect(delays('session-pr-1', port, 'weur')).toBeUndefined();
  });

  test('whose headers are not all there yet is not decided upon', () => {
    const whole = upgrade('x-meridian-place: {"colo":"SYD"}\r\n');
    for (let length = 0; length < whole.length; length += 1)
      expect(delays('nats-weur', 8080)?.(whole.subarray(0, length))).toBeUndefined();
  });

  test.each(['', 'x-meridian-place: {}\r\n'])(
    'of no known place stands at the default region: %j',
    (place) => {
      const home = regionOf(config.defaultRegion);
      expect(delays(`nats-${home.id}`, 8080)?.(upgrade(place))).toBeCloseTo(expectedRttMs(home, home) / 2, 5);
    },
  );
});

describe('a route', () => {
  const greeting = (name: string) =>
    Buffer.from(`CONNECT {"name":"ID"}\r\nINFO {"server_id":"ID","server_name":"${name}"}\r\n`);

  test('is delayed once, on the side whose name sorts first', () => {
    const rtt = expectedRttMs(regionOf('apac'), regionOf('weur'));
    expect(delays('nats-apac', 6222)?.(greeting('nats-weur'))).toBeCloseTo(rtt / 2, 5);
    expect(delays('nats-weur', 6222)?.(greeting('nats-apac'))).toBe(0);
  });

  test('whose INFO is not all there yet is not decided upon', () => {
    const whole = greeting('nats-weur');
    for (let length = 0; length < whole.length; length += 1)
      expect(delays('nats-apac', 6222)?.(whole.subarray(0, length))).toBeUndefined();
  });

  test('to a server of another cluster is not delayed', () => {
    expect(delays('nats-apac', 6222)?.(greeting('elsewhere'))).toBe(0);
  });
});

test('monitoring is not delayed, nor is a server that is no region', () => {
  expect(delays('nats-weur', 8222)).toBeUndefined();
  expect(delays('elsewhere', 8080)).toBeUndefined();
});
