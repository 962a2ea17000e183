import { describe, expect, test } from 'vitest';
import { memberConfig } from '../../regions/servers.ts';
import { planOf } from '../../test/support/data/checked-in.ts';
import { type ToldConfig, ToldRegion, type ToldStorage } from './told-region.ts';

const [DEPLOYED] = planOf().config.regions;
if (DEPLOYED === undefined) throw new Error('regions.json has no region');
const LIVE = { ...DEPLOYED, limits: { ...DEPLOYED.limits, maxConnections: 7 }, residency: { deny: ['DE'] } };
const DRAINED = { ...LIVE, drain: true };

function storage(): ToldStorage & { puts: number } {
  let kept: ReturnType<ToldStorage['get']>;
  return {
    puts: 0,
    get: () => kept,
    put(_key, told) {
      this.puts += 1;
      kept = told;
    },
    delete: () => false,
  };
}

test('an object that was never told anything uses what is given', () => {
  expect(new ToldRegion(storage()).newest(DEPLOYED, 0)).toBe(DEPLOYED);
});

test('an object that was reset uses the version that it was told of, on the platform that is deployed', () => {
  const kept = storage();
  new ToldRegion(kept).tell({ ...LIVE, jetstream: !DEPLOYED.jetstream }, 3);
  expect(new ToldRegion(kept).newest(DEPLOYED, 0)).toMatchObject({
    limits: { maxConnections: 7 },
    residency: { deny: ['DE'] },
    jetstream: DEPLOYED.jetstream,
  });
});

test('of the members the deploy says how many there may be, and whether there are any', () => {
  const kept = storage();
  const members = { min: 2, max: 8, freeConnections: 7, windowSeconds: 60 };
  new ToldRegion(kept).tell({ ...LIVE, members }, 3);
  expect(new ToldRegion(kept).newest(DEPLOYED, 0).members).toBeUndefined();
  const deployed = { ...DEPLOYED, members: { min: 1, max: 4, freeConnections: 500, windowSeconds: 300 } };
  expect(new ToldRegion(kept).newest(deployed, 0).members).toEqual({ ...members, max: 4 });
});

test('how links are compressed is remembered, and is as deployed if who told it did not know of it', () => {
  const active = { ...DEPLOYED, meshCompression: 'off' as const };
  const kept = storage();
  new ToldRegion(kept).tell({ ...LIVE, meshCompression: 's2_fast' }, 3);
  expect(new ToldRegion(kept).newest(active, 0).meshCompression).toBe('s2_fast');
  const older = storage();
  new ToldRegion(older).tell(LIVE, 3);
  expect(new ToldRegion(older).newest(active, 0).meshCompression).toBe('off');
});

test('a member is told how links are compressed as its region is', () => {
  const told: ToldConfig = { ...LIVE, meshCompression: 's2_best' };
  expect(memberConfig(told, 2, false)).toMatchObject({ meshCompression: 's2_best' });
});

test('a version that is as new, or newer, wins over what it was told', () => {
  const told = new ToldRegion(storage());
  told.tell(LIVE, 3);
  expect([told.newest(DEPLOYED, 3), told.newest(DEPLOYED, 4)]).toEqual([DEPLOYED, DEPLOYED]);
});

test('an older version is ignored, the deployed one too', () => {
  const told = new ToldRegion(storage());
  told.tell(LIVE, 3);
  expect([told.tell(DRAINED, 2), told.tell(DRAINED, 0)]).toEqual([undefined, undefined]);
  expect(told.newest(DEPLOYED, 0).drain).toBe(false);
});

test('the same version is written once', () => {
  const kept = storage();
  const told = new ToldRegion(kept);
  for (let minute = 0; minute < 3; minute++) told.tell(LIVE, 3);
  expect(kept.puts).toBe(1);
});

describe('what is new of its drain', () => {
  test.each([
    [
      'a newer version that drains',
      [
        [LIVE, 3],
        [DRAINED, 4],
      ],
      true,
    ],
    [
      'a newer version that does not',
      [
        [DRAINED, 3],
        [LIVE, 4],
      ],
      false,
    ],
    [
      'a newer version that leaves it undrained',
      [
        [LIVE, 3],
        [LIVE, 4],
      ],
      false,
    ],
    ['the first that is told, live', [[LIVE, 1]], false],
    [
      'the same version again',
      [
        [DRAINED, 3],
        [DRAINED, 3],
      ],
      undefined,
    ],
    ['the deployed version, undrained', [[LIVE, 0]], undefined],
    [
      'the deployed version again',
      [
        [LIVE, 0],
        [LIVE, 0],
      ],
      undefined,
    ],
    ['a deployed version that drains', [[DRAINED, 0]], true],
    [
      'the next deployed version, which drains',
      [
        [LIVE, 0],
        [DRAINED, 0],
      ],
      true,
    ],
    [
      'the next deployed version, which does not',
      [
        [DRAINED, 0],
        [LIVE, 0],
      ],
      false,
    ],
  ] as const)('%s', (_, history, expected) => {
    const told = new ToldRegion(storage());
    const news = history.map(([region, version]) => told.tell(region, version));
    expect(news.at(-1)?.drain).toBe(expected);
  });
});
