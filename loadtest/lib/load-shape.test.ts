import { beforeEach, expect, test, vi } from 'vitest';
import { Growth, median } from './growth.js';
import { chanceOf } from './random.js';

/** k6's environment, which modules read as they are loaded. */
async function withEnvironment(environment: Record<string, string>) {
  vi.resetModules();
  vi.stubGlobal('__ENV', environment);
  return { profiles: await import('./profiles.js'), settings: await import('./settings.js') };
}

beforeEach(() => {
  vi.unstubAllGlobals();
});

test('without a profile it is a smoke test', async () => {
  const { profiles } = await withEnvironment({});
  expect(profiles.profileOfRun().name).toBe('smoke');
});

test('a profile that does not exist is refused, with the names of those that do', async () => {
  const { profiles } = await withEnvironment({ PROFILE: 'smok' });
  expect(() => profiles.profileOfRun()).toThrow(
    'there is no profile "smok". There are: smoke, average, stress, spike, soak',
  );
  expect(() => profiles.profileNamed('toString')).toThrow(/no profile/);
});

test('CLIENTS and DURATION are stronger than the profile', async () => {
  const { profiles } = await withEnvironment({ PROFILE: 'average', CLIENTS: '7', DURATION: '1.5m' });
  const profile = profiles.profileOfRun();
  expect(profile).toMatchObject({ name: 'average', seconds: 90 });
  expect(profiles.clientsOfRun(profile.clients)).toBe(7);
});

test.each(['0', '-1', 'many'])('CLIENTS=%s is refused', async (CLIENTS) => {
  const { profiles } = await withEnvironment({ CLIENTS });
  expect(() => profiles.clientsOfRun(60)).toThrow(/CLIENTS/);
});

test.each(['90', 's', '1d', '0s', '0.0m'])('DURATION=%s is refused', async (DURATION) => {
  const { profiles } = await withEnvironment({ DURATION });
  expect(() => profiles.profileOfRun()).toThrow(/DURATION.*such as 90s.*above 0/);
});

test.each(['', ' ', ','])('REGIONS=%j is refused: it names none', async (REGIONS) => {
  await expect(withEnvironment({ REGIONS })).rejects.toThrow(/REGIONS.*ids of regions/);
});

test('regions are those of REGIONS, and without it all', async () => {
  expect((await withEnvironment({ REGIONS: 'weur, oc' })).settings.REGIONS).toEqual(['weur', 'oc']);
  expect((await withEnvironment({})).settings.REGIONS).toBeUndefined();
});

test('the stages of every profile fill its time and reach all its clients', async () => {
  const { profiles } = await withEnvironment({});
  for (const [name, { stages }] of Object.entries(profiles.PROFILES)) {
    expect(
      stages.reduce((sum, [, part]) => sum + part, 0),
      name,
    ).toBeCloseTo(1);
    expect(Math.max(...stages.map(([share]) => share)), name).toBe(1);
  }
});

test('a shape becomes stages of so many arrivals, none empty that should not be', async () => {
  const { profiles } = await withEnvironment({});
  const arrivals = profiles.shapedArrivals(
    {
      seconds: 60,
      stages: [
        [0.001, 0.5],
        [1, 0.25],
        [0, 0.25],
      ],
    },
    { perSecond: 4, maxUsers: 32 },
  );
  expect(arrivals).toMatchObject({ timeUnit: '1m', startRate: 1, maxVUs: 32 });
  expect(arrivals.stages).toEqual([
    { target: 1, duration: '30000ms' },
    { target: 240, duration: '15000ms' },
    { target: 0, duration: '15000ms' },
  ]);
});

test('a user that measures once has time for what comes before and after it, and not much more', async () => {
  const { profiles } = await withEnvironment({});
  const { maxDuration, gracefulStop } = profiles.measuringOnce({ seconds: 30, lastMs: 2_000 });
  const endsWithin = Number.parseInt(`${maxDuration}`, 10) + Number.parseInt(`${gracefulStop}`, 10);
  expect(endsWithin).toBeGreaterThan(30 + 10 + 2);
  expect(endsWithin).toBeLessThan(30 + 10 + 2 + 10);
});

