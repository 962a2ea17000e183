import { expect, test } from 'vitest';
import { trafficBy } from './traffic.ts';
import { figuresOfOne, type VisitCount, VisitTally } from './visits.ts';

const visit = (change: Partial<VisitCount> = {}): VisitCount => ({
  region: 'weur',
  wanted: 'weur',
  flags: '',
  cause: '',
  refusal: '',
  country: 'FR',
  colo: 'CDG',
  ...figuresOfOne(1, 20),
  ...change,
});

test('a tally tells apart what it is told to, and forgets the rest', () => {
  const tally = new VisitTally(['region', 'country'], 10);
  for (const each of [visit(), visit({ colo: 'MRS', flags: 'pin' }), visit({ country: 'GB' })])
    tally.add(each);
  expect(tally.rows).toMatchObject([
    { region: 'weur', country: 'FR', colo: '', flags: '', count: 2, seconds: 0.04 },
    { region: 'weur', country: 'GB', count: 1 },
  ]);
});

test('a tally that is full gives up the last field first, and loses no visit', () => {
  const tally = new VisitTally(['region', 'country', 'colo'], 3);
  const colos = ['CDG', 'MRS', 'LYS', 'NCE', 'BOD'];
  for (const colo of colos) tally.add(visit({ colo }));
  for (let number = 0; number < 20; number += 1)
    tally.add(visit({ country: `C${number}`, colo: `X${number}` }));
  expect(tally.rows.reduce((all, { count }) => all + count, 0)).toBe(colos.length + 20);
  expect(tally.size).toBeLessThanOrEqual(4);
  expect(tally.rows).toContainEqual(expect.objectContaining({ region: '', country: '', colo: '' }));
});

test('a tally that is full still knows which region took a client', () => {
  const tally = new VisitTally(['region', 'country', 'colo'], 100);
  for (let number = 0; number < 200; number += 1)
    for (const region of ['weur', 'enam'])
      tally.add(visit({ region, country: `C${number}`, colo: `X${number}` }));
  const counted = Map.groupBy(tally.rows, ({ region }) => region);
  expect(
    [...counted].map(([region, rows]) => [region, rows.reduce((all, { count }) => all + count, 0)]),
  ).toEqual([
    ['weur', 200],
    ['enam', 200],
  ]);
  expect(tally.size).toBeLessThanOrEqual(100);
  const again = new VisitTally(['region', 'country', 'colo'], 100, tally.rows);
  expect(again.rows).toEqual(tally.rows);
  expect(again.takeChanged()).toBe(false);
});

test('a bucket has all that took no longer', () => {
  expect(figuresOfOne(1, 25).within).toEqual([0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1]);
  expect(figuresOfOne(1, 60_000).within).toEqual(Array.from({ length: 11 }, () => 0));
});

test('a visit of which it is not known which region should have taken it is no failover', () => {
  const hours = [{ from: 0, visits: [visit({ wanted: '' })] }];
  expect(trafficBy(['region'], hours).rows).toMatchObject([{ region: 'weur', connects: 1, failovers: 0 }]);
});

test('traffic is added up by what was asked for', () => {
  const hours = [
    { from: 0, visits: [visit({ count: 3 }), visit({ region: '', refusal: 'residency' })] },
    { from: 3_600_000, visits: [visit({ region: 'enam', country: 'GB', seconds: 0.1 })] },
  ];
  expect(trafficBy(['country'], hours)).toEqual({
    by: ['country'],
    rows: [
      { country: 'FR', connects: 3, failovers: 0, refused: 1, attempts: 2, meanMs: 10 },
      { country: 'GB', connects: 1, failovers: 1, refused: 0, attempts: 1, meanMs: 100 },
    ],
  });
  expect(trafficBy(['hour', 'region'], hours).rows.map(({ hour, region }) => [hour, region])).toEqual([
    [0, 'weur'],
    [3_600_000, 'enam'],
    [0, ''],
  ]);
});