test('a script that takes its time has it, and refuses to be given less', async () => {
  const { profiles } = await withEnvironment({});
  expect(profiles.secondsAtLeast({ seconds: 6 }, 17)).toBe(17);
  const { profiles: hurried } = await withEnvironment({ DURATION: '5s' });
  expect(() => hurried.secondsAtLeast(hurried.profileOfRun(), 16.2)).toThrow(
    'DURATION is "5s": with these settings it takes at least 17s',
  );
});

test('a payload has room for what a message says of itself', async () => {
  const { settings } = await withEnvironment({ SIZE: '39' });
  expect(() => settings.sizeFrom()).toThrow(
    'SIZE is "39": a message says when it was due, which takes 40 bytes',
  );
  const { settings: usual } = await withEnvironment({});
  expect(usual.sizeFrom()).toBe(128);
});

test.each([
  ['http://127.0.0.1:8787', {}, true],
  ['http://localhost:8787/', {}, true],
  ['https://edge.example.com', {}, false],
  ['https://edge.example.com', { LOCAL: '1' }, true],
  ['http://127.0.0.1:8787', { LOCAL: '0' }, false],
])('whether cities come in by header at %s with %j: %s', async (URL, environment, isLocal) => {
  const { settings } = await withEnvironment({ URL, ...environment });
  expect(settings.IS_LOCAL).toBe(isLocal);
});

test('the address is the same for HTTP and WebSockets, however it was written', async () => {
  for (const URL of ['https://edge.example.com', 'https://edge.example.com/', 'wss://edge.example.com']) {
    const { settings } = await withEnvironment({ URL });
    expect([settings.URL, settings.SOCKET_URL]).toEqual([
      'https://edge.example.com',
      'wss://edge.example.com/nats',
    ]);
  }
});

test('credentials are those of CONNECT, and none that were not given', async () => {
  const { settings } = await withEnvironment({ NATS_USER: 'me', NATS_PASSWORD: 'secret' });
  expect(settings.CREDENTIALS).toEqual({ user: 'me', pass: 'secret' });
  const { settings: token } = await withEnvironment({ NATS_TOKEN: 't' });
  expect(token.CREDENTIALS).toEqual({ auth_token: 't' });
});

test('what stays the same does not grow, and the start does not count', () => {
  const growth = new Growth(100);
  for (let second = 0; second < 100; second += 1) growth.add(second * 1000, second < 30 ? 1 : 5);
  expect(growth.ratio()).toBe(1);
});

test('what is twice as large at the end has grown by two', () => {
  const growth = new Growth(100);
  for (let second = 0; second < 100; second += 1) growth.add(second * 1000, second < 80 ? 3 : 6);
  expect(growth.ratio()).toBe(2);
});

test('nothing is said of growth without an early and a late value', () => {
  const growth = new Growth(100);
  expect(growth.ratio()).toBeUndefined();
  growth.add(35_000, 1);
  expect(growth.ratio()).toBeUndefined();
});

test('the median is the middle, or the mean of the middle two', () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 2, 3])).toBe(2.5);
  expect(median([])).toBeUndefined();
});

test('chance is the same in every run, and even', () => {
  const draws = Array.from({ length: 6_000 }, (_, seed) => Math.floor(chanceOf(seed) * 6));
  expect(draws.slice(0, 5)).toEqual(Array.from({ length: 5 }, (_, seed) => Math.floor(chanceOf(seed) * 6)));
  for (let region = 0; region < 6; region += 1) {
    const share = draws.filter((draw) => draw === region).length / draws.length;
    expect(share).toBeGreaterThan(0.14);
    expect(share).toBeLessThan(0.19);
  }
});
